"""Writes golden/augmentations.json: what Pillow and torchvision make of seeded pixels.

Run with Debian's python3-torchvision: python3 test/reference/make_augmentation_goldens.py
"""
import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from seeded import hashes, uniform

WIDTH, HEIGHT = 18, 13


def picture():
    noise = (np.asarray(hashes("augmentations", HEIGHT * WIDTH * 3)) >> 24).astype(np.uint8)
    return Image.fromarray(noise.reshape(HEIGHT, WIDTH, 3))


def encoded(image):
    array = np.asarray(image)
    return {"width": image.width, "height": image.height, "data": base64.b64encode(array.tobytes()).decode()}


def digest(image):
    return hashlib.sha256(np.asarray(image).tobytes()).hexdigest()


FILLS = [0, 77, [10, 200, 30]]
MODES = [InterpolationMode.NEAREST, InterpolationMode.BILINEAR]


def affines(image):
    """torchvision's affine with parameters all over their ranges, and those that meet special cases."""
    u = uniform("affine", 24 * 6).astype(np.float64).reshape(24, 6)
    cases = [
        {"angle": 45 * a, "translate": [round(6 * b), round(5 * c)], "scale": 1 + 0.4 * d, "shear": [25 * e, 20 * f]}
        for a, b, c, d, e, f in u.tolist()
    ]
    still = {"angle": 0, "translate": [0, 0], "scale": 1, "shear": [0, 0]}
    cases += [{**still, **change} for change in (
        {}, {"translate": [3, -2]}, {"scale": 0.7}, {"scale": 1.3, "translate": [-1, 4]}, {"angle": 90}, {"angle": 180},
        {"shear": [30, 0]}, {"shear": [0, -15]}, {"scale": 20}, {"scale": 0.05})]
    return [
        {**case, "interpolation": mode.value, "fill": fill,
         "sha256": digest(F.affine(image, **case, interpolation=mode, fill=fill))}
        for index, case in enumerate(cases) for mode in MODES for fill in [FILLS[index % 3]]
    ]


def rotations(image):
    angles = [*(180 * uniform("rotation", 12).astype(np.float64)).tolist(), 0, 90, -90, 180, 270, 45, 360]
    return [
        {"angle": angle, "interpolation": mode.value, "fill": fill,
         "sha256": digest(F.rotate(image, angle, mode, fill=fill))}
        for index, angle in enumerate(angles) for mode in MODES for fill in [FILLS[index % 3]]
    ]


def nearest_places():
    """Which pixel each pixel of a row shows, for rows of 1 to 64 pixels resized to 1 to 64."""
    places = []
    for size in range(1, 65):
        row = Image.fromarray(np.arange(size, dtype=np.uint8)[None])
        places += [np.asarray(row.resize((to, 1), Image.NEAREST))[0] for to in range(1, 65)]
    return hashlib.sha256(np.concatenate(places).tobytes()).hexdigest()


def erased(image):
    tensor = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)
    result = F.erase(tensor, 3, 5, 6, 9, torch.tensor([10, 200, 30], dtype=torch.uint8)[:, None, None])
    return result.permute(1, 2, 0).numpy()


def main():
    image = picture()
    color = [
        {"adjust": name, "factor": factor, **encoded(getattr(F, f"adjust_{name}")(image, factor))}
        for name, factors in {
            "brightness": [0, 0.3, 1.7],
            "contrast": [0, 0.45, 1.6],
            "saturation": [0, 0.25, 2.1],
            "hue": [-0.5, -0.07, 0.03, 0.41],
        }.items()
        for factor in factors
    ]
    resized = [
        {"interpolation": mode.value, "to": [width, height],
         **encoded(image.resize((width, height), getattr(Image, mode.name)))}
        for mode in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR, InterpolationMode.BICUBIC,
                     InterpolationMode.LANCZOS)
        for width, height in ((7, 5), (25, 9))
    ]
    crops = [
        {"box": [2, 3, 11, 7], "size": 6, **encoded(F.resized_crop(image, 3, 2, 7, 11, [6, 6]))},
        {"box": [5, 1, 4, 12], "size": 9, **encoded(F.resized_crop(image, 1, 5, 12, 4, [9, 9]))},
    ]
    centers = [{"size": size, **encoded(F.center_crop(image, [size, size]))} for size in (8, 9, 12, 16, 21)]
    sizes = [
        {"from": [w, h], "size": size, "to": list(F.resize(Image.new("RGB", (w, h)), size).size)}
        for w, h, size in ((500, 375, 110), (375, 500, 110), (33, 100, 64), (64, 64, 64), (99, 100, 64), (1000, 3, 7))
    ]
    pads = [
        {"padding": padding, "mode": mode, "fill": fill,
         "sha256": digest(F.pad(image, [padding], fill=tuple(fill) if isinstance(fill, list) else fill,
                                padding_mode=mode))}
        for padding in (1, 4, 12) for mode in ("constant", "edge", "reflect", "symmetric")
        for fill in (FILLS if mode == "constant" else [0])
    ]
    low = Image.fromarray((np.asarray(image) // np.array([2, 3, 255]) + np.array([9, 0, 40])).astype(np.uint8))
    blurs = [
        {"kernelSize": size, "sigma": sigma, **encoded(F.gaussian_blur(image, [size, size], [sigma, sigma]))}
        for size, sigma in ((3, 0.5), (5, 1.3), (9, 2.0))
    ]
    golden = {
        "pillow": PIL.__version__,
        "torchvision": torchvision.__version__,
        "width": WIDTH,
        "height": HEIGHT,
        "color": color,
        "grayscale": encoded(F.rgb_to_grayscale(image, 3)),
        "resized": resized,
        "resizedCrops": crops,
        "centerCrops": centers,
        "shortSides": sizes,
        "nearestPlaces": nearest_places(),
        "affines": affines(image),
        "rotations": rotations(image),
        "pads": pads,
        "verticalFlip": encoded(F.vflip(image)),
        "erased": digest(erased(image)),
        "autocontrast": [encoded(F.autocontrast(image)), encoded(F.autocontrast(low))],
        "lowContrast": encoded(low),
        "blurs": blurs,
    }
    path = Path(__file__).parent / "golden" / "augmentations.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
