"""The write-ups' networks in PyTorch: what Vitrine's own are held against, name by name and number by number."""

from torch import nn


def conv3(inputs, outputs, stride=1, bias=True):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=bias)


class MyCnn(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.bn1 = conv3(3, 16), nn.BatchNorm2d(16)
        self.conv2, self.bn2 = conv3(16, 32), nn.BatchNorm2d(32)
        self.relu, self.pool = nn.ReLU(), nn.MaxPool2d(2)
        self.fc = nn.Linear(32 * 8 * 8, classes)

    def forward(self, x):
        x = self.pool(self.relu(self.bn1(self.conv1(x))))
        x = self.pool(self.relu(self.bn2(self.conv2(x))))
        return self.fc(x.flatten(1))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, channels // 16), nn.Linear(channels // 16, channels)
        self.relu = nn.ReLU()

    def forward(self, x):
        scale = self.fc2(self.relu(self.fc1(x.mean((2, 3))))).sigmoid()
        return x * scale[:, :, None, None]


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, squeeze):
        super().__init__()
        self.conv1, self.bn1 = conv3(inputs, outputs, stride, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv3(outputs, outputs, bias=False), nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.se = SqueezeExcitation(outputs) if squeeze else None
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(conv3(inputs, outputs, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y = y if self.se is None else self.se(y)
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class CifarResNet(nn.Module):
    def __init__(self, classes=10, stages=(2, 2, 2), squeeze=False):
        super().__init__()
        self.conv1, self.bn1, self.relu = conv3(3, 16, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        inputs, names = 16, []
        for stage, blocks in enumerate(stages):
            layers = []
            for i in range(blocks):
                outputs = 16 * 2**stage
                layers.append(Block(inputs, outputs, 2 if stage > 0 and i == 0 else 1, squeeze))
                inputs = outputs
            names.append(f"layer{stage + 1}")
            self.add_module(names[-1], nn.Sequential(*layers))
        self.stages = names
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        for name in self.stages:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


VGG = {
    "vgg11": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "vgg13": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "vgg16": [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
    "vgg19": [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}


class Vgg(nn.Module):
    def __init__(self, plan, classes=10):
        super().__init__()
        layers, inputs = [], 3
        for entry in plan:
            if entry == "M":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [conv3(inputs, entry), nn.BatchNorm2d(entry), nn.ReLU()]
                inputs = entry
        self.features, self.classifier = nn.Sequential(*layers), nn.Linear(512, classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class DaiNet7(nn.Module):
    DROPOUT = {1: 0.1, 2: 0.1, 4: 0.5, 5: 0.5}

    def __init__(self, classes=10):
        super().__init__()
        inputs = 3
        for i, outputs in enumerate([64, 64, 128, 128, 256, 256], 1):
            self.add_module(f"conv{i}", conv3(inputs, outputs))
            self.add_module(f"bn{i}", nn.BatchNorm2d(outputs))
            inputs = outputs
        self.relu, self.pool, self.average = nn.ReLU(), nn.MaxPool2d(2), nn.AvgPool2d(8)
        self.dropouts = {i: nn.Dropout(p) for i, p in self.DROPOUT.items()}
        for i, layer in self.dropouts.items():
            self.add_module(f"dropout{i}", layer)
        self.fc = nn.Linear(256, classes)

    def forward(self, x):
        for i in range(1, 7):
            x = getattr(self, f"bn{i}")(self.relu(getattr(self, f"conv{i}")(x)))
            x = self.pool(x) if i in (2, 4) else x
            x = self.dropouts[i](x) if i in self.dropouts else x
        return self.fc(self.average(x).flatten(1))


class BirdPlane(nn.Module):
    def __init__(self, classes=2, width=(16, 8), dropout=False, batchnorm=False):
        super().__init__()
        a, b = width
        norm = nn.BatchNorm2d if batchnorm else lambda channels: nn.Identity()
        self.conv1, self.bn1 = conv3(3, a), norm(a)
        self.conv2, self.bn2 = conv3(a, b), norm(b)
        self.dropout1, self.dropout2 = (nn.Dropout2d(0.4), nn.Dropout2d(0.4)) if dropout else (nn.Identity(), nn.Identity())
        self.tanh, self.pool = nn.Tanh(), nn.MaxPool2d(2)
        self.fc1, self.fc2 = nn.Linear(b * 64, 32), nn.Linear(32, classes)

    def forward(self, x):
        x = self.dropout1(self.pool(self.tanh(self.bn1(self.conv1(x)))))
        x = self.dropout2(self.pool(self.tanh(self.bn2(self.conv2(x)))))
        return self.fc2(self.tanh(self.fc1(x.flatten(1))))


class Classifier(nn.Module):
    def __init__(self, features, classifier):
        super().__init__()
        self.features, self.classifier = nn.Sequential(*features), nn.Sequential(*classifier)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def wide_head(inputs, classes):
    return [
        *[nn.Dropout(), nn.Linear(inputs, 4096), nn.ReLU()],
        *[nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()],
        nn.Linear(4096, classes),
    ]


def alexnet_cifar(classes=10):
    features = [
        *[conv3(3, 64, stride=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[conv3(64, 192), nn.ReLU(), nn.MaxPool2d(2)],
        *[conv3(192, 384), nn.ReLU(), conv3(384, 256), nn.ReLU(), conv3(256, 256), nn.ReLU(), nn.MaxPool2d(2)],
    ]
    return Classifier(features, wide_head(1024, classes))


def alexnet(classes=1000, groups=1, inputs=9216):
    """`inputs` features come out of the convolutions, 9216 of images of 227 pixels."""
    norm = {1: lambda: nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0), 2: lambda: nn.LocalResponseNorm(5, 1e-4, 0.75, 1.0)}[groups]
    pool = lambda: nn.MaxPool2d(3, 2)
    after = (lambda: [norm(), pool()]) if groups == 1 else (lambda: [pool(), norm()])
    features = [
        *[nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), *after()],
        *[nn.Conv2d(96, 256, 5, padding=2, groups=groups), nn.ReLU(), *after()],
        *[conv3(256, 384), nn.ReLU(), conv3(384, 384), nn.ReLU(), conv3(384, 256), nn.ReLU(), pool()],
    ]
    if groups == 1:
        return Classifier(features, wide_head(inputs, classes))
    head = [
        *[nn.Linear(inputs, 4096), nn.ReLU(), nn.Dropout()],
        *[nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()],
        nn.Linear(4096, classes),
    ]
    return Classifier(features, head)


WRITE_UPS = {
    "mycnn": MyCnn,
    "cifar-resnet": CifarResNet,
    "cifar-se-resnet": lambda classes=10: CifarResNet(classes, squeeze=True),
    **{name: (lambda plan: lambda classes=10: Vgg(plan, classes))(plan) for name, plan in VGG.items()},
    "dainet7": DaiNet7,
    "birdplane-plain": BirdPlane,
    "birdplane-width": lambda classes=2: BirdPlane(classes, (32, 16)),
    "birdplane-dropout": lambda classes=2: BirdPlane(classes, (32, 16), dropout=True),
    "birdplane-batchnorm": lambda classes=2: BirdPlane(classes, (32, 16), batchnorm=True),
    "alexnet-cifar": alexnet_cifar,
    "alexnet": alexnet,
    "alexnet-groups": lambda classes=1000, inputs=9216: alexnet(classes, 2, inputs),
}
