"""python3 -m unittest discover capture: complete steps are kept, whatever ends a training or a recording."""

import atexit
import os
import resource
import signal
import subprocess
import sys
import unittest
import warnings

import torch
from torch import nn

import swg_capture
from swg_capture.trace_file import TraceFile
from capture_case import Case, read


def step(model, x):
    model.zero_grad()
    model(x).square().sum().backward()


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
        names = os.listdir(os.path.dirname(path or self.path))
        self.assertEqual([name for name in names if name != "disk"], ["t.safetensors"])
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

    def test_when_ctrl_c_comes_while_the_file_is_written(self):
        write = TraceFile._make_room

        def interrupted(file, room):
            os.kill(os.getpid(), signal.SIGINT)
            write(file, room)

        TraceFile._make_room = interrupted
        self.addCleanup(setattr, TraceFile, "_make_room", write)
        with self.assertRaises(KeyboardInterrupt):
            with swg_capture.record(self.model, self.path):
                self.steps(1)
        self.assertEqual(self.kept(), [0])

    def test_when_sigterm_comes_while_the_file_is_written(self):
        def act():
            write = TraceFile._make_room
            TraceFile._make_room = lambda *arguments: (os.kill(os.getpid(), signal.SIGTERM), write(*arguments))
            with swg_capture.record(self.model, self.path):
                self.steps(2)

        self.assertEqual((self.run_child(act)[0], self.kept()), (-signal.SIGTERM, [0]))

    def test_when_a_handler_raises_while_a_step_is_written(self):
        def late(number, frame):
            raise TimeoutError

        self.addCleanup(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, late))
        add = TraceFile._add
        TraceFile._add = lambda *arguments: (os.kill(os.getpid(), signal.SIGALRM), add(*arguments))
        self.addCleanup(setattr, TraceFile, "_add", add)
        with swg_capture.record(self.model, self.path, steps=[0, 1]):
            self.steps(1)
            with self.assertRaises(TimeoutError):
                self.steps(1)
            TraceFile._add = add
            self.steps(1)
        self.assertEqual(self.kept(), [0, 1])

    def test_when_the_program_exits_inside(self):
        def act():
            with swg_capture.record(self.model, self.path, steps=[0, 9]):
                self.steps(1)
                sys.exit(4)

        self.assertEqual((self.run_child(act)[0], self.kept()), (4, [0]))

    def test_when_the_context_is_never_left(self):
        def act():
            at_exit = []
            atexit.register = at_exit.append
            swg_capture.record(self.model, self.path, steps=[0, 9]).__enter__()
            self.steps(1)
            for run in at_exit:
                run()

        self.assertEqual((self.run_child(act)[0], self.kept()), (0, [0]))

    def test_but_not_when_the_process_is_killed(self):
        def act():
            with swg_capture.record(self.model, self.path, steps=[0, 1]):
                self.steps(2)
                os.kill(os.getpid(), signal.SIGKILL)

        self.assertEqual(self.run_child(act)[0], -signal.SIGKILL)
        self.assertEqual(os.listdir(self.folder), [])

    def test_when_a_generator_is_given_up(self):
        def batches():
            with swg_capture.record(self.model, self.path, steps=[0, 9]):
                while True:
                    self.steps(1)
                    yield

        run = batches()
        next(run)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            del run
        self.assertEqual(self.kept(), [0])

    @unittest.skipUnless(os.environ.get("SWG_LONG"), "takes a minute; npm run test:long runs it")
    def test_when_signals_come_at_any_time(self):
        for attempt in range(60):
            number = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)[attempt % 3]
            delay = 0.001 + 0.3 * attempt / 60

            def act():
                signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), number))
                with swg_capture.record(self.model, self.path, steps=range(1000)):
                    signal.setitimer(signal.ITIMER_REAL, delay)
                    self.steps(1000)

            code, said = self.run_child(act)
            self.assertEqual(code, 9 if number == signal.SIGINT else -number, said)
            if os.path.exists(self.path):
                self.assertEqual(self.kept(), list(range(len(self.kept()))))
                os.remove(self.path)
            self.assertEqual(os.listdir(self.folder), [])

    def test_none_where_the_folder_is_gone(self):
        folder = os.path.join(self.folder, "gone")
        os.mkdir(folder)
        with self.assertWarnsRegex(UserWarning, "recording stopped, steps kept: none: FileNotFoundError"):
            with swg_capture.record(self.model, os.path.join(folder, "t.safetensors")):
                self.steps(1)
                os.rmdir(folder)

    def test_one_file_has_one_recorder(self):
        with swg_capture.record(self.model, self.path):
            with self.assertRaisesRegex(ValueError, "t.safetensors: another recorder is writing this file"):
                with swg_capture.record(nn.Linear(2, 2), self.path):
                    pass
            self.steps(1)
        self.assertEqual(self.kept(), [0])

    def test_nothing_is_kept_without_a_context_and_that_is_said(self):
        with self.assertWarnsRegex(UserWarning, "nothing is recorded where record.* stands without `with`"):
            swg_capture.record(self.model, self.path)

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
