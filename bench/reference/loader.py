"""Images a second from PyTorch's DataLoader: python3 bench/reference/loader.py FOLDER. See bench/loader.bench.ts."""
import json
import os
import sys
import time

import torch
from PIL import Image
from torchvision import transforms as T

torch.set_num_threads(1)


class Folder(torch.utils.data.Dataset):
    def __init__(self, folder, transform):
        self.paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self.transform = transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.transform(Image.open(self.paths[index]).convert("RGB"))


def main():
    for workers in (1, 2):
        for size in (96, 224):
            for augment in ("crop-flip", "color"):
                steps = [T.RandomResizedCrop(size, scale=(0.5, 1)), T.RandomHorizontalFlip()]
                if augment == "color":
                    steps += [T.ColorJitter(0.3, 0.3, 0.3, 0.05), T.RandomGrayscale(0.1)]
                steps += [T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
                loader = torch.utils.data.DataLoader(Folder(sys.argv[1], T.Compose(steps)), batch_size=32, shuffle=True,
                                                     num_workers=workers, persistent_workers=True)
                rates = []
                for _ in range(3):
                    started, count = time.time(), 0
                    for batch in loader:
                        count += len(batch)
                    rates.append(round(count / (time.time() - started)))
                print(json.dumps({"workers": workers, "imageSize": size, "augment": augment, "imagesPerSecond": rates}))


if __name__ == "__main__":
    main()
