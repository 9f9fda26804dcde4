"""python3 -m unittest discover capture: the values that swg_capture records, held against what PyTorch computes."""

import json
import os
import unittest

import torch
from torch import nn
from torch.nn.utils import prune
from torch.utils.checkpoint import checkpoint

import swg_capture
from capture_case import Case, difference, exact_gradient, read


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
        model, x = nn.Linear(1, 1).bfloat16(), torch.zeros(2**16, 1).bfloat16()
        # few and whole numbers: on some CPUs PyTorch adds up in bf16, and its gradient of many others is off
        x[::4096] = 1
        sizes = []
        for bitmaps_only in (False, True):
            self.step(model, x, bitmaps_only=bitmaps_only)
            sizes.append(os.path.getsize(self.path))
        self.assertGreater(sizes[0] / sizes[1], 15)


if __name__ == "__main__":
    unittest.main()
