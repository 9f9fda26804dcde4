"""python3 -m unittest discover capture: which steps swg_capture records, and what a recording leaves behind."""

import json
import os
import unittest
import warnings

import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

import swg_capture
from capture_case import Case, difference, exact_gradient, read

try:
    import safetensors.torch
except ImportError:
    safetensors = None


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
        with self.assertWarnsRegex(UserWarning, "not recorded: step 1, 2, .*, 10 and 89 more"):
            self.step(model, torch.randn(1, 2), steps=range(100), layers="used")

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

    def test_functions_are_watched_in_recorded_steps_alone(self):
        model, picture = network(), torch.randn(4, 2, 8, 8)
        plain = (torch.nn.functional.conv2d, torch.Tensor.matmul, nn.Sequential.__call__)
        seen = []
        model[2].register_forward_hook(lambda *_: seen.append(torch.nn.functional.conv2d is plain[0]))
        with swg_capture.record(model, self.path, steps=[1]):
            self.train(model, picture, 4)
        self.assertEqual(seen, [True, False, True, True])
        self.assertEqual(plain, (torch.nn.functional.conv2d, torch.Tensor.matmul, nn.Sequential.__call__))
        self.assertNotIn("matmul", vars(torch.Tensor))

    def test_the_file_is_there_as_soon_as_the_last_step_is_complete(self):
        model, picture = network(), torch.randn(4, 2, 8, 8)
        with swg_capture.record(model, self.path, steps=[1]):
            self.train(model, picture, 2)
            self.assertEqual(os.listdir(self.folder), [])
            self.train(model, picture, 1)
            self.assertEqual(os.listdir(self.folder), ["t.safetensors"])


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
