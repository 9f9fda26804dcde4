"""python3 -m unittest discover capture: a training goes on as if nothing recorded it, and complete steps are kept."""

import copy
import io
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
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
                loader = torch.utils.data.DataLoader(Data(self.model), num_workers=2, multiprocessing_context=context)
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


class IsWhatIsCompleteKept(Case):
    def run_child(self, act):
        """Runs `act` in a forked process. Gives how it ended (minus the signal, or its exit code), and what it said."""
        said = os.path.join(self.folder, "said")
        child = os.fork()
        if child == 0:
            code = 9
            try:
                warnings.simplefilter("always")
                os.dup2(os.open(said, os.O_CREAT | os.O_WRONLY), 2)
                act()
                code = 0
            except SystemExit as error:
                code = error.code
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        with open(said) as file:
            text = file.read()
        os.remove(said)
        return os.waitstatus_to_exitcode(status), text

    def setUp(self):
        super().setUp()
        self.model = nn.Linear(64, 64)

    def steps(self, count):
        for _ in range(count):
            step(self.model, torch.randn(64, 64))

    def kept(self, path=None):
        """The steps in the file, which is alone in its folder."""
        self.assertEqual([name for name in os.listdir(os.path.dirname(path or self.path)) if name != "disk"], ["t.safetensors"])
        return list(read(path or self.path)[0])

    def test_when_a_signal_ends_the_process(self):
        for number in (signal.SIGTERM, signal.SIGHUP):

            def act():
                with swg_capture.record(self.model, self.path, steps=[0, 1, 2, 9]):
                    self.steps(2)
                    self.model(torch.randn(64, 64))
                    os.kill(os.getpid(), number)

            self.assertEqual(self.run_child(act)[0], -number)
            self.assertEqual(self.kept(), [0, 1])

    def test_when_a_signal_comes_in_the_middle_of_a_backward(self):
        def act():
            self.model = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
            with swg_capture.record(self.model, self.path, steps=[0, 1, 9]):
                self.steps(1)
                self.model[0].weight.register_hook(lambda gradient: os.kill(os.getpid(), signal.SIGTERM))
                self.steps(1)

        self.assertEqual(self.run_child(act)[0], -signal.SIGTERM)
        self.assertEqual(self.kept(), [0])

    def test_the_programs_own_handler_stays(self):
        def act():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
            with swg_capture.record(self.model, self.path, steps=[0, 9]):
                self.steps(1)
                os.kill(os.getpid(), signal.SIGTERM)

        self.assertEqual((self.run_child(act)[0], self.kept()), (3, [0]))

    def test_a_forked_process_ends_as_always(self):
        before = signal.getsignal(signal.SIGTERM)
        with swg_capture.record(self.model, self.path):
            self.assertEqual(self.run_child(lambda: sys.exit(signal.getsignal(signal.SIGTERM) == before))[0], 1)
            self.steps(2)

    def test_signals_are_as_before_afterwards(self):
        before = signal.getsignal(signal.SIGTERM)
        with swg_capture.record(self.model, self.path):
            self.assertNotEqual(signal.getsignal(signal.SIGTERM), before)
            self.steps(2)
        self.assertEqual(signal.getsignal(signal.SIGTERM), before)

    def test_when_files_may_not_be_larger(self):
        def act():
            resource.setrlimit(resource.RLIMIT_FSIZE, (180_000, 180_000))
            with swg_capture.record(self.model, self.path, steps=list(range(9))):
                self.steps(9)

        code, said = self.run_child(act)
        self.assertEqual((code, said.count("UserWarning")), (0, 1), said)
        self.assertRegex(said, r"recording stopped, steps kept: 0, 1, 2: OSError: .*File too large")
        self.assertEqual(self.kept(), [0, 1, 2])

    def test_when_the_disk_is_full(self):
        folder = os.path.join(self.folder, "disk")
        os.mkdir(folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True)
        if mounted.returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", folder])
        path = os.path.join(folder, "t.safetensors")

        def act():
            with swg_capture.record(self.model, path, steps=list(range(9))):
                self.steps(9)

        code, said = self.run_child(act)
        self.assertEqual((code, said.count("UserWarning")), (0, 1), said)
        # 48 KiB each, and there is never a copy
        self.assertEqual(self.kept(path), [0, 1, 2, 3, 4])

    def test_whatever_an_earlier_process_left(self):
        for name in (f"t.safetensors.{os.getpid()}.unfinished", "t.safetensors"):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write("left")
        model = nn.Linear(2, 2)
        with swg_capture.record(model, self.path):
            step(model, torch.randn(3, 2))
        self.assertEqual((os.listdir(self.folder), list(read(self.path)[0])), (["t.safetensors"], [0]))

    def test_where_a_file_must_have_a_name(self):
        flag = os.O_TMPFILE
        del os.O_TMPFILE
        self.addCleanup(setattr, os, "O_TMPFILE", flag)
        model = nn.Linear(2, 2)
        with swg_capture.record(model, self.path, steps=[0, 1]):
            step(model, torch.randn(3, 2))
            self.assertEqual(os.listdir(self.folder), [f"t.safetensors.{os.getpid()}.unfinished"])
            step(model, torch.randn(3, 2))
        self.assertEqual((os.listdir(self.folder), list(read(self.path)[0])), (["t.safetensors"], [0, 1]))


if __name__ == "__main__":
    unittest.main()
