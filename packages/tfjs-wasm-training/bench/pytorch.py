"""Times PyTorch on one thread, for bench/pytorch.ts: a request in JSON a line comes in, milliseconds of CPU go out."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)
convolution_backward = torch.ops.aten.convolution_backward


def convolution(inputs, outputs, size=3, stride=1, groups=1, relu=True, norm=True):
    layers = [nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=not norm)]
    layers += [nn.BatchNorm2d(outputs)] if norm else []
    return layers + ([nn.ReLU()] if relu is True else [relu] if relu else [])


def small():
    plain = dict(norm=False)
    return nn.Sequential(
        *convolution(3, 32, **plain), *convolution(32, 32, **plain), nn.MaxPool2d(2),
        *convolution(32, 64, **plain), nn.MaxPool2d(2), *convolution(64, 128, **plain), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2048, 10))


def mobile():
    layers, channels = convolution(3, 32), 32
    for outputs, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1)]:
        layers += convolution(channels, channels, 3, stride, channels) + convolution(channels, outputs, 1)
        channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class Residual(nn.Module):
    def __init__(self, inner, shortcut, after):
        super().__init__()
        self.inner, self.shortcut, self.after = nn.Sequential(*inner), nn.Sequential(*shortcut), after

    def forward(self, x):
        return self.after(self.inner(x) + self.shortcut(x))


def resnet20():
    layers, channels = convolution(3, 16), 16
    for outputs in [16, 32, 64]:
        for block in range(3):
            stride = 2 if outputs != 16 and block == 0 else 1
            inner = convolution(channels, outputs, 3, stride) + convolution(outputs, outputs, relu=False)
            shortcut = convolution(channels, outputs, 1, 2, relu=False) if stride == 2 else []
            layers.append(Residual(inner, shortcut, nn.ReLU()))
            channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def mobilenet_v2():
    layers, channels = convolution(3, 32, 3, 2, relu=nn.ReLU6()), 32
    for widening, outputs, count, first in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                                            (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for block in range(count):
            stride, wide = first if block == 0 else 1, widening * channels
            inner = convolution(channels, wide, 1, relu=nn.ReLU6()) if widening > 1 else []
            inner += convolution(wide, wide, 3, stride, wide, relu=nn.ReLU6())
            inner += convolution(wide, outputs, 1, relu=False)
            same = stride == 1 and channels == outputs
            layers.append(Residual(inner, [], nn.Identity()) if same else nn.Sequential(*inner))
            channels = outputs
    layers += convolution(320, 1280, 1, relu=nn.ReLU6())
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 10))


networks = {"small": small, "mobile": mobile, "resnet20": resnet20, "mobileNetV2": mobilenet_v2}
trainings = {}


def training(name, side, batch):
    if name not in trainings:
        model = networks[name]()
        optimiser = torch.optim.SGD(model.parameters(), 0.01, 0.9)
        trainings[name] = model, optimiser, torch.randn(batch, 3, side, side), torch.randint(0, 10, (batch,))
    return trainings[name]


def step(network, side, batch):
    model, optimiser, x, y = training(network, side, batch)
    started = time.process_time()
    optimiser.zero_grad()
    cross_entropy(model(x), y).backward()
    optimiser.step()
    return 1000 * (time.process_time() - started)


operands = {}


def layer(index, sizes, stride, padding, fmap, emap):
    """Puts a layer's maps, from files of raw f32, into both formats of memory."""
    N, C, H, W, K, P, Q, R, S = sizes
    x = torch.from_numpy(np.fromfile(fmap, np.float32).reshape(N, C, H, W))
    dy = torch.from_numpy(np.fromfile(emap, np.float32).reshape(N, K, P, Q))
    maps = x, dy, torch.randn(K, C, R, S)
    formats = torch.contiguous_format, torch.channels_last
    operands[index] = [tuple(t.contiguous(memory_format=f) for t in maps) for f in formats], stride, padding
    return 0


def phase(index, what):
    """The better of both formats."""
    formats, stride, padding = operands[index]
    least = float("inf")
    for x, dy, w in formats:
        started = time.process_time()
        if what == "FW":
            torch.conv2d(x, w, None, stride, padding)
        else:
            wanted = [what == "BP", what == "WG", False]
            convolution_backward(dy, x, w, None, stride, padding, [1, 1], False, [0, 0], 1, wanted)
        least = min(least, time.process_time() - started)
    return 1000 * least


asked = {"step": step, "layer": layer, "phase": phase, "version": lambda: torch.__version__}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(asked[request.pop("ask")](**request)), flush=True)
