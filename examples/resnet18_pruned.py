"""Trains a pruned ResNet-18 and records three steps of it as a trace for SWG:

    python3 examples/resnet18_pruned.py --out resnet18.safetensors
    npx swg verify --trace resnet18.safetensors
    npx swg run --trace resnet18.safetensors

It trains on CIFAR-10 where a folder has its files (--cifar, or the environment's CIFAR10; the python or the binary version), and on
drawn pictures otherwise: bars of ten directions on noise. 80 % of the weights of each layer are pruned, the smallest first.
"""

import argparse
import glob
import math
import os
import pickle
import sys

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import prune

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "capture"))
import swg_capture


class Block(nn.Module):
    """Two 3x3 convolutions and the way around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.around = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        inside = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(inside)) + self.around(x))


class ResNet18(nn.Module):
    """For pictures of 32 x 32: no stride and no pool before the blocks."""

    def __init__(self, width=64):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        shapes = [(width, width, 1), (width, 2 * width, 2), (2 * width, 4 * width, 2), (4 * width, 8 * width, 2)]
        self.layers = nn.Sequential(
            *(nn.Sequential(Block(i, o, stride), Block(o, o, 1)) for i, o, stride in shapes)
        )
        self.fc = nn.Linear(8 * width, 10)

    def forward(self, x):
        x = self.layers(torch.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


def prune_weights(model, share):
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            prune.l1_unstructured(module, "weight", share)


def cifar10(folder):
    """Pictures [n][3][32][32] of bytes and their labels, or None where the folder has no files of CIFAR-10."""
    pictures, labels = [], []
    for path in sorted(glob.glob(os.path.join(folder, "**", "data_batch_*"), recursive=True)):
        with open(path, "rb") as file:
            if path.endswith(".bin"):
                rows = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(-1, 3073)
                labels.append(rows[:, 0].long())
                pictures.append(rows[:, 1:])
            else:
                batch = pickle.load(file, encoding="bytes")
                labels.append(torch.tensor(batch[b"labels"]))
                pictures.append(torch.from_numpy(batch[b"data"]))
    if not pictures:
        return None
    return torch.cat(pictures).reshape(-1, 3, 32, 32), torch.cat(labels)


def drawn(count):
    """Bars in ten directions, each somewhere, on noise."""
    labels = torch.arange(count) % 10
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    pictures = []
    for label in labels:
        angle = math.pi * int(label) / 10
        at = 8 + 16 * torch.rand(2)
        distance = (x - at[0]) * math.sin(angle) - (y - at[1]) * math.cos(angle)
        pictures.append((distance.abs() < 2.5) * 160 * torch.rand(3, 1, 1) + 90 * torch.rand(3, 32, 32))
    return torch.stack(pictures).byte(), labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="resnet18.safetensors", help="the trace")
    parser.add_argument("--cifar", default=os.environ.get("CIFAR10", ""), help="folder with the files of CIFAR-10")
    parser.add_argument("--steps", type=int, default=200, help="how many to train; the first, middle and last are recorded")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--record", type=int, default=4, help="images of the batch that are recorded")
    parser.add_argument("--width", type=int, default=64, help="channels of the first layer; 64 is ResNet-18")
    parser.add_argument("--pruned", type=float, default=0.8, help="share of the weights")
    options = parser.parse_args()

    torch.manual_seed(1)
    found = cifar10(options.cifar) if options.cifar else None
    pictures, labels = found or drawn(max(640, options.batch))
    dataset = "CIFAR-10" if found else "drawn bars"
    model = ResNet18(options.width)
    prune_weights(model, options.pruned)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    print(f"training on {dataset}: {len(labels)} pictures, {options.steps} steps")

    recorded = sorted({0, options.steps // 2, options.steps - 1})
    with swg_capture.record(model, options.out, steps=recorded, max_batch=options.record, dataset=dataset):
        for step in range(options.steps):
            chosen = torch.randint(len(labels), (options.batch,))
            loss = functional.cross_entropy(model(pictures[chosen] / 127.5 - 1), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step in recorded:
                print(f"step {step}: loss {loss.item():.3f}")
    print(f"wrote {options.out}: steps {', '.join(map(str, recorded))}")


if __name__ == "__main__":
    main()
