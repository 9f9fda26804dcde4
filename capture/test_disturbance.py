"""python3 -m unittest discover capture: a training goes on as if nothing recorded it, and complete steps are kept."""

import copy
import io
import multiprocessing
import os
import pickle
import unittest
import warnings

import torch
from torch import nn

import swg_capture
from swg_capture.pending_steps import PendingSteps
from swg_capture.recorder import Recorder
from swg_capture.watching import Functions
from capture_case import Case, difference, read


def step(model, x):
    model.zero_grad()
    model(x).square().sum().backward()


class Data(torch.utils.data.Dataset):
    def __init__(self, model):
        self.model = model

    def __len__(self):
        return 6

    def __getitem__(self, i):
        x = torch.full((3,), float(i))
        with torch.enable_grad():
            self.model(x).sum().backward()
        return x


class CanAModelBeUsedAsAlways(Case):
    def setUp(self):
        super().setUp()
        self.x = torch.randn(5, 3)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def recorded(self, between):
        """Two steps, and `between` them, inside them and after them. The model is the same as without a recording."""
        same = copy.deepcopy(self.model)
        with swg_capture.record(self.model, self.path, steps=[0, 1]):
            between()
            for _ in range(2):
                self.model.zero_grad()
                loss = self.model(self.x).square().sum()
                between()
                loss.backward()
                between()
        self.assertEqual(list(read(self.path)[0]), [0, 1])
        step(same, self.x)
        for one, other in zip(same.parameters(), self.model.parameters()):
            self.assertTrue(torch.equal(one.grad, other.grad))

    def test_saved_and_copied(self):
        def between():
            for save in (lambda m: torch.save(m, io.BytesIO()), copy.deepcopy, copy.copy, pickle.dumps):
                save(self.model)
            step(copy.deepcopy(self.model), self.x)
            step(pickle.loads(pickle.dumps(self.model)), self.x)
            torch.save(self.model.state_dict(), io.BytesIO())

        self.recorded(between)

    def test_a_saved_model_does_not_need_the_recorder(self):
        with swg_capture.record(self.model, self.path):
            step(self.model, self.x)
            saved = pickle.dumps(self.model)
        self.assertNotIn(b"swg_capture", saved)
        self.assertEqual(saved, pickle.dumps(self.model))

    def test_scripted_and_traced(self):
        def between():
            torch.jit.script(self.model)(self.x)
            torch.jit.trace(self.model, self.x)

        self.recorded(between)

    def test_with_data_loader_workers(self):
        def between():
            for context in ("fork", "spawn") if os.environ.get("SWG_LONG") else ("fork",):
                loader = torch.utils.data.DataLoader(Data(self.model), num_workers=1, multiprocessing_context=context)
                self.assertEqual(len(list(loader)), 6)

        self.recorded(between)

    def test_a_forked_process_trains_on_and_leaves(self):
        def child():
            for _ in range(5):
                step(self.model, torch.ones(5, 3))

        context = multiprocessing.get_context("fork")

        def between():
            process = context.Process(target=child)
            process.start()
            process.join()
            self.assertEqual(process.exitcode, 0)

        self.recorded(between)

    def test_a_forked_process_that_leaves_the_context(self):
        recorder = swg_capture.record(self.model, self.path, steps=[0, 1, 9])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with recorder:
                step(self.model, self.x)
                if os.fork() == 0:
                    step(self.model, torch.ones(5, 3))
                    recorder.__exit__(None, None, None)
                    os._exit(0)
                os.wait()
                self.assertEqual(os.listdir(self.folder), [])
                step(self.model, self.x)
        steps, _ = read(self.path)
        self.assertEqual(list(steps), [0, 1])
        self.assertLess(difference(steps[1]["0"]["weight_gradient"], self.model[0].weight.grad), 1e-5)

    def test_with_several_recorders(self):
        other = self.path + ".other"
        inner = self.model[2]
        with swg_capture.record(self.model, self.path), swg_capture.record(self.model, other, steps=[1]):
            with swg_capture.record(inner, self.path + ".inner"):
                step(self.model, self.x)
            step(self.model, self.x)
        self.assertEqual((list(read(self.path)[0]), list(read(other)[0])), ([0], [1]))
        self.assertEqual(list(read(self.path + ".inner")[0][0]), ["Linear"])

    def test_a_recorder_that_is_used_again(self):
        for _ in range(2):
            with swg_capture.record(self.model, self.path):
                step(self.model, self.x)
        self.assertEqual(list(read(self.path)[0]), [0])

    def test_a_model_that_calls_itself(self):
        class Nested(nn.Linear):
            def forward(self, x, again=True):
                return super().forward(self(x, False) if again else x)

        model = Nested(3, 3)
        with swg_capture.record(model, self.path):
            step(model, self.x)
        self.assertEqual(list(read(self.path)[0][0]), ["Nested", "Nested#1"])


class DoErrorsPassThrough(Case):
    def setUp(self):
        super().setUp()
        self.x, self.model = torch.randn(5, 3), nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def test_of_a_forward(self):
        with swg_capture.record(self.model, self.path, steps=[0, 1]):
            step(self.model, self.x)
            with self.assertRaisesRegex(RuntimeError, "shapes"):
                self.model(torch.randn(5, 7))
            with self.assertRaisesRegex(TypeError, "input"):
                torch.nn.functional.linear(input=1)
            step(self.model, self.x)
        self.assertEqual(list(read(self.path)[0]), [0, 1])

    def test_of_the_recorder_never(self):
        recorder, steps = (Recorder, ("_before", "_after", "_complete")), (PendingSteps, ("_fired", "_saw", "_add_use"))
        for kind, where in [(kind, where) for kind, names in (recorder, steps) for where in names]:
            original = getattr(kind, where)
            try:
                with warnings.catch_warnings(record=True) as seen:
                    warnings.simplefilter("always")
                    with swg_capture.record(self.model, self.path, steps=[0, 1]):
                        setattr(kind, where, lambda *_: 1 / 0)
                        step(self.model, self.x)
                        step(self.model, self.x)
            finally:
                setattr(kind, where, original)
            said = [str(w.message) for w in seen]
            self.assertEqual(len(said), 1, said)
            self.assertIn("recording stopped, steps kept: none: ZeroDivisionError", said[0])
            self.assertEqual(os.listdir(self.folder), [])
            self.assertEqual(Functions.watchers, [])

    def test_where_warnings_are_errors_they_wait(self):
        done = []
        with self.assertRaisesRegex(UserWarning, "left out"):
            with swg_capture.record(self.model, self.path):
                self.model[0].weight.register_hook(lambda gradient: 2 * gradient)
                step(self.model, self.x)
                step(self.model, self.x)
                done.append(True)
        self.assertEqual(done, [True])
        self.assertEqual(list(read(self.path)[0][0]), ["2"])


if __name__ == "__main__":
    unittest.main()
