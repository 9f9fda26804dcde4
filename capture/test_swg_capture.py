"""python3 -m unittest discover capture: what swg_capture records, held against what PyTorch computes."""

import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
import unittest.mock
import warnings

import torch
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.utils.checkpoint import checkpoint

import swg_capture

try:
    import safetensors.torch
except ImportError:
    safetensors = None

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

    def train(self, model, inputs, steps, learning_rate=0.1, forward=None):
        optimizer = torch.optim.SGD(model.parameters(), learning_rate, momentum=0.9)
        for _ in range(steps):
            optimizer.zero_grad()
            (forward or model)(inputs).square().mean().backward()
            optimizer.step()


class IsTheGradientThatOfTheFramework(Case):
    def held(self, layer, inputs):
        (recorded,) = self.step(layer, inputs).values()
        self.assertLess(difference(recorded["weight_gradient"], layer.weight.grad), 1e-4)
        return recorded

    def test_of_any_conv2d(self):
        picture = torch.randn(3, 4, 9, 8)
        for options in (
            {"kernel_size": 3},
            {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
            {"kernel_size": 3, "dilation": (2, 1), "padding": 2},
            {"kernel_size": 3, "groups": 2},
            {"kernel_size": 3, "groups": 4, "padding": 1},
            {"kernel_size": (4, 2), "padding": "same", "dilation": (1, 3)},
            {"kernel_size": 2, "padding": "valid"},
            {"kernel_size": 3, "padding": 1, "padding_mode": "circular"},
            {"kernel_size": 3, "padding": "same", "padding_mode": "reflect"},
            {"kernel_size": 2, "stride": 3},
        ):
            with self.subTest(**options):
                self.held(nn.Conv2d(4, 8, **options), picture)

    def test_of_conv1d_as_one_row(self):
        recorded = self.held(nn.Conv1d(4, 6, 4, stride=2, padding=3, dilation=2, groups=2), torch.randn(3, 4, 20))
        layer = recorded["layer"]
        self.assertEqual([layer[size] for size in "NCHWKPQRS"], [3, 4, 1, 20, 6, 1, 10, 1, 4])
        self.held(nn.Conv1d(4, 6, 4, padding="same"), torch.randn(3, 4, 20))
        self.held(nn.Conv1d(4, 6, 3, padding=1, padding_mode="replicate"), torch.randn(3, 4, 20))

    def test_of_linear_with_tokens(self):
        layer = self.held(nn.Linear(5, 7), torch.randn(3, 11, 5))["layer"]
        self.assertEqual((layer["N"], layer["C"], layer["K"], layer["type"]), (33, 5, 7, "linear"))

    def test_without_a_batch(self):
        self.assertEqual(self.held(nn.Conv2d(2, 3, 3), torch.randn(2, 5, 5))["layer"]["N"], 1)
        self.assertEqual(self.held(nn.Linear(5, 3), torch.randn(5))["layer"]["N"], 1)

    def test_padding_same_is_asymmetric_for_even_kernels(self):
        layer = self.step(nn.Conv2d(1, 1, 4, padding="same"), torch.randn(1, 1, 6, 6))["Conv2d"]["layer"]
        self.assertEqual(layer["padding"], [1, 1, 2, 2])

    def test_before_an_activation_in_place(self):
        model = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 3), nn.ReLU(inplace=True))
        recorded = self.step(model, torch.randn(2, 2, 9, 9))
        for name in ("0", "2"):
            expected = model.get_submodule(name).weight.grad
            self.assertLess(difference(recorded[name]["weight_gradient"], expected), 1e-4)
        self.assertGreater((recorded["0"]["emap"] == 0).float().mean(), 0.2)

    def test_before_what_hooks_of_others_make_of_the_output(self):
        model = nn.Conv2d(2, 4, 3)
        model.register_forward_hook(lambda module, inputs, output: 3 * torch.relu(output))
        model.register_forward_pre_hook(lambda module, inputs: (2 * inputs[0],))
        self.held(model, torch.randn(2, 2, 9, 9))

    def test_of_a_layer_that_learns_its_shape_from_the_first_input(self):
        self.held(nn.LazyConv2d(4, 3), torch.randn(2, 3, 7, 7))

    def test_in_channels_last(self):
        model = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
        picture = torch.randn(2, 3, 6, 6).to(memory_format=torch.channels_last)
        recorded = self.held(model, picture)
        self.assertTrue(torch.equal(recorded["fmap"], picture))

    def test_of_a_module_used_twice_each_use_has_its_own(self):
        class Twice(nn.Module):
            def __init__(self):
                super().__init__()
                self.c = nn.Conv2d(3, 3, 3, padding=1)

            def forward(self, x):
                return self.c(torch.relu(self.c(x)))

        model = Twice()
        recorded = self.step(model, torch.randn(2, 3, 6, 6))
        self.assertEqual(list(recorded), ["c", "c#1"])
        both = recorded["c"]["weight_gradient"] + recorded["c#1"]["weight_gradient"]
        self.assertLess(difference(both, model.c.weight.grad), 1e-4)
        self.assertGreater(difference(recorded["c"]["weight_gradient"], model.c.weight.grad), 1e-2)

    def test_of_two_backward_passes_through_one_forward(self):
        model = nn.Linear(4, 3)
        with swg_capture.record(model, self.path):
            output = model(torch.randn(5, 4))
            output.sum().backward(retain_graph=True)
            output.square().sum().backward()
        recorded = read(self.path)[0][0]["Linear"]
        self.assertLess(difference(recorded["weight_gradient"], model.weight.grad), 1e-5)

    def test_where_one_loss_takes_two_forwards(self):
        model, x = nn.Linear(4, 3), torch.randn(5, 4)
        with swg_capture.record(model, self.path, steps=[0, 1]):
            (model(x).square().sum() + model(2 * x).sum()).backward()
        steps, _ = read(self.path)
        both = sum(step["Linear"]["weight_gradient"] for step in steps.values())
        self.assertLess(difference(both, model.weight.grad), 1e-5)


class IsItExactInHalfPrecision(Case):
    def test_autocast_records_what_the_layer_multiplied(self):
        model, picture = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 3)), torch.randn(2, 3, 9, 9)
        recorded = self.step(model, picture, autocast=True)
        self.assertTrue(torch.equal(recorded["0"]["fmap"], picture.bfloat16()))
        for name, tensors in recorded.items():
            self.assertEqual((tensors["fmap"].dtype, tensors["emap"].dtype), (torch.bfloat16, torch.bfloat16))
            self.assertEqual(tensors["weight_gradient"].dtype, torch.float32)
            # PyTorch rounds its own gradient to bfloat16, 2^-9 of each element, and its sums on the way
            self.assertLess(difference(tensors["weight_gradient"], model.get_submodule(name).weight.grad), 2**-7)
            exact = exact_gradient(tensors)
            self.assertLess(difference(tensors["weight_gradient"], exact), 1e-7)

    def test_a_model_in_bfloat16(self):
        recorded = self.step(nn.Conv2d(3, 4, 3).bfloat16(), torch.randn(2, 3, 7, 7).bfloat16())["Conv2d"]
        self.assertLess(difference(recorded["weight_gradient"], exact_gradient(recorded)), 1e-7)

    def test_values_can_be_rounded_and_the_gradient_is_that_of_the_rounded_ones(self):
        model, picture = nn.Conv2d(3, 4, 3), torch.randn(2, 3, 7, 7)
        for name, dtype in (("F16", torch.float16), ("BF16", torch.bfloat16)):
            recorded = self.step(model, picture, values=name)["Conv2d"]
            self.assertTrue(torch.equal(recorded["fmap"], picture.to(dtype)))
            self.assertLess(difference(recorded["weight_gradient"], exact_gradient(recorded)), 1e-7)

    def test_rounding_never_makes_a_zero(self):
        recorded = self.step(nn.Conv2d(1, 1, 1), torch.full((1, 1, 2, 2), 1e-9), values="F16")["Conv2d"]
        self.assertEqual(recorded["fmap"].dtype, torch.float32)

    def test_tiny_gradients_are_not_lost(self):
        model = nn.Linear(2, 2)
        with swg_capture.record(model, self.path):
            (model(torch.full((1, 2), 1e-30)).sum() * 1e-20).backward()
        recorded = read(self.path)[0][0]["Linear"]
        self.assertEqual(recorded["weight_gradient"].dtype, torch.float64)
        self.assertLess(difference(recorded["weight_gradient"], torch.full((2, 2), 1e-50, dtype=torch.float64)), 1e-6)


def exact_gradient(tensors):
    """By autograd, in float64, from the recorded maps of a 3x3 convolution without padding."""
    fmap, emap = tensors["fmap"].double(), tensors["emap"].double()
    weight = torch.zeros(tensors["weight_gradient"].shape, dtype=torch.float64, requires_grad=True)
    (torch.nn.functional.conv2d(fmap, weight) * emap).sum().backward()
    return weight.grad


class Checkpointed(nn.Module):
    """c, d, c again; each in a checkpoint of its own."""

    def __init__(self, **kind):
        super().__init__()
        self.c, self.d, self.kind = nn.Linear(4, 4), nn.Linear(4, 4), kind

    def forward(self, x):
        for layer in (self.c, self.d, self.c):
            run = lambda x, layer=layer: torch.relu(layer(x))
            x = checkpoint(run, x, **self.kind) if self.kind else run(x)
        return x


class DoCheckpointsCountOnce(Case):
    def plain(self, x):
        torch.manual_seed(3)
        return self.step(Checkpointed(), x)

    def test_layers_inside(self):
        x = torch.randn(6, 4, requires_grad=True)
        expected = self.plain(x)
        for reentrant in (True, False):
            with self.subTest(reentrant=reentrant):
                torch.manual_seed(3)
                recorded = self.step(Checkpointed(use_reentrant=reentrant), x)
                self.assertEqual(list(recorded), ["c", "d", "c#1"])
                for name in recorded:
                    for role in ("fmap", "emap", "weight_gradient"):
                        self.assertTrue(torch.equal(recorded[name][role], expected[name][role]), (name, role))

    def test_the_whole_model_inside(self):
        x = torch.randn(6, 4, requires_grad=True)
        for reentrant in (True, False):
            with self.subTest(reentrant=reentrant):
                model = Checkpointed()
                with swg_capture.record(model, self.path, steps=[0, 1, 2]):
                    self.train(model, x, 3, forward=lambda x: checkpoint(model, x, use_reentrant=reentrant))
                steps, metadata = read(self.path)
                self.assertEqual([list(step) for step in steps.values()], [["c", "d", "c#1"]] * 3)
                self.assertEqual([s["optimizer_step"] for s in json.loads(metadata["steps"])], [0, 1, 2])

    def test_a_whole_model_that_ends_in_a_layer_and_two_of_them_in_one_loss(self):
        x = torch.randn(6, 4, requires_grad=True)
        for reentrant in (True, False):
            with self.subTest(reentrant=reentrant):
                model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3))
                run = lambda x: checkpoint(model, x, use_reentrant=reentrant)
                with swg_capture.record(model, self.path, steps=[0, 1]):
                    (run(x).square().sum() + run(2 * x).sum()).backward()
                steps, _ = read(self.path)
                self.assertEqual([list(step) for step in steps.values()], [["0", "2"]] * 2)
                for name in ("0", "2"):
                    both = sum(step[name]["weight_gradient"] for step in steps.values())
                    self.assertLess(difference(both, model.get_submodule(name).weight.grad), 1e-5)

    def test_checkpoints_outside_recorded_steps_leave_the_count_alone(self):
        model, x = Checkpointed(use_reentrant=False), torch.randn(6, 4, requires_grad=True)
        with swg_capture.record(model, self.path, steps=[2]):
            self.train(model, x, 4)
        self.assertEqual(list(read(self.path)[0]), [2])


class WhichStepsAreRecorded(Case):
    def test_forwards_with_gradients_from_0(self):
        model, x = nn.Linear(3, 2), torch.randn(4, 3)
        with swg_capture.record(model, self.path, steps=[1, 3]):
            for number in range(5):
                with torch.no_grad():
                    model(x)
                model(x * (number + 1)).sum().backward()
        steps, _ = read(self.path)
        self.assertEqual(list(steps), [1, 3])
        for number, step in steps.items():
            self.assertTrue(torch.equal(step["Linear"]["fmap"].reshape(4, 3), x * (number + 1)))

    def test_updates_are_counted_apart_from_forwards(self):
        model, x = nn.Linear(3, 2), torch.randn(4, 3)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with swg_capture.record(model, self.path, steps=[0, 3, 4]):
            for number in range(6):
                model(x).sum().backward()
                if number % 2 == 1:
                    optimizer.step()
        _, metadata = read(self.path)
        self.assertEqual([s["optimizer_step"] for s in json.loads(metadata["steps"])], [0, 1, 2])
        self.assertEqual(metadata["framework"], f"PyTorch {torch.__version__}")

    def test_chosen_layers_alone(self):
        model = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3)))
        for layers, expected in (("1.*", ["1.0", "1.1"]), (["0", "1.1"], ["0", "1.1"]), (lambda n, m: n == "0", ["0"])):
            self.assertEqual(list(self.step(model, torch.randn(2, 3), layers=layers)), expected)

    def test_frozen_layers_have_no_gradient(self):
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        model[0].requires_grad_(False)
        self.assertEqual(list(self.step(model, torch.randn(2, 3))), ["1"])

    def test_max_batch_cuts_the_batch_and_its_gradient(self):
        torch.manual_seed(1)
        model, picture = nn.Conv2d(2, 3, 3), torch.randn(6, 2, 5, 5)
        recorded = self.step(model, picture, max_batch=2)["Conv2d"]
        self.assertEqual(recorded["layer"]["N"], 2)
        self.assertTrue(torch.equal(recorded["fmap"], picture[:2]))
        self.assertLess(difference(recorded["weight_gradient"], exact_gradient(recorded)), 1e-6)
        self.assertGreater(difference(recorded["weight_gradient"], model.weight.grad), 1e-2)

    def test_a_step_with_infinity_is_left_out(self):
        model = nn.Linear(2, 2)
        with self.assertWarnsRegex(UserWarning, "step 0 left out: NaN or infinity in layer Linear"):
            with swg_capture.record(model, self.path, steps=[0, 1]):
                (model(torch.ones(1, 2)).sum() * float("inf")).backward()
                model(torch.ones(1, 2)).sum().backward()
                model(torch.ones(1, 2))
        self.assertEqual(list(read(self.path)[0]), [1])

    def test_what_was_not_seen_is_said(self):
        model = nn.ModuleDict({"used": nn.Linear(2, 2), "idle": nn.Linear(2, 2)})
        model.forward = lambda x: model["used"](x)
        with self.assertWarnsRegex(UserWarning, "step 0: not seen to run and get a gradient: idle"):
            self.step(model, torch.randn(1, 2))
        with self.assertWarnsRegex(UserWarning, "not recorded: step 7"):
            self.step(model, torch.randn(1, 2), steps=[0, 7], layers="used")

    @unittest.skipUnless(hasattr(torch, "compile"), f"PyTorch {torch.__version__} has no torch.compile")
    def test_a_compiled_model_runs_uncompiled_in_recorded_steps(self):
        for in_place in (False, True):
            with self.subTest(in_place=in_place):
                model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
                compiled = model if in_place else torch.compile(model, backend="aot_eager")
                if in_place:
                    model.compile(backend="aot_eager")
                with swg_capture.record(compiled, self.path, steps=[0, 2]):
                    self.train(compiled, torch.randn(5, 3), 4)
                steps, metadata = read(self.path)
                self.assertEqual([list(step) for step in steps.values()], [["0", "2"]] * 2)
                self.assertEqual(metadata["network"], "Sequential")

    @unittest.skipUnless(hasattr(torch, "compile"), f"PyTorch {torch.__version__} has no torch.compile")
    def test_where_only_a_compiled_copy_of_the_model_runs_that_is_said(self):
        model, x = nn.Sequential(nn.Linear(3, 4)), torch.randn(5, 3)
        compiled = torch.compile(model, backend="aot_eager")
        self.train(compiled, x, 1)
        with self.assertWarnsRegex(UserWarning, "no forward of the model with gradients was seen"):
            with swg_capture.record(model, self.path):
                self.train(compiled, x, 2)


class IsThePrunedWeightAMask(Case):
    def test_zeros_of_the_weight(self):
        model = nn.Conv2d(2, 3, 3)
        with torch.no_grad():
            model.weight[torch.rand(model.weight.shape) < 0.6] = 0
        recorded = self.step(model, torch.randn(2, 2, 5, 5))["Conv2d"]
        self.assertTrue(torch.equal(recorded["mask"].bool(), model.weight != 0))
        self.assertEqual(int((recorded["weight_gradient"][recorded["mask"] == 0] != 0).sum()), 0)
        kept = model.weight.grad * recorded["mask"]
        self.assertLess(difference(recorded["weight_gradient"], kept), 1e-4)

    def test_torch_prune(self):
        model = nn.Linear(8, 4)
        prune.l1_unstructured(model, "weight", 0.75)
        recorded = self.step(model, torch.randn(3, 8))["Linear"]
        self.assertEqual(int(recorded["mask"].sum()), 8)
        self.assertLess(difference(recorded["weight_gradient"], model.weight_orig.grad), 1e-4)

    def test_no_mask_where_nothing_or_all_is_zero(self):
        model = nn.Linear(8, 4)
        self.assertNotIn("mask", self.step(model, torch.randn(3, 8))["Linear"])
        nn.init.zeros_(model.weight)
        self.assertNotIn("mask", self.step(model, torch.randn(3, 8))["Linear"])


class DoBitmapsSayWhereValuesAreNotZero(Case):
    def test_bit_by_bit(self):
        model, x = nn.Linear(5, 3), torch.relu(torch.randn(3, 5))
        prune.random_unstructured(model, "weight", 0.5)
        values = self.step(model, x)["Linear"]
        recorded = self.step(model, x, bitmaps_only=True)["Linear"]
        self.assertNotIn("weight_gradient", recorded)
        for role in ("fmap", "emap", "mask"):
            flat = values[role].flatten()
            bits = [(int(recorded[f"{role}_bits"][i // 8]) >> (i % 8)) & 1 for i in range(len(flat))]
            self.assertEqual(bits, (flat != 0).int().tolist())

    def test_a_sixteenth_of_bf16(self):
        model, x = nn.Linear(1, 1).bfloat16(), torch.randn(2**16, 1).bfloat16()
        sizes = []
        for bitmaps_only in (False, True):
            self.step(model, x, bitmaps_only=bitmaps_only)
            sizes.append(os.path.getsize(self.path))
        self.assertGreater(sizes[0] / sizes[1], 15)


def network():
    torch.manual_seed(11)
    return nn.Sequential(
        nn.Conv2d(2, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(inplace=True),
        nn.Dropout(0.3),
        parametrizations.spectral_norm(nn.Conv2d(6, 6, 3, groups=2, padding_mode="circular", padding=1)),
        nn.Flatten(),
        nn.Linear(6 * 64, 3),
    )


class DoesRecordingLeaveTheTrainingAlone(Case):
    def trained(self, record=False, **options):
        model = network()
        picture = torch.randn(4, 2, 8, 8)
        if not record:
            self.train(model, picture, 6)
        else:
            with swg_capture.record(model, self.path, steps=[0, 2, 5], **options):
                self.train(model, picture, 6)
        return [tensor.clone() for tensor in model.state_dict().values()] + [torch.get_rng_state()]

    def test_the_same_bits_after_training(self):
        plain = self.trained()
        for options in ({}, {"max_batch": 1, "values": "F16"}, {"bitmaps_only": True}):
            for one, other in zip(plain, self.trained(True, **options)):
                self.assertTrue(torch.equal(one, other))

    def test_hooks_are_there_in_recorded_steps_alone(self):
        model, picture = network(), torch.randn(4, 2, 8, 8)
        seen = []
        hooked = lambda: sum(len(module._forward_hooks) for module in model.modules() if module is not model)
        model[2].register_forward_hook(lambda *_: seen.append(hooked()))
        with swg_capture.record(model, self.path, steps=[1]):
            self.train(model, picture, 4)
        self.assertEqual(seen, [1, 4, 1, 1])
        self.assertEqual(len(model._forward_hooks) + len(model._forward_pre_hooks), 0)

    def test_the_file_is_there_as_soon_as_the_last_step_is_complete(self):
        model, picture = network(), torch.randn(4, 2, 8, 8)
        with swg_capture.record(model, self.path, steps=[1]):
            self.train(model, picture, 2)
            self.assertEqual(os.listdir(self.folder), [])
            self.train(model, picture, 1)
            self.assertEqual(os.listdir(self.folder), ["t.safetensors"])

    def test_a_recording_that_fails_lets_the_training_end(self):
        model, picture = network(), torch.randn(4, 2, 8, 8)
        done = []
        with self.assertRaisesRegex(RuntimeError, "recording failed: no space"):
            with swg_capture.record(model, self.path, steps=[0, 1]) as recorder:
                recorder._file.add = unittest.mock.Mock(side_effect=OSError("no space"))
                self.train(model, picture, 3)
                done.append(True)
        self.assertEqual(done, [True])
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(sum(len(module._forward_hooks) for module in model.modules()), 0)


class IsThereEverHalfAFile(Case):
    def test_a_training_that_dies_leaves_the_complete_steps(self):
        model, x = nn.Linear(2, 2), torch.randn(3, 2)
        with self.assertRaises(KeyboardInterrupt), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with swg_capture.record(model, self.path, steps=[0, 1, 5]):
                model(x).sum().backward()
                model(x)
                raise KeyboardInterrupt
        self.assertEqual(os.listdir(self.folder), ["t.safetensors"])
        self.assertEqual(list(read(self.path)[0]), [0])

    def test_or_nothing_where_none_is_complete(self):
        model = nn.Linear(2, 2)
        with open(self.path, "w") as file:
            file.write("before")
        with self.assertRaises(ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with swg_capture.record(model, self.path):
                model(torch.randn(3, 2))
                raise ValueError
        with open(self.path) as file:
            self.assertEqual(file.read(), "before")
        self.assertEqual(os.listdir(self.folder), ["t.safetensors"])

    def test_a_killed_process_leaves_nothing(self):
        script = f"""
            import os, signal, torch, swg_capture
            model = torch.nn.Linear(2, 2)
            with swg_capture.record(model, {self.path!r}, steps=[0, 1]):
                for _ in range(2):
                    model(torch.ones(1, 2)).sum().backward()
                os.kill(os.getpid(), signal.SIGKILL)
        """
        environment = {**os.environ, "PYTHONPATH": os.path.dirname(swg_capture.__file__)}
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=environment)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        self.assertEqual(os.listdir(self.folder), [])


class IsItAFileThatOthersRead(Case):
    @unittest.skipUnless(safetensors, "safetensors is not installed")
    def test_safetensors(self):
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3).double())
        prune.random_unstructured(model[0], "weight", 0.5)
        model.forward = lambda x: model[1](model[0](x).double())
        with swg_capture.record(model, self.path, steps=[0, 1]):
            self.train(model, torch.randn(2, 3), 2)
        loaded = safetensors.torch.load_file(self.path)
        for number, step in read(self.path)[0].items():
            for name, tensors in step.items():
                for role in ("fmap", "emap", "weight_gradient", "mask"):
                    if role in tensors:
                        self.assertTrue(torch.equal(loaded[f"{number}/{name}.{role}"], tensors[role]))


class AreBadArgumentsRefusedAtOnce(Case):
    def test_with_what_exists_instead(self):
        model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        for options, message in (
            ({"steps": []}, "steps must name one step or more"),
            ({"steps": [-1]}, "steps must be whole numbers from 0, one is -1"),
            ({"steps": ["0"]}, "one is '0'"),
            ({"layers": ["9"]}, "unknown layer '9'; known: 0"),
            ({"layers": lambda name, module: False}, "layers must choose one layer or more"),
            ({"max_batch": 0}, "max_batch must be a whole number from 1, is 0"),
            ({"values": "F8"}, 'values must be "F32", "F16", "BF16" or None, is \'F8\''),
        ):
            with self.assertRaisesRegex(ValueError, message):
                swg_capture.record(model, self.path, **options)
        with self.assertRaisesRegex(ValueError, "has none"):
            swg_capture.record(nn.ReLU(), self.path)
        with self.assertRaises(FileNotFoundError), swg_capture.record(model, os.path.join(self.folder, "no", "t")):
            pass
        with self.assertRaises(IsADirectoryError), swg_capture.record(model, self.folder):
            pass


if __name__ == "__main__":
    unittest.main()
