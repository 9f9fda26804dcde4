"""Signals: a file is written before one ends the process, and none breaks off its writing."""

import contextlib
import os
import signal
import threading

# Those that end a process, and those that programs and job schedulers give a meaning, as far as the system has them.
ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
HELD = ENDING + [
    getattr(signal, name) for name in ("SIGINT", "SIGALRM", "SIGUSR1", "SIGUSR2") if hasattr(signal, name)
]


def _in_main_thread():
    """Where Python runs handlers of signals, and alone may set them."""
    return threading.current_thread() is threading.main_thread()


class Signals:
    """Ends recordings before SIGTERM or SIGHUP ends the process, where the program has no handler of its own."""

    _recorders = []
    _ours = {}  # number of a signal: our handler
    _held = None  # number of a signal: the handler that waits

    @classmethod
    def add(cls, recorder):
        cls._recorders.append(recorder)
        if not _in_main_thread():
            return
        for number in ENDING:
            if signal.getsignal(number) == signal.SIG_DFL:
                cls._ours[number] = cls._handle
                signal.signal(number, cls._handle)

    @classmethod
    def remove(cls, recorder):
        if recorder in cls._recorders:
            cls._recorders.remove(recorder)
        if not cls._recorders and cls._held is None and _in_main_thread():
            cls._restore()

    @classmethod
    @contextlib.contextmanager
    def held(cls):
        """Handlers of the program and of Python, Ctrl-C's too, run after the context instead of inside it.

        So what they raise is not taken for an error of the recorder.
        """
        if cls._held is not None or not _in_main_thread():
            yield
            return
        cls._held, came = {}, []
        try:
            for number in HELD:
                if callable(signal.getsignal(number)):
                    cls._held[number] = signal.signal(number, lambda number, frame: came.append(number))
            yield
        finally:
            held, cls._held = cls._held, None
            for number, handler in held.items():
                signal.signal(number, handler)
            if not cls._recorders:
                cls._restore()
            for number in came:
                signal.raise_signal(number)

    @classmethod
    def leave(cls):
        """A forked process ends as it would without a recorder, even where it hangs outside Python."""
        cls._recorders = []
        cls._restore()

    @classmethod
    def _restore(cls):
        for number in list(cls._ours):
            if signal.getsignal(number) == cls._ours.pop(number):
                signal.signal(number, signal.SIG_DFL)

    @classmethod
    def _handle(cls, number, frame):
        for recorder in list(cls._recorders):
            recorder.finish()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Signals.leave)
