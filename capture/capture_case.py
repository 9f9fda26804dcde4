"""What tests of swg_capture have in common: a recording that ends in a file, and the file's contents."""

import json
import os
import struct
import tempfile
import unittest
import warnings

import torch

import swg_capture

# threads of OpenMP do not live on in forked processes, which then wait for them
torch.set_num_threads(1)

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "U8": torch.uint8}


def read(path):
    """The steps of a file, each {layer name: {tensor: values}}, and its metadata."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    steps = {}
    for step in json.loads(metadata["steps"]):
        layers = steps[step["step"]] = {layer["name"]: {"layer": layer} for layer in step["layers"]}
        for name, layer in layers.items():
            for role in ("fmap", "emap", "mask", "weight_gradient", "fmap_bits", "emap_bits", "mask_bits"):
                entry = header.pop(f"{step['step']}/{name}.{role}", None)
                if entry:
                    begin, end = entry["data_offsets"]
                    raw = bytearray(data[8 + length + begin : 8 + length + end])
                    layer[role] = torch.frombuffer(raw, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])
    header = {key for key in header if not key.startswith("padding.")}
    assert not header, f"tensors of no layer: {list(header)}"
    return steps, metadata


def difference(actual, expected):
    """The largest, relative to the largest magnitude expected."""
    scale = expected.abs().max()
    return ((actual.reshape(expected.shape).double() - expected.double()).abs().max() / scale).item()


class Case(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(7)
        filters = warnings.catch_warnings()
        filters.__enter__()
        self.addCleanup(filters.__exit__, None, None, None)
        # a warning that a test does not expect is a failure
        warnings.filterwarnings("error", message="swg_capture")
        warnings.filterwarnings("ignore", message="Using padding='same'")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "t.safetensors")

    def step(self, model, inputs, autocast=False, **options):
        """Records one step; gives its layers. Gradients are left in the model."""
        with swg_capture.record(model, self.path, **options):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                output = model(inputs)
            output.float().square().mean().backward()
        return read(self.path)[0][0]

    def held(self, model, step, masked=False, **options):
        """Records step 0 of `step(model)`; gives names that are recorded, names that are left out, layers and warnings.

        Every weight of two or more axes that got a gradient must be recorded, with the gradient that PyTorch put into
        `.grad`, or be left out with a warning.
        """
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            with swg_capture.record(model, self.path, **options):
                step(model)
        said = "; ".join(str(warning.message) for warning in seen if "swg_capture" in str(warning.message))
        layers, left_out = {}, {}
        if os.path.exists(self.path):
            steps, metadata = read(self.path)
            layers = steps[0]
            left_out = {n: e["why"] for e in json.loads(metadata["steps"])[0]["left_out"] for n in e["names"]}
        for name in left_out:
            self.assertIn(name, said)
        sums, sliced = {}, set()
        for name, tensors in layers.items():
            gradient = tensors["weight_gradient"].double()
            first = name.partition("#")[0]
            if first in sums and sums[first].shape != gradient.shape:
                sliced.add(first)
            else:
                sums[first] = sums[first] + gradient if first in sums else gradient
        for path, parameter in model.named_parameters():
            if parameter.dim() < 2 or parameter.grad is None:
                continue
            name = path[: -len(".weight")] if path.endswith(".weight") else path
            name = type(model).__name__ if name == "weight" else name
            if name in sums and path in sums:
                sliced.add(name)
            name = name if name in sums else path
            computed = "parametrizations" in path or path.endswith(("_orig", "_g", "_v"))
            if name not in sums:
                self.assertTrue(computed or name.replace(".weight", "") in said or name in said, (path, said))
            elif name not in sliced and not computed:
                self.assertEqual(sums[name].numel(), parameter.numel())
                # sorted, since the trace may have its axes in another order
                same = lambda gradient: gradient.double().flatten().sort()[0]
                self.assertLess(difference(same(sums[name]), same(parameter.grad)), 1e-4, name)
        return sorted(sums), sorted(left_out), layers, said

    def train(self, model, inputs, steps, learning_rate=0.1, forward=None):
        optimizer = torch.optim.SGD(model.parameters(), learning_rate, momentum=0.9)
        for _ in range(steps):
            optimizer.zero_grad()
            (forward or model)(inputs).square().mean().backward()
            optimizer.step()


def exact_gradient(tensors):
    """By autograd, in float64, from the recorded maps of a 3x3 convolution without padding."""
    fmap, emap = tensors["fmap"].double(), tensors["emap"].double()
    weight = torch.zeros(tensors["weight_gradient"].shape, dtype=torch.float64, requires_grad=True)
    (torch.nn.functional.conv2d(fmap, weight) * emap).sum().backward()
    return weight.grad
