"""Writes test/fixtures/onnx/classifiers/*.onnx and golden/imported.json: torchvision's networks, made narrow, as
PyTorch's exporter writes them, and what PyTorch computes when it fine-tunes the same networks.

    python3 test/reference/make_onnx_classifiers.py

An export in evaluation mode folds every BatchNorm that follows a convolution into it; there PyTorch fine-tunes the
folded network. The head is replaced by a seeded one of four classes on both sides.
"""

import copy
import json
from functools import partial
from pathlib import Path

import torch
import torchvision
from torch import nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.models.shufflenetv2 import ShuffleNetV2
from torchvision.models.squeezenet import Fire
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops import Conv2dNormActivation

from seeded import seeded_images, seeded_labels, seeded_parameter
from shared_dropout import SharedDropout

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures" / "onnx" / "classifiers"
CLASSES, BATCH, STEPS = 4, 8, 5
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def resnet():
    """ResNet18's layout with one block a stage and a quarter of the channels."""
    model = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)
    model.conv1 = nn.Conv2d(3, 16, 7, 2, 3, bias=False)
    model.bn1, model.inplanes = nn.BatchNorm2d(16), 16
    for stage, planes in enumerate([16, 24, 32, 40], 1):
        setattr(model, f"layer{stage}", model._make_layer(BasicBlock, planes, 1, stride=1 if stage == 1 else 2))
    model.fc = nn.Linear(40, 10)
    return model


def mobilenet_v2():
    """MobileNetV2 with few and narrow blocks; depthwise convolutions and ReLU6."""
    settings = [[1, 8, 1, 1], [6, 8, 2, 2], [6, 16, 1, 2]]
    model = MobileNetV2(num_classes=10, width_mult=0.25, inverted_residual_setting=settings, dropout=0.2)
    inputs = model.features[-1][0].in_channels
    model.features[-1] = Conv2dNormActivation(inputs, 64, kernel_size=1, activation_layer=nn.ReLU6)
    model.classifier[1] = nn.Linear(64, 10)
    return model


def mobilenet_v3():
    """MobileNetV3 with three blocks: squeeze-and-excitation, hard sigmoid and hard swish."""
    block = partial(InvertedResidualConfig, width_mult=0.5)
    settings = [
        block(16, 3, 16, 16, True, "RE", 2, 1),
        block(16, 3, 48, 24, False, "HS", 2, 1),
        block(24, 5, 64, 24, True, "HS", 1, 1),
    ]
    return MobileNetV3(settings, last_channel=48, num_classes=10, dropout=0.0)


class WithSoftmax(nn.Module):
    """What people export so that the file gives probabilities."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return torch.softmax(self.model(x), dim=1)


def shufflenet():
    """ShuffleNetV2: splits and shuffles of channels, whose sizes it computes while it runs."""
    return ShuffleNetV2([2, 2, 1], [8, 16, 24, 32, 48], num_classes=10)


def squeezenet():
    """SqueezeNet: the head is a 1×1 convolution before the pooling."""
    last = nn.Conv2d(32, 10, 1)
    return nn.Sequential(
        *[nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True)],
        *[Fire(16, 8, 16, 16), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(32, 8, 16, 16)],
        *[nn.Dropout(0.0), last, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()],
    )


def convnext():
    """ConvNeXt of two blocks: layer normalisation across channels, GELU, and a learnt scale of each block."""
    return ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], stochastic_depth_prob=0.0, num_classes=10)


def vision_transformer():
    """A vision transformer of two layers: attention, a class token and places that are learnt."""
    return VisionTransformer(32, 8, num_layers=2, num_heads=2, hidden_dim=24, mlp_dim=48, num_classes=10)


class BatchFirst(nn.Module):
    """Attention as timm writes it: the batch comes first, and its size stands in every reshape."""

    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 24, 8, 8)
        self.cls_token, self.pos_embed = nn.Parameter(torch.zeros(1, 1, 24)), nn.Parameter(torch.zeros(1, 17, 24))
        self.norm1, self.norm2 = nn.LayerNorm(24), nn.LayerNorm(24)
        self.qkv, self.proj, self.head = nn.Linear(24, 72), nn.Linear(24, 24), nn.Linear(24, 10)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, n, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-2, -1) * (c // 2) ** -0.5).softmax(-1)
        x = x + self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))
        return self.head(self.norm2(x)[:, 0])


def seeded(model):
    state = {
        name: value if name.endswith("num_batches_tracked") else torch.from_numpy(seeded_parameter(name, tuple(value.shape)))
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model


def fused(model):
    """The network as the exporter leaves it in evaluation mode: BatchNorm folded into the convolution before it."""
    model = copy.deepcopy(model).eval()
    for owner in list(model.modules()):
        children = list(owner.named_children())
        for (name, conv), (norm, after) in zip(children, children[1:]):
            if isinstance(conv, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                setattr(owner, name, nn.utils.fusion.fuse_conv_bn_eval(conv, after))
                setattr(owner, norm, nn.Identity())
    return model


def new_head(model, path):
    owner, _, child = path.rpartition(".")
    old = model.get_submodule(path)
    if isinstance(old, nn.Conv2d):
        head = nn.Conv2d(old.in_channels, CLASSES, 1)
    else:
        head = nn.Linear(old.in_features, CLASSES)
    head.weight.data = torch.from_numpy(seeded_parameter("head.weight", tuple(head.weight.shape)))
    head.bias.data = torch.from_numpy(seeded_parameter("head.bias", tuple(head.bias.shape)))
    setattr(model.get_submodule(owner), child, head)
    return model


def losses(model, size, lr):
    """SGD with momentum on seeded pixels, as the tests take them."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    dropout = SharedDropout(model)
    found = []
    for step in range(STEPS):
        dropout.begin(step)
        labels = seeded_labels(f"batch.{step}", BATCH, CLASSES)
        pixels = torch.from_numpy(seeded_images(f"batch.{step}", labels, size)).float()
        images = ((pixels / 255 - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2).contiguous()
        loss = nn.functional.cross_entropy(model(images), torch.from_numpy(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def export(name, model, size, opset, kept, dynamic=True):
    mode = torch.onnx.TrainingMode.PRESERVE if kept else torch.onnx.TrainingMode.EVAL
    batch = {0: "batch"}
    torch.onnx.export(
        model.train() if kept else model.eval(),
        torch.zeros(2 if kept else 1, 3, size, size),
        str(FIXTURES / f"{name}.onnx"),
        opset_version=opset,
        training=mode,
        do_constant_folding=not kept,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": batch, "output": batch} if dynamic else None,
    )


CASES = [
    # name, network, path of the head, size, opset, BatchNorm kept, softmax, symbolic batch
    ("resnet-opset11", resnet, "fc", 64, 11, False, False, True),
    ("resnet-training-opset13", resnet, "fc", 64, 13, True, False, True),
    ("mobilenet-v2-opset17", mobilenet_v2, "classifier.1", 32, 17, False, False, False),
    ("mobilenet-v2-training-opset12", mobilenet_v2, "classifier.1", 32, 12, True, False, True),
    ("mobilenet-v3-opset10", mobilenet_v3, "classifier.3", 32, 10, False, False, True),
    ("mobilenet-v3-opset16", mobilenet_v3, "classifier.3", 32, 16, False, False, True),
    ("shufflenet-softmax-opset13", shufflenet, "fc", 64, 13, False, True, True),
    ("squeezenet-opset9", squeezenet, "7", 64, 9, False, False, True),
    ("resnet-opset7", resnet, "fc", 32, 7, False, False, False),
    ("convnext-opset12", convnext, "classifier.2", 32, 12, False, False, True),
    ("convnext-opset17", convnext, "classifier.2", 32, 17, False, False, True),
    ("vit-opset14", vision_transformer, "heads.head", 32, 14, False, False, True),
    ("attention-fixed-opset13", BatchFirst, "head", 32, 13, False, False, False),
    ("attention-opset11", BatchFirst, "head", 32, 11, False, False, True),
]


def main():
    torch.set_num_threads(1)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    export("vit-fixed-opset13", seeded(vision_transformer()), 32, 13, False, dynamic=False)
    cases = []
    for name, make, head, size, opset, kept, softmax, dynamic in CASES:
        torch.manual_seed(0)
        model = seeded(make())
        export(name, WithSoftmax(model) if softmax else model, size, opset, kept, dynamic)
        model = seeded(make())
        for module in model.modules():
            if isinstance(module, nn.Dropout) and not kept:
                # An export in evaluation mode holds no dropout.
                module.p = 0.0
        tuned = new_head(model if kept else fused(model), head).train()
        lr = 5e-3
        found = losses(tuned, size, lr)
        print(name, [round(loss, 4) for loss in found], (FIXTURES / f"{name}.onnx").stat().st_size)
        cases.append({"name": name, "head": head, "size": size, "lr": lr, "losses": found})
    golden = {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "classes": CLASSES,
        "batchSize": BATCH,
        "steps": STEPS,
        "mean": MEAN,
        "std": STD,
        "cases": cases,
    }
    (HERE / "golden" / "imported.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
