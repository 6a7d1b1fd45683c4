"""Networks of docs/networks.md, built by PyTorch from the same files."""

import json
from pathlib import Path

from torch import nn

from networks import SqueezeExcitation

FIXTURES = Path(__file__).parent.parent / "fixtures" / "networks"


class Sequence(nn.Module):
    """Layers in order, under their names; `outputs` are the channels or features that come out."""

    def __init__(self, layers, inputs, classes=None, unnamed="step"):
        super().__init__()
        self.outputs = inputs
        for i, layer in enumerate(layers):
            options = {key: value for key, value in layer.items() if key not in ("type", "name")}
            self.add_module(layer.get("name", f"{unnamed}{i}"), self.make(layer["type"], options, classes))

    def make(self, kind, options, classes):
        if kind == "residual":
            made = Residual(options["body"], options.get("shortcut", []), self.outputs)
            self.outputs = made.outputs
            return made
        if kind == "squeeze-excitation":
            assert options == {"squeeze_channels": self.outputs // 16}
            return SqueezeExcitation(self.outputs)
        inputs = {"Conv2d": "in_channels", "BatchNorm2d": "num_features", "Linear": "in_features"}
        if kind in inputs:
            options = {**options, inputs[kind]: self.outputs}
        if kind == "Linear":
            options = {"out_features": classes, **options}
        if kind == "AdaptiveAvgPool2d":
            options = {"output_size": 1, **options}
        self.outputs = options.get("out_channels", options.get("out_features", self.outputs))
        return getattr(nn, kind)(**options)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x


class Residual(nn.Module):
    """body(x) + shortcut(x); the layers of both lie below its own name."""

    def __init__(self, body, shortcut, inputs):
        super().__init__()
        self.branches = [Sequence(body, inputs), Sequence(shortcut, inputs, unnamed="shortcut")]
        self.outputs = self.branches[0].outputs
        for branch in self.branches:
            for name, module in branch.named_children():
                self.add_module(name, module)

    def forward(self, x):
        return self.branches[0](x) + self.branches[1](x)


def read_sequence(name, classes):
    """The network of test/fixtures/networks/<name>.json."""
    return Sequence(json.loads((FIXTURES / f"{name}.json").read_text())["layers"], 3, classes)
