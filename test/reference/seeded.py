"""Weights, pixels and labels from a counter hash, bit for bit the same as test/helpers/seeded.ts.

Only integer arithmetic modulo 2^32, and float64 products rounded once to float32, so neither side
depends on a library's random numbers. Golden files need to store results only, never inputs.
"""

import numpy as np


def fnv1a(text: str) -> int:
    """The 32-bit FNV-1a hash of the text's UTF-8 bytes."""
    value = 0x811C9DC5
    for byte in text.encode("utf-8"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def mix(x: np.ndarray) -> np.ndarray:
    """MurmurHash3's 32-bit finaliser, element by element on uint32."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def hashes(name: str, count: int) -> np.ndarray:
    """`count` uint32 values of the stream called `name`."""
    index = np.arange(count, dtype=np.uint32)
    return mix(mix(index + np.uint32(0x9E3779B9)) ^ np.uint32(fnv1a(name)))


def uniform(name: str, count: int) -> np.ndarray:
    """`count` float32 values in [-1, 1), multiples of 2^-23."""
    return ((hashes(name, count) >> np.uint32(8)).astype(np.float64) / 2**23 - 1).astype(np.float32)


def scaled(name: str, dims, offset: float, scale: float) -> np.ndarray:
    """offset + scale * u, computed in float64 and rounded once."""
    u = uniform(name, int(np.prod(dims))).astype(np.float64)
    return (offset + scale * u).astype(np.float32).reshape(dims)


def seeded_parameter(name: str, dims) -> np.ndarray:
    """A parameter or buffer of a network, by torchvision's naming.

    Weights of rank 2 and more are uniform with variance 2 / fan_in (Kaiming); of rank 1 they belong to a norm.
    The last norm or scale of a residual block starts small: with 1 there, two ways of summing one convolution drift apart
    by 10 % within twenty steps, with 0.25 by less than 0.1 %.
    """
    if name.endswith("running_mean"):
        return scaled(name, dims, 0, 0.1)
    if name.endswith("running_var"):
        u = uniform(name, int(np.prod(dims))).astype(np.float64)
        return (1 + 0.5 * np.abs(u)).astype(np.float32).reshape(dims)
    if name.endswith("bias"):
        return scaled(name, dims, 0, 0.1)
    if name.endswith(("bn2.weight", ".bn3.weight", "layer_scale")):
        return scaled(name, dims, 0.25, 0.025)
    if len(dims) == 1:
        return scaled(name, dims, 1, 0.1)
    fan_in = int(np.prod(dims[1:]))
    return scaled(name, dims, 0, float(np.sqrt(6 / fan_in)))


def seeded_labels(name: str, count: int, classes: int) -> np.ndarray:
    """`count` int64 class indices."""
    return (hashes(name + ".labels", count) % np.uint32(classes)).astype(np.int64)


def seeded_images(name: str, labels: np.ndarray, size: int) -> np.ndarray:
    """uint8 [N, size, size, 3]: the mean of a pattern of 8 x 8-pixel cells that belongs to the class, and noise.

    The pattern makes the classes learnable, so that a loss moves within a few steps.
    """
    count, cells = len(labels), -(-size // 8)
    noise = (hashes(name + ".noise", count * size * size * 3) >> np.uint32(24)).reshape(count, size, size, 3)
    images = np.empty((count, size, size, 3), np.uint8)
    for i, label in enumerate(labels):
        pattern = hashes(f"class.{label}", cells * cells * 3) >> np.uint32(24)
        pattern = pattern.reshape(cells, cells, 3).repeat(8, 0).repeat(8, 1)[:size, :size]
        images[i] = (pattern + noise[i]) >> np.uint32(1)
    return images
