"""Signals: a file is written before one ends the process, and none breaks off its writing."""

import contextlib
import os
import signal
import threading


def _in_main_thread():
    """Where Python runs handlers of signals, and alone may set them."""
    return threading.current_thread() is threading.main_thread()


class Signals:
    """Ends recordings before SIGTERM or SIGHUP ends the process, where the program has no handler of its own."""

    _recorders = []
    _ours = {}  # number of a signal: our handler

    @classmethod
    def add(cls, recorder):
        cls._recorders.append(recorder)
        if not _in_main_thread():
            return
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                cls._ours[number] = cls._handle
                signal.signal(number, cls._handle)

    @classmethod
    def remove(cls, recorder):
        if recorder in cls._recorders:
            cls._recorders.remove(recorder)
        if not cls._recorders and _in_main_thread():
            cls._restore()

    @classmethod
    @contextlib.contextmanager
    def held(cls):
        """Handlers of the program and of Python, Ctrl-C's too, run after the context instead of inside it."""
        before, came = {}, []
        if _in_main_thread():
            for number in signal.valid_signals():
                if callable(signal.getsignal(number)):
                    before[number] = signal.signal(number, lambda number, frame: came.append(number))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
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
