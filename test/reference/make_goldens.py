"""Writes golden/*.json: what PyTorch computes, for the tests to compare with.

    python3 test/reference/make_goldens.py [seeded|kinks|losses|optimizers|recipes|schedules|resnet18|networks|steps/mycnn ...]

Made with Debian's python3-torch and python3-torchvision; every file records their versions.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision

from goldens_kinks import kinks_golden
from goldens_losses import cross_entropy_golden
from goldens_networks import NETWORK_GOLDENS
from goldens_optimizers import optimizers_golden
from goldens_recipes import recipes_golden
from goldens_resnet18 import resnet18_golden
from goldens_schedules import schedules_golden
from seeded import fnv1a, hashes, seeded_images, seeded_labels, seeded_parameter, uniform


def seeded_golden():
    """A few values of the seeded generator itself, so that both sides are held to the same stream."""
    labels = seeded_labels("batch.0", 8, 10)
    images = seeded_images("batch.0", labels, 20)
    names = {
        "layer1.0.conv1.weight": [4, 3, 3, 3],
        "layer1.0.bn1.weight": [5],
        "layer1.0.bn2.weight": [5],
        "layer1.0.bn1.bias": [5],
        "layer1.0.bn1.running_mean": [5],
        "layer1.0.bn1.running_var": [5],
        "fc.weight": [2, 5],
        "fc.bias": [2],
    }
    return {
        "fnv1a": {text: fnv1a(text) for text in ["", "a", "layer1.0.conv1.weight", "层"]},
        "hashes": [int(value) for value in hashes("stream", 5)],
        "uniform": [float(value) for value in uniform("stream", 5)],
        "labels": labels.tolist(),
        "imageSum": int(images.astype(np.int64).sum()),
        "imageRow": images[7, 19].reshape(-1).tolist(),
        "parameters": {
            name: {"dims": dims, "first": seeded_parameter(name, dims).reshape(-1)[:5].tolist()}
            for name, dims in names.items()
        },
    }


GOLDENS = {
    "seeded": seeded_golden,
    "kinks": kinks_golden,
    "losses": cross_entropy_golden,
    "optimizers": optimizers_golden,
    "recipes": recipes_golden,
    "schedules": schedules_golden,
    "resnet18": resnet18_golden,
    **NETWORK_GOLDENS,
}


def main(names):
    folder = Path(__file__).parent / "golden"
    for name in names or GOLDENS:
        golden = {"torch": torch.__version__, "torchvision": torchvision.__version__, **GOLDENS[name]()}
        (folder / f"{name}.json").write_text(json.dumps(golden, indent=1) + "\n")
        print(f"golden/{name}.json")


if __name__ == "__main__":
    main(sys.argv[1:])
