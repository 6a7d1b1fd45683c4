"""Gradients where a function has a kink or a tie: there PyTorch picks one of many right answers."""

import torch
import torch.nn.functional as F

# PyTorch's scalar loop gives hardswish another slope at 3 than its vector loop, which all but short tensors go through.
LONG = [-3.0, 0.0, 3.0, 1.0] * 16

CASES = [
    ("Relu", [[-1.0, 0.0, 2.0]], lambda x: x.relu()),
    ("Abs", [[-1.0, 0.0, 2.0]], lambda x: x.abs()),
    ("Clip", [[-2.0, -1.0, 0.0, 1.0, 2.0]], lambda x: x.clamp(-1.0, 1.0)),
    ("Max", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], torch.maximum),
    ("Min", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], torch.minimum),
    ("ReduceMax", [[1.0, 3.0, 3.0, 2.0, 3.0]], lambda x: x.amax()),
    ("Pow", [[0.0, 0.0, 0.0, -2.0]], lambda x: x.pow(torch.tensor([0.0, 1.0, 2.0, 3.0]))),
    ("MaxPool", [[[[[1.0, 1.0, 2.0, 0.0], [1.0, 1.0, 0.0, 2.0]]]]], lambda x: F.max_pool2d(x, 2)),
    ("HardSwish", [LONG], F.hardswish),
    ("HardSigmoid", [LONG], F.hardsigmoid),
    ("LeakyRelu", [[-1.0, 0.0, 2.0]], lambda x: F.leaky_relu(x, 0.25)),
    ("PRelu", [[-1.0, 0.0, 2.0], [0.25, 0.25, 0.25]], lambda x, w: F.prelu(x[None], w)),
    ("Elu", [[-1.0, 0.0, 2.0]], lambda x: F.elu(x, 2.0)),
    ("Celu", [[-1.0, 0.0, 2.0]], lambda x: F.celu(x, 2.0)),
    ("Selu", [[-1.0, 0.0, 2.0]], F.selu),
    ("ThresholdedRelu", [[0.0, 1.0, 2.0]], lambda x: F.threshold(x, 1.0, 0.0)),
    ("Softsign", [[-1.0, 0.0, 2.0]], F.softsign),
    ("ReduceMin", [[1.0, 3.0, 1.0, 2.0, 3.0]], lambda x: x.amin()),
    ("ReduceL1", [[-1.0, 0.0, 2.0]], lambda x: x.norm(p=1)),
    ("ReduceL2", [[0.0, 0.0, 0.0]], lambda x: x.norm()),
    ("GlobalMaxPool", [[[[[1.0, 2.0], [2.0, 0.0]]]]], lambda x: F.adaptive_max_pool2d(x, 1)),
]


def kinks_golden():
    cases = []
    for op, inputs, function in CASES:
        leaves = [torch.tensor(values, requires_grad=True) for values in inputs]
        function(*leaves).sum().backward()
        cases.append({
            "op": op,
            "dims": list(leaves[0].shape),
            "inputs": [leaf.flatten().tolist() for leaf in leaves],
            "gradients": [leaf.grad.flatten().tolist() for leaf in leaves],
        })
    return {"kinks": cases}
