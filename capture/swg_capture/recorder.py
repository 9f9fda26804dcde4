"""The context in which a training is recorded: counts forwards, and hands complete steps to the file."""

import atexit
import os
import threading
import warnings

import torch
from torch.nn.parameter import UninitializedParameter

from .arguments import checked_max_batch, checked_steps, checked_values, chosen_layers
from .framework import exact, recomputing, run_compiled_code, uncompiled
from .pending_steps import PendingSteps
from .signals import Signals
from .step import NOT_CHOSEN
from .trace_file import TraceFile
from .warn import warn
from .watching import Calls

# A warning names so many steps.
MOST_NAMED = 10


class Recorder:
    """What `record` returns. What it does while the training runs is guarded: if it fails, recording stops."""

    def __init__(self, model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset):
        self.model = model
        self._wanted = checked_steps(steps)
        self._chosen = chosen_layers(model, layers)
        self._max_batch = checked_max_batch(max_batch)
        name = network or type(uncompiled(model)).__name__
        self._output = (path, bitmaps_only, checked_values(values), name, dataset)
        self._process = None  # the one that records; a forked one has a copy of the file, which is its parent's
        self._lock = threading.RLock()
        self._entered = False

    def __enter__(self):
        self._entered = True
        self._file = TraceFile(*self._output)
        self._steps = PendingSteps(self.model, self._guarded, self._max_batch)
        self._forwards = 0  # with gradients on, complete
        self._depth = 0  # a model may call itself
        self._counts = False  # whether the forward that runs is a step
        self._optimizer_step = 0
        self._versions = None
        self._uncompiled = False
        self._told, self._untold = set(), []
        self._process = os.getpid()
        Calls.of(self.model).recorders.append(self)
        Signals.add(self)
        # Where the context is never left, the interpreter's end ends the recording.
        atexit.register(self.finish)
        return self

    def __exit__(self, error_type, error, traceback):
        self.finish()
        untold, self._untold = self._untold, []
        for text in untold if error_type is None else ():
            warnings.warn(text, stacklevel=2)
        return False

    def __del__(self):
        if getattr(self, "_entered", None) is False:
            warn("nothing is recorded where record(...) stands without `with`")

    def finish(self):
        """Writes what is complete, if that has not been done."""
        self._guarded(self._finish)()

    def before(self):
        """A forward of the model begins."""
        self._guarded(self._before)()

    def after(self, complete):
        """A forward of the model has ended; `complete` unless by an error."""
        self._guarded(self._after)(complete)

    def _guarded(self, act):
        """`act`, but where it fails the recording stops and the training goes on."""

        def guarded(*arguments):
            if self._process != os.getpid():
                return
            with Signals.held(), self._lock:
                try:
                    act(*arguments)
                except Exception as error:
                    self._fail(error)

        return guarded

    def _fail(self, error):
        try:
            self._close()
        except Exception:
            pass  # The first error is the one to tell; no step is kept.
        kept = _named(list(self._file.steps)) or "none"
        self._tell(f"recording stopped, steps kept: {kept}: {type(error).__name__}: {error}")

    def _close(self):
        """Stops recording and writes the file. Raises what the system says where it cannot be written."""
        try:
            self._process = None
            atexit.unregister(self.finish)
            Calls.of(self.model).remove(self)
            self._steps.forget()
            self._run_compiled_code(True)
            self._file.publish()
        finally:
            Signals.remove(self)

    def _finish(self):
        if self._process is None:
            return
        for step in self._steps.take_complete():
            self._complete(step)
        self._close()
        missing = sorted(self._wanted - self._file.steps.keys())
        if missing:
            unseen = "; no forward of the model with gradients was seen (a compiled one must be given itself)"
            self._tell(f"not recorded: step {_named(missing)}{'' if self._forwards else unseen}")

    def _before(self):
        self._depth += 1
        if self._depth > 1:
            return
        again = recomputing()
        self._counts = torch.is_grad_enabled() and again != "hooks"
        if again is None:
            for step in self._steps.ready(self._forwards):
                self._complete(step)
            if not self._steps.wants() and all(step < self._forwards for step in self._wanted):
                self._finish()
                return
        if self._counts:
            self._count_update()
            wanted = self._forwards in self._wanted
            # A forward beside one that is pending may add to the same gradients.
            if wanted or self._steps.wants():
                self._steps.begin(self._forwards, self._optimizer_step, wanted)
                self._run_compiled_code(not wanted)

    def _after(self, complete):
        self._depth = max(0, self._depth - 1)
        if self._depth or not self._counts:
            return
        self._forwards += complete
        self._steps.end(complete)
        self._run_compiled_code(True)

    def _count_update(self):
        """An optimizer changes the versions of parameters."""
        parameters = [p for p in self.model.parameters() if not isinstance(p, UninitializedParameter)]
        versions = sum(parameter._version for parameter in parameters if parameter.requires_grad)
        if self._versions is not None and versions != self._versions:
            self._optimizer_step += 1
        self._versions = versions

    def _run_compiled_code(self, as_it_is):
        if self._uncompiled == as_it_is and run_compiled_code(as_it_is):
            self._uncompiled = not as_it_is

    def _complete(self, step):
        """Adds a step to the file, and says what is not in it."""
        with torch.no_grad(), exact("cpu"):
            uses, left_out, idle = step.contents(self._steps.weights(), self._chosen)
            self._say_left_out(step.number, left_out)
            if idle:
                self._say_once(step.number, f"not seen to run and get a gradient: {', '.join(idle)}")
            overflown = [use.name for use in uses if not use.finite()]
            if overflown:
                self._tell(f"step {step.number} left out: NaN or infinity in layer {overflown[0]}")
            elif not uses:
                self._tell(f"step {step.number} left out: no layer was seen to run and get a gradient")
            else:
                self._file.add(step, uses, left_out)

    def _say_left_out(self, number, left_out):
        by_reason = {}
        for (operator, why), names in left_out.items():
            if why != NOT_CHOSEN:
                by_reason.setdefault(why, []).extend(f"{name} ({operator})" for name in names)
        for why, names in by_reason.items():
            self._say_once(number, f"left out: {', '.join(names)}: {why}")

    def _say_once(self, number, text):
        if text not in self._told:
            self._told.add(text)
            self._tell(f"step {number}: {text}")

    def _tell(self, text):
        """A warning. Where warnings are errors it must wait for the end of the context."""
        try:
            warn(text)
        except Warning:
            self._untold.append(f"swg_capture: {text}")


def _named(steps):
    more = f" and {len(steps) - MOST_NAMED} more" if len(steps) > MOST_NAMED else ""
    return ", ".join(map(str, steps[:MOST_NAMED])) + more
