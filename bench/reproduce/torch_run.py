"""One recipe of recipes.json in PyTorch: `torch_run.py RECIPE SEED ARCHIVE` prints its result as a line of JSON.

ARCHIVE is CIFAR-10 as an ImageFolder with train/ and test/, in a .tar, or a folder.
"""

import io
import json
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import cross_entropy, pad

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "test/reference"))
from networks import WRITE_UPS  # noqa: E402


def files(source):
    """(path below the source, bytes) of every picture, in the order of their names."""
    if Path(source).is_dir():
        for path in sorted(Path(source).glob("*/*/*.*")):
            yield str(path.relative_to(source)), path.read_bytes()
        return
    with tarfile.open(source) as archive:
        for member in sorted((m for m in archive if m.isfile()), key=lambda m: m.name):
            yield member.name.removeprefix("./"), archive.extractfile(member).read()


def read(source, wanted):
    """Pixels uint8 [N, 3, 32, 32] and labels by split."""
    pictures = {"train": [], "test": []}
    for name, data in files(source):
        split, label = name.split("/")[-3:-1]
        if wanted is None or label in wanted:
            pictures[split].append((label, np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))))
    classes = sorted({label for label, _ in pictures["train"]})
    return {
        split: (
            torch.from_numpy(np.stack([pixels for _, pixels in entries])).permute(0, 3, 1, 2).contiguous(),
            torch.tensor([classes.index(label) for label, _ in entries]),
        )
        for split, entries in pictures.items()
    }, len(classes)


def crop_flip(x):
    """RandomCrop(32, padding=4) and RandomHorizontalFlip, each picture by itself."""
    n = len(x)
    padded = pad(x, (4, 4, 4, 4))
    rows = torch.randint(0, 9, (n,))[:, None] + torch.arange(32)
    columns = torch.randint(0, 9, (n,))[:, None] + torch.arange(32)
    columns = torch.where(torch.rand(n)[:, None] < 0.5, columns.flip(1), columns)
    return padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def batches(count, size, order, drop_last):
    ends = range(size, count + 1, size) if drop_last else range(size, count + size, size)
    return [order[end - size : end] for end in ends]


def evaluate(model, x, y, recipe, normalize):
    model.eval()
    hits = total = 0
    with torch.no_grad():
        for rows in batches(len(x), recipe["batchSize"], torch.arange(len(x)), recipe.get("dropLast", False)):
            hits += (model(normalize(x[rows])).argmax(1) == y[rows]).sum().item()
            total += len(rows)
    return 100 * hits / total


def make_optimizer(model, recipe, lr):
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(model.parameters(), lr, weight_decay=recipe.get("weightDecay", 0))
    betas = tuple(recipe.get("betas", (0.9, 0.999)))
    return torch.optim.Adam(model.parameters(), lr, betas=betas, weight_decay=recipe.get("weightDecay", 0))


def train(recipe, data, classes):
    mean, std = (torch.tensor(recipe[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    normalize = lambda x: (x.float() / 255 - mean) / std
    (x, y), (test_x, test_y) = data["train"], data["test"]
    model = WRITE_UPS[recipe["model"]](classes)
    for phase in recipe["phases"]:
        optimizer = make_optimizer(model, recipe, phase["lr"])
        for _ in range(phase["epochs"]):
            model.train()
            for rows in batches(len(x), recipe["batchSize"], torch.randperm(len(x)), recipe.get("dropLast", False)):
                images = crop_flip(x[rows]) if recipe["augment"] == "pad-crop-flip" else x[rows]
                loss = cross_entropy(model(normalize(images)), y[rows])
                if "l2Penalty" in recipe:
                    loss = loss + recipe["l2Penalty"] * sum((p**2).sum() for p in model.parameters())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return evaluate(model, test_x, test_y, recipe, normalize)


def main(name, seed, source):
    recipe = next(recipe for recipe in json.loads((HERE / "recipes.json").read_text())["recipes"] if recipe["name"] == name)
    data, classes = read(source, recipe.get("classes"))
    torch.manual_seed(seed)
    start = time.time()
    accuracy = train(recipe, data, classes)
    print(json.dumps({"accuracy": round(accuracy, 2), "seconds": round(time.time() - start, 1), "torch": torch.__version__}))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
