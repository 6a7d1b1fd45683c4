"""Writes golden/augmentations.json: what Pillow and torchvision make of seeded pixels.

Run with Debian's python3-torchvision: python3 test/reference/make_augmentation_goldens.py
"""
import base64
import json
from pathlib import Path

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from seeded import hashes

WIDTH, HEIGHT = 18, 13


def picture():
    noise = (np.asarray(hashes("augmentations", HEIGHT * WIDTH * 3)) >> 24).astype(np.uint8)
    return Image.fromarray(noise.reshape(HEIGHT, WIDTH, 3))


def encoded(image):
    array = np.asarray(image)
    return {"width": image.width, "height": image.height, "data": base64.b64encode(array.tobytes()).decode()}


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
    }
    path = Path(__file__).parent / "golden" / "augmentations.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
