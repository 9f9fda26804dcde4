"""Records the ONNX files beside it: small networks as PyTorch exports them. Needs torch 1.13 (Debian's python3-torch) and
nothing else:  python3 test/data/onnx/record.py
"""
import os

import torch
from torch import nn

folder = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(1)


class BasicBlock(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or channels != width:
            self.downsample = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if self.downsample else x))


class ResNet18(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        channels = width
        for stage in range(4):
            blocks = []
            for i in range(2):
                blocks.append(BasicBlock(channels, width * 2**stage, 2 if stage > 0 and i == 0 else 1))
                channels = width * 2**stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Vgg16(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width in [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]:
            if width == 0:
                layers.append(nn.MaxPool2d(2, 2))
                continue
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        hidden = [nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*hidden, nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class InvertedResidual(nn.Module):
    def __init__(self, channels, out, expansion, stride):
        super().__init__()
        width = channels * expansion
        self.conv = nn.Sequential(
            *[nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU6()],
            *[nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU6()],
            *[nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out)],
        )
        self.shortcut = stride == 1 and channels == out

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        stem = [nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU6()]
        self.features = nn.Sequential(*stem, InvertedResidual(4, 4, 2, 1), InvertedResidual(4, 6, 4, 2))
        self.classifier = nn.Linear(6, 10)

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.heads = heads

    def forward(self, x):
        images, tokens, width = x.shape
        split = self.qkv(x).reshape(images, tokens, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)
        scores = ((q @ k.transpose(-2, -1)) * (width // self.heads) ** -0.5).softmax(-1)
        return self.proj((scores @ v).transpose(1, 2).reshape(images, tokens, width))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Gpt(nn.Module):
    def __init__(self, words=20, width=8, longest=16):
        super().__init__()
        self.wte = nn.Embedding(words, width)
        self.wpe = nn.Embedding(longest, width)
        self.blocks = nn.ModuleList([TransformerBlock(width, 2) for _ in range(2)])
        self.head = nn.Linear(width, words, bias=False)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True)
        self.decoder = nn.Linear(10, 7)

    def forward(self, x):
        return self.decoder(self.rnn(x)[0])


class Speech(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv1d(8, 16, 5, 2, 2)
        self.c2 = nn.Conv1d(16, 16, 3, padding=2, dilation=2)
        self.up = nn.ConvTranspose1d(16, 8, 4, 2, 1)
        self.out = nn.Conv1d(8, 4, 1)

    def forward(self, x):
        x = torch.relu(self.c2(torch.relu(self.c1(x))))
        return self.out(torch.relu(self.up(x)))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, padding=1)
        self.low = nn.Conv2d(4, 8, 3, 2, 1)
        self.up = nn.Conv2d(12, 4, 3, padding=1)
        self.shared = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        a = torch.relu(self.down(x))
        b = torch.relu(self.low(a))
        larger = nn.functional.interpolate(b, size=a.shape[2:], mode="nearest")
        x = torch.relu(self.up(torch.cat([larger, a], 1)))
        return self.shared(torch.relu(self.shared(x)))


def record(name, model, *inputs, open_axes=None, **options):
    torch.onnx.export(
        model,
        inputs,
        os.path.join(folder, f"{name}.onnx"),
        input_names=["input"],
        opset_version=14,
        dynamic_axes={"input": open_axes} if open_axes else None,
        **options,
    )


batch = {0: "batch"}
picture = torch.zeros(1, 3, 224, 224)
# without parameters, and batch norm folded away; with both, as for training
record("resnet18", ResNet18(64, 1000).eval(), picture, open_axes=batch, export_params=False)
record(
    "resnet18-narrow-training",
    ResNet18(1, 10).train(),
    torch.zeros(2, 3, 64, 64),
    training=torch.onnx.TrainingMode.TRAINING,
    do_constant_folding=False,
)
record("vgg16", Vgg16().eval(), picture, export_params=False)
record("mobile", Mobile().eval(), torch.zeros(1, 3, 32, 32), open_axes=batch)
record("gpt", Gpt().eval(), torch.zeros(2, 12, dtype=torch.long), open_axes={0: "batch", 1: "tokens"})
encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu")
record("encoder", encoder.eval(), torch.zeros(2, 10, 8), open_axes=batch)
record("lstm", Lstm().eval(), torch.zeros(2, 10, 6), open_axes=batch)
record("speech", Speech().eval(), torch.zeros(2, 8, 40))
record("unet", UNet().eval(), torch.zeros(1, 3, 32, 32), open_axes={0: "batch", 2: "height", 3: "width"})
