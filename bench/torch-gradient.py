"""Times the weight gradients of layers in PyTorch, f32, on the CPU.

Standard input: JSON {"threads": int, "layers": [layer ...]}, a layer with the fields of src/workload/layer.ts.
Standard output: JSON {"seconds", "makingSeconds", "peakMib"}. Each layer is computed once to warm up, then timed once.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as functional
from torch.nn.grad import conv2d_weight


def linear(layer):
    fmap = torch.randn(layer["N"], layer["C"])
    emap = torch.randn(layer["N"], layer["K"])
    return lambda: emap.t() @ fmap


def convolution(layer):
    top, left, bottom, right = layer["padding"]
    fmap = torch.randn(layer["N"], layer["C"], layer["H"], layer["W"])
    emap = torch.randn(layer["N"], layer["K"], layer["P"], layer["Q"])
    padding = (top, left)
    if (top, left) != (bottom, right):
        # PyTorch pads both sides alike, so what is uneven is padded beforehand, and not timed
        fmap = functional.pad(fmap, (left, right, top, bottom))
        padding = (0, 0)
    weights = (layer["K"], layer["C"] // layer["groups"], layer["R"], layer["S"])
    stride, dilation, groups = tuple(layer["stride"]), tuple(layer["dilation"]), layer["groups"]
    return lambda: conv2d_weight(fmap, weights, emap, stride, padding, dilation, groups)


def main():
    task = json.load(sys.stdin)
    torch.set_num_threads(task["threads"])
    torch.manual_seed(1)
    seconds = making_seconds = 0.0
    with torch.no_grad():
        for layer in task["layers"]:
            started = time.perf_counter()
            compute = linear(layer) if layer["type"] == "linear" else convolution(layer)
            making_seconds += time.perf_counter() - started
            compute()
            started = time.perf_counter()
            compute()
            seconds += time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # bytes on macOS, KiB elsewhere
    peak_mib = peak / 2**20 if sys.platform == "darwin" else peak / 2**10
    json.dump({"seconds": seconds, "makingSeconds": making_seconds, "peakMib": peak_mib}, sys.stdout)


main()
