"""PyTorch's side of the benchmarks: one JSON request a line on standard input, one answer a line.

{"subject": "training-step", "imageSize": 224, "batchSize": 16, "threads": 2, "channelsLast": false}
    one step of torchvision's ResNet18: forward, loss, backward, SGD with momentum and weight decay
{"subject": "features", "imageSize": 224, "images": 512, "batchSize": 32, "threads": 2, "channelsLast": false}
    ResNet18's features in evaluation mode

Answers {"seconds": S}. The first request of a kind builds the network and warms it up before it is timed.
"""

import json
import sys
import time

import torch
import torchvision

KNOWN = {}


def resnet18(channels_last):
    model = torchvision.models.resnet18(num_classes=10)
    return model.to(memory_format=torch.channels_last) if channels_last else model


def images(count, request):
    pixels = torch.randn(count, 3, request["imageSize"], request["imageSize"])
    return pixels.to(memory_format=torch.channels_last) if request["channelsLast"] else pixels


def training_step(request):
    model = resnet18(request["channelsLast"]).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    pixels = images(request["batchSize"], request)
    labels = torch.arange(request["batchSize"]) % 10

    def step():
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(pixels), labels).backward()
        optimizer.step()

    return step


def features(request):
    model = resnet18(request["channelsLast"]).eval()
    model.fc = torch.nn.Identity()
    batch = images(request["batchSize"], request)

    def run():
        with torch.no_grad():
            for _ in range(request["images"] // request["batchSize"]):
                model(batch)

    return run


SUBJECTS = {"training-step": training_step, "features": features}

for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    key = json.dumps(request, sort_keys=True)
    if key not in KNOWN:
        KNOWN[key] = SUBJECTS[request["subject"]](request)
        KNOWN[key]()
        if request["subject"] == "training-step":
            KNOWN[key]()
    started = time.perf_counter()
    KNOWN[key]()
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
