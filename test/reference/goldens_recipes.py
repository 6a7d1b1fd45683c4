"""Fifty steps of a small network with every optimizer, with groups of parameters, an L2 penalty and mixed batches.

The network: conv 3 -> 2 (3 x 3, padding 1), ReLU, fc 72 -> 3, on 6 images of 6 x 6 pixels; four batches take turns.
"""

import torch
from torch import nn

from seeded import seeded_images, seeded_labels, seeded_parameter, uniform

STEPS = 50
BATCH = 6
SIZE = 6
CLASSES = 3

SGD = {"lr": 0.05}
MOMENTUM = {**SGD, "momentum": 0.9}
ADAM = {"lr": 0.01}
CASES = [
    {"optimizer": "sgd", "options": SGD},
    {"optimizer": "sgd", "options": {**SGD, "weight_decay": 0.1}},
    {"optimizer": "sgd", "options": MOMENTUM},
    {"optimizer": "sgd", "options": {**MOMENTUM, "weight_decay": 0.1}},
    {"optimizer": "sgd", "options": {**MOMENTUM, "dampening": 0.5}},
    {"optimizer": "sgd", "options": {**MOMENTUM, "dampening": 0.5, "weight_decay": 0.1}},
    {"optimizer": "sgd", "options": {**MOMENTUM, "nesterov": True}},
    {"optimizer": "sgd", "options": {**MOMENTUM, "nesterov": True, "weight_decay": 0.1}},
    {"optimizer": "adam", "options": ADAM},
    {"optimizer": "adam", "options": {**ADAM, "weight_decay": 0.1}},
    {"optimizer": "adam", "options": {**ADAM, "betas": [0.9, 0.99], "weight_decay": 5e-4}},
    {"optimizer": "adamw", "options": {**ADAM, "weight_decay": 0.1}},
    {"optimizer": "adamw", "options": {**ADAM, "betas": [0.9, 0.99], "weight_decay": 0.5}},
    {
        "optimizer": "adam",
        "options": {**ADAM, "weight_decay": 0.1},
        "groups": {
            "conv.weight": {"lr": 0.002},
            "conv.bias": {"lr": 0.002},
            "fc.bias": {"lr": 0.02, "weight_decay": 0.0},
        },
        "paramGroups": [{"pattern": "conv.*", "lr": 0.002}, {"pattern": "*.bias", "lr_factor": 2, "weight_decay": 0}],
    },
    {
        "optimizer": "sgd",
        "options": {**MOMENTUM, "weight_decay": 0.1},
        "frozen": ["conv.weight", "conv.bias"],
        "paramGroups": [{"pattern": "conv.*", "freeze": True}],
    },
    {"optimizer": "sgd", "options": SGD, "l2Penalty": 0.05},
    {"optimizer": "adam", "options": ADAM, "l2Penalty": 0.05},
    {"optimizer": "sgd", "options": SGD, "mixing": True},
]
CLASSES_OF = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def small_network():
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(3, 2, 3, padding=1))
    net.add_module("relu", nn.ReLU())
    net.add_module("flatten", nn.Flatten())
    net.add_module("fc", nn.Linear(2 * SIZE * SIZE, CLASSES))
    with torch.no_grad():
        for name, value in net.named_parameters():
            value.copy_(torch.from_numpy(seeded_parameter(name, list(value.shape))))
    return net


def batch(step):
    name = f"recipes.{step % 4}"
    labels = seeded_labels(name, BATCH, CLASSES)
    pixels = torch.from_numpy(seeded_images(name, labels, SIZE)).permute(0, 3, 1, 2).float()
    return (pixels / 255 - 0.5) / 0.25, torch.from_numpy(labels)


def trajectory(case):
    net = small_network()
    groups = []
    for name, value in net.named_parameters():
        if name in case.get("frozen", []):
            value.requires_grad_(False)
        else:
            groups.append({"params": [value], **case.get("groups", {}).get(name, {})})
    optimizer = CLASSES_OF[case["optimizer"]](groups, **case["options"])
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        if case.get("mixing"):
            mask = torch.from_numpy((uniform(f"recipes.mask.{step}", SIZE * SIZE) + 1) / 2).reshape(1, 1, SIZE, SIZE)
            weight = mask.mean()
            logits = net(mask * images + (1 - mask) * images.roll(1, 0))
            own = nn.functional.cross_entropy(logits, labels)
            loss = weight * own + (1 - weight) * nn.functional.cross_entropy(logits, labels.roll(1, 0))
        else:
            loss = nn.functional.cross_entropy(net(images), labels)
        if "l2Penalty" in case:
            loss = loss + case["l2Penalty"] * sum((value**2).sum() for value in net.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "losses": losses,
        "parameters": {name: value.flatten().tolist() for name, value in net.named_parameters()},
    }


def recipes_golden():
    torch.set_num_threads(1)
    cases = [{**case, **trajectory(case)} for case in CASES]
    return {"steps": STEPS, "batchSize": BATCH, "imageSize": SIZE, "classes": CLASSES, "cases": cases}
