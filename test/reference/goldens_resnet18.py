"""Twenty steps of torchvision's ResNet18 on seeded pixels, and PyTorch's own spread between thread counts.

Step s (from 0) trains on seeded_images("batch.s"); the losses of every step are kept for one and two threads.
The learning rates are as large as the trajectory stays insensitive to the order of sums: in float64 it differs
from float32 by less than 5e-4 everywhere.
"""

import numpy as np
import torch
import torchvision

from seeded import seeded_images, seeded_labels, seeded_parameter

CLASSES, SIZE, BATCH, STEPS = 10, 64, 8, 20
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

SGD = {"name": "sgd", "lr": 1e-3, "momentum": 0.9, "weight_decay": 5e-4}
ADAM = {"name": "adam", "lr": 5e-5}
CASES = [
    {"name": "sgd", "optimizer": SGD},
    {"name": "adam", "optimizer": ADAM},
    {"name": "sgd with a frozen backbone", "optimizer": {**SGD, "lr": 3e-3}, "frozen": True},
    {"name": "adam with a frozen backbone", "optimizer": {**ADAM, "lr": 3e-3}, "frozen": True},
    {"name": "sgd with nesterov", "optimizer": {**SGD, "weight_decay": 0.1, "nesterov": True}},
    # A decay this strong that a step without it, or coupled as Adam's, shows in every norm.
    {"name": "adamw", "optimizer": {"name": "adamw", "lr": 5e-5, "weight_decay": 20.0}},
    {
        "name": "label smoothing and class weights",
        "optimizer": SGD,
        "labelSmoothing": 0.1,
        "classWeights": [0.5, 1.0, 1.5, 2.0, 0.5, 1.0, 1.5, 2.0, 0.5, 1.0],
    },
    {"name": "clipping by norm", "optimizer": {**SGD, "lr": 2e-2}, "maxNorm": 1.0},
    {"name": "separate learning rates", "optimizer": SGD, "headLr": 5e-3, "decayNormsAndBiases": False},
]
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def make_model(dtype):
    model = torchvision.models.resnet18(num_classes=CLASSES)
    state = {
        name: value if name.endswith("num_batches_tracked") else torch.from_numpy(seeded_parameter(name, tuple(value.shape)))
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model.to(dtype).train()


def freeze_backbone(model):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith("fc.")
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def make_optimizer(model, case):
    options = dict(case["optimizer"])
    make = OPTIMIZERS[options.pop("name")]
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    if "headLr" not in case:
        return make([parameter for _, parameter in named], **options)
    groups = [
        {
            "params": [parameter],
            "lr": case["headLr"] if name.startswith("fc.") else options["lr"],
            "weight_decay": options["weight_decay"] if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in named
    ]
    return make(groups, **options)


def batch(step, dtype):
    """Normalised float32 images [N, 3, H, W] and labels, as the graph computes them from bytes."""
    labels = seeded_labels(f"batch.{step}", BATCH, CLASSES)
    pixels = torch.from_numpy(seeded_images(f"batch.{step}", labels, SIZE)).float()
    images = (pixels / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return images.permute(0, 3, 1, 2).contiguous().to(dtype), torch.from_numpy(labels)


def run(case, threads, dtype=torch.float32):
    torch.set_num_threads(threads)
    model = make_model(dtype)
    if case.get("frozen"):
        freeze_backbone(model)
    optimizer = make_optimizer(model, case)
    weights = case.get("classWeights")
    loss_function = torch.nn.CrossEntropyLoss(
        weight=None if weights is None else torch.tensor(weights, dtype=dtype),
        label_smoothing=case.get("labelSmoothing", 0.0),
    )
    losses, norms = [], []
    for step in range(STEPS):
        images, labels = batch(step, dtype)
        loss = loss_function(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        norms.append(torch.nn.utils.clip_grad_norm_(trained, case.get("maxNorm", float("inf"))).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms, model


def statistics(model):
    """Sums of running statistics and norms of parameters after the last step, and logits in evaluation mode."""
    state = {name: value.double() for name, value in model.state_dict().items()}
    kept = {}
    for norm in ["bn1", "layer1.0.bn1", "layer2.0.downsample.1", "layer4.1.bn2"]:
        for name in ["running_mean", "running_var"]:
            kept[f"{norm}.{name}"] = {"sum": state[f"{norm}.{name}"].sum().item()}
    for name in ["conv1.weight", "layer1.0.bn1.weight", "layer2.0.downsample.0.weight", "layer4.1.conv2.weight"]:
        kept[name] = {"norm": state[name].norm().item()}
    for name in ["fc.weight", "fc.bias"]:
        kept[name] = {"norm": state[name].norm().item(), "sum": state[name].sum().item()}
    model.eval()
    with torch.no_grad():
        images, _ = batch(0, next(model.parameters()).dtype)
        return kept, model(images)[0].tolist()


def case_golden(case):
    losses, norms, model = run(case, threads=1)
    with_two_threads, _, _ = run(case, threads=2)
    exact, _, _ = run(case, threads=2, dtype=torch.float64)
    spread = np.abs(np.array(with_two_threads) / np.array(losses) - 1)
    off_exact = np.abs(np.array(losses) / np.array(exact) - 1)
    print(f"{case['name']}: {losses[0]:.3f} to {losses[-1]:.3f}, spread {spread.max():.1e}, float64 {off_exact.max():.1e}")
    state, logits = statistics(model)
    return {
        **case,
        "losses": losses,
        "lossesWithTwoThreads": with_two_threads,
        "lossesInFloat64": exact,
        "maxSpread": spread.max(),
        "gradientNorms": norms,
        "statistics": state,
        "evalLogits": logits,
    }


def resnet18_golden():
    return {
        "classes": CLASSES,
        "imageSize": SIZE,
        "batchSize": BATCH,
        "steps": STEPS,
        "mean": MEAN,
        "std": STD,
        "cases": [case_golden(case) for case in CASES],
    }
