"""Vitrine's dropout masks (src-main/models/layers/dropout.ts), bit for bit, for PyTorch's modules."""

import numpy as np
import torch
from torch import nn
from torchvision.ops import StochasticDepth

SEED = 7

# Modules that drop the places of the first axes as a whole, and how many axes.
PARTS = {nn.Dropout2d: 2, StochasticDepth: 1}


def lowbias32(x: np.ndarray) -> np.ndarray:
    """C. Wellons' integer hash, element by element on uint32."""
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def keep_mask(shape, p: float, step: int, layer: int) -> np.ndarray:
    """1 where an element stays and 0 where it is dropped."""
    word = lambda value: np.array([value], np.uint32)
    key = lowbias32(word(SEED) ^ lowbias32(word(step) ^ lowbias32(word(layer + 1))))
    places = np.arange(int(np.prod(shape)), dtype=np.uint32)
    hashes = lowbias32(lowbias32(places) ^ key)
    return ((hashes >> np.uint32(8)) >= round(p * 2**24)).astype(np.float32).reshape(shape)


class SharedDropout:
    """Takes over every Dropout, Dropout2d and StochasticDepth of a model, numbered in the order in which they run."""

    def __init__(self, model: nn.Module):
        self.begin(0)
        for module in model.modules():
            if isinstance(module, (nn.Dropout, *PARTS)) and module.p > 0:
                module.forward = self._forward(module)

    def begin(self, step: int) -> None:
        """Begins a step, counted from 0."""
        self.step, self.layer = step, 0

    def _forward(self, module):
        def forward(x):
            if not module.training:
                return x
            axes = PARTS.get(type(module), x.ndim)
            shape = (*x.shape[:axes], *[1] * (x.ndim - axes))
            mask = torch.from_numpy(keep_mask(shape, module.p, self.step, self.layer)).to(x.dtype)
            self.layer += 1
            return x * mask * float(np.float32(1 / (1 - module.p)))

        return forward
