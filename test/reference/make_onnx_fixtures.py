"""Writes test/fixtures/onnx/*.onnx: small models as PyTorch's exporter writes them.

Run with Debian's python3-torch: python3 test/reference/make_onnx_fixtures.py
"""
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "onnx"


class Residual(nn.Module):
    """A convolutional network with BatchNorm, pooling and a skip connection."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.conv = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8, 5)

    def forward(self, images):
        x = self.stem(images)
        x = torch.relu(x + self.norm(self.conv(x)))
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Perceptron(nn.Module):
    """Two layers, a softmax and a second output of another type."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(12, 7)
        self.head = nn.Linear(7, 4)

    def forward(self, x):
        probabilities = torch.softmax(self.head(torch.tanh(self.hidden(x))), dim=1)
        return probabilities, probabilities.argmax(dim=1)


class Sizes(nn.Module):
    """Shapes computed while it runs: Shape, Gather, Concat, Slice, Reshape, Pad and Cast, with Constant nodes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3)

    def forward(self, x):
        batch, _, height, width = x.shape
        y = nn.functional.pad(self.conv(x), (1, 1, 1, 1))
        y = y.reshape(batch, 4, height * width)
        return (y[:, :, ::2] / height).transpose(1, 2)


def export(name, model, example, opset, inputs, outputs, dynamic):
    # Running statistics other than 0 and 1, and their nodes kept, so that the file holds what training left.
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    torch.onnx.export(
        model.eval(),
        example,
        str(FOLDER / f"{name}.onnx"),
        opset_version=opset,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=dynamic,
    )


def main():
    torch.manual_seed(0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    batch = {0: "batch"}
    export("residual-opset13", Residual(), torch.zeros(2, 3, 32, 32), 13, ["images"], ["logits"],
           {"images": batch, "logits": batch})
    export("perceptron-opset17", Perceptron(), torch.zeros(3, 12), 17, ["x"], ["probabilities", "top"], None)
    export("sizes-opset15", Sizes(), torch.zeros(2, 2, 9, 8), 15, ["x"], ["y"],
           {"x": {0: "batch", 2: "height", 3: "width"}, "y": {0: "batch", 1: "places"}})


if __name__ == "__main__":
    main()
