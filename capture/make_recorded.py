"""Makes the recorded files of test/data/recorded anew: python3 capture/make_recorded.py"""

import os

import torch
from torch import nn
from torch.nn.utils import prune
from torch.utils.checkpoint import checkpoint

import swg_capture

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "data", "recorded")


class Shapes(nn.Module):
    """Layers of every kind: padded on one side, depthwise, grouped, 1-D, used twice, checkpointed, pruned."""

    def __init__(self):
        super().__init__()
        self.same = nn.Conv2d(3, 4, (2, 4), padding="same")
        self.depthwise = nn.Conv2d(4, 8, 3, groups=4, padding=(2, 1), dilation=(2, 1))
        self.grouped = nn.Conv2d(8, 8, 3, groups=2, stride=(2, 1), padding=1)
        self.again = nn.Conv2d(8, 8, 1)
        self.around = nn.Conv2d(8, 4, 3, padding=1, padding_mode="circular")
        self.row = nn.Conv1d(4, 6, 4, stride=2, padding=1)
        self.tokens = nn.Linear(6, 5)
        self.pruned = nn.Linear(5, 6)
        prune.l1_unstructured(self.pruned, "weight", 0.6)

    def forward(self, x):
        x = torch.relu(self.same(x))
        x = torch.relu(self.depthwise(x))
        x = torch.relu(self.grouped(x))
        x = checkpoint(lambda x: torch.relu(self.again(x)), x, use_reentrant=False)
        x = torch.relu(self.again(x))
        x = torch.relu(self.around(x)).mean(2)
        x = torch.relu(self.row(x)).transpose(1, 2)
        return self.pruned(torch.relu(self.tokens(x)))


def make(name, autocast=False, **options):
    torch.manual_seed(2026)
    model = Shapes()
    picture = torch.relu(torch.randn(3, 3, 10, 9))
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    path = os.path.join(FOLDER, f"{name}.safetensors")
    with swg_capture.record(model, path, max_batch=2, dataset="drawn from a seed", **options):
        for _ in range(6):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                output = model(picture)
            output.float().square().mean().backward()
            optimizer.step()
    print(f"{os.path.getsize(path):,} bytes in {name}.safetensors")


os.makedirs(FOLDER, exist_ok=True)
make("f32", steps=[0, 5])
make("autocast-bf16", autocast=True, steps=[0, 5])
make("f16", values="F16", steps=[5])
make("bitmaps", bitmaps_only=True, steps=[0, 5])
