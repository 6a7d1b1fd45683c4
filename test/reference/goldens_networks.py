"""The networks' state_dicts, and five steps of each on seeded weights and pixels with shared dropout masks.

Step s (from 0) trains on seeded_images("batch.s"). The losses are kept for one and for two threads: their spread
is what the order of sums is worth. Learning rates are such that float64 stays close by.
"""

import numpy as np
import torch
import torchvision

from networks import WRITE_UPS
from seeded import seeded_images, seeded_labels, seeded_parameter
from sequence import read_sequence
from shared_dropout import SharedDropout

STEPS = 5
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
SGD = {"name": "sgd", "lr": 1e-3, "momentum": 0.9, "weight_decay": 5e-4}
ADAM = {"name": "adam", "lr": 5e-5}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}

TORCHVISION = {
    name: (lambda make: lambda classes=1000: make(num_classes=classes))(getattr(torchvision.models, name))
    for name in ["resnet18", "resnet34", "resnet50", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny"]
}


def steps_of(make, optimizer, classes=10, size=32, batch=8):
    """A network to train, made by `make(classes)` for images of `size` pixels."""
    return {"make": make, "optimizer": optimizer, "classes": classes, "imageSize": size, "batchSize": batch}


# Images of 67 pixels leave AlexNet 256 features.
ALEXNET = {"classes": 10, "size": 67, "batch": 4}
LARGE = {"size": 64, "batch": 4}
# In a million activations one lies so near to ReLU's kink that another order of sums flips it. VGG magnifies that:
# it normalises over as little as 32 values. Hence its lower rates.
STEPS_OF = {
    "mycnn": steps_of(WRITE_UPS["mycnn"], ADAM),
    "cifar-resnet": steps_of(WRITE_UPS["cifar-resnet"], SGD),
    "cifar-se-resnet": steps_of(WRITE_UPS["cifar-se-resnet"], ADAM),
    "vgg11": steps_of(WRITE_UPS["vgg11"], {**ADAM, "lr": 1e-5}),
    "vgg13": steps_of(WRITE_UPS["vgg13"], {**SGD, "lr": 1e-4}),
    "vgg16": steps_of(WRITE_UPS["vgg16"], {**ADAM, "lr": 1e-5}),
    "vgg19": steps_of(WRITE_UPS["vgg19"], {**SGD, "lr": 1e-4}),
    "dainet7": steps_of(WRITE_UPS["dainet7"], ADAM),
    "birdplane-plain": steps_of(WRITE_UPS["birdplane-plain"], SGD, classes=2),
    "birdplane-width": steps_of(WRITE_UPS["birdplane-width"], ADAM, classes=2),
    "birdplane-dropout": steps_of(WRITE_UPS["birdplane-dropout"], SGD, classes=2),
    "birdplane-batchnorm": steps_of(WRITE_UPS["birdplane-batchnorm"], SGD, classes=2),
    "alexnet-cifar": steps_of(WRITE_UPS["alexnet-cifar"], {**ADAM, "lr": 1e-5}),
    "alexnet": steps_of(lambda classes: WRITE_UPS["alexnet"](classes, inputs=256), SGD, **ALEXNET),
    "alexnet-groups": steps_of(lambda classes: WRITE_UPS["alexnet-groups"](classes, inputs=256), ADAM, **ALEXNET),
    "resnet34": steps_of(TORCHVISION["resnet34"], SGD, **LARGE),
    "resnet50": steps_of(TORCHVISION["resnet50"], {**SGD, "lr": 5e-4}, **LARGE),
    "mobilenet_v3_small": steps_of(TORCHVISION["mobilenet_v3_small"], {**SGD, "lr": 1e-2}, **LARGE),
    "efficientnet_b0": steps_of(TORCHVISION["efficientnet_b0"], {**SGD, "lr": 3e-3}, **LARGE),
    "convnext_tiny": steps_of(TORCHVISION["convnext_tiny"], {**SGD, "lr": 1e-2}, size=32, batch=4),
    "every-layer": steps_of(lambda classes: read_sequence("every-layer", classes), {**SGD, "lr": 1e-2}, classes=5, size=24),
}


def networks_golden():
    """Names and shapes of every state_dict, in its order, as published; without BatchNorm's counts of batches."""
    return {
        "networks": {
            name: {
                entry: "x".join(map(str, value.shape))
                for entry, value in make().state_dict().items()
                if not entry.endswith("num_batches_tracked")
            }
            for name, make in {**WRITE_UPS, **TORCHVISION}.items()
        }
    }


def seeded_model(case, dtype):
    model = case["make"](case["classes"])
    state = {
        name: value if name.endswith("num_batches_tracked") else torch.from_numpy(seeded_parameter(name, tuple(value.shape)))
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model.to(dtype).train()


def batch(case, step, dtype):
    """Normalised images [N, 3, H, W] and labels, as the graph computes them from bytes."""
    labels = seeded_labels(f"batch.{step}", case["batchSize"], case["classes"])
    pixels = torch.from_numpy(seeded_images(f"batch.{step}", labels, case["imageSize"])).float()
    images = (pixels / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return images.permute(0, 3, 1, 2).contiguous().to(dtype), torch.from_numpy(labels)


def losses_of(case, threads, dtype=torch.float32):
    torch.set_num_threads(threads)
    model = seeded_model(case, dtype)
    dropout = SharedDropout(model)
    options = dict(case["optimizer"])
    optimizer = OPTIMIZERS[options.pop("name")](model.parameters(), **options)
    losses = []
    for step in range(STEPS):
        dropout.begin(step)
        images, labels = batch(case, step, dtype)
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def steps_golden(name):
    case = STEPS_OF[name]
    one, two, exact = losses_of(case, 1), losses_of(case, 2), losses_of(case, 1, torch.float64)
    off = lambda losses: np.abs(np.array(losses) / np.array(one) - 1).max()
    print(f"{name}: {', '.join(f'{loss:.4f}' for loss in one)}; spread {off(two):.1e}, float64 {off(exact):.1e}")
    settings = {key: value for key, value in case.items() if key != "make"}
    return {**settings, "mean": MEAN, "std": STD, "losses": one, "lossesWithTwoThreads": two}


def eval_logits_golden():
    """Logits of the first batch before any step, in evaluation mode."""
    logits = {}
    torch.set_num_threads(1)
    for name, case in STEPS_OF.items():
        with torch.no_grad():
            images, _ = batch(case, 0, torch.float32)
            logits[name] = seeded_model(case, torch.float32).eval()(images).flatten().tolist()
    return {"logits": logits}


NETWORK_GOLDENS = {
    "networks": networks_golden,
    "eval_logits": eval_logits_golden,
    **{f"steps/{name}": (lambda name: lambda: steps_golden(name))(name) for name in STEPS_OF},
}
