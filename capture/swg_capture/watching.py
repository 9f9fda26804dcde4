"""Watches calls of functions of PyTorch and of models, and tells recorders of them."""

import torch
from torch.nn import functional

from .framework import tracing

# Where functions are replaced while they are watched.
CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
PRODUCTS = ("matmul", "mm", "bmm", "mv", "addmm", "baddbmm")
WATCHED = (
    (functional, ("linear",) + CONVOLUTIONS),
    (torch, CONVOLUTIONS + PRODUCTS + ("einsum",)),
    (torch.Tensor, PRODUCTS + ("__matmul__",)),
)


class Replaced:
    """Attributes of classes and modules, replaced while they are watched.

    One that somebody has replaced since stays as it is.
    """

    def __init__(self):
        self._ours = {}  # (place, name) -> (ours, whether it was the place's own, what it was)

    def replace(self, place, name, make):
        """Puts make(the original) in place of place.name, unless that has been done."""
        if (place, name) not in self._ours and hasattr(place, name):
            original = getattr(place, name)
            ours = make(original)
            self._ours[place, name] = (ours, name in vars(place), original)
            setattr(place, name, ours)

    def restore(self, place, name):
        ours, own, original = self._ours.get((place, name), (None, False, None))
        if ours is None or vars(place).get(name) is not ours:
            return
        del self._ours[place, name]
        if own:
            setattr(place, name, original)
        else:
            delattr(place, name)


class Functions:
    """The functions that multiply, while anybody watches them."""

    watchers = []
    _replaced = Replaced()

    @classmethod
    def add(cls, watcher):
        if watcher in cls.watchers:
            return
        cls.watchers.append(watcher)
        for place, names in WATCHED:
            for name in names:
                cls._replaced.replace(place, name, lambda original, name=name: cls._watched(name, original))

    @classmethod
    def remove(cls, watcher):
        if watcher in cls.watchers:
            cls.watchers.remove(watcher)
        if cls.watchers:
            return
        for place, names in WATCHED:
            for name in names:
                cls._replaced.restore(place, name)

    @classmethod
    def _watched(cls, name, original):
        def call(*arguments, **keywords):
            output = original(*arguments, **keywords)
            if not tracing():
                for watcher in tuple(cls.watchers):
                    watcher.saw(name, arguments, keywords, output)
            return output

        call.__name__ = name
        return call


class Calls:
    """Forwards of models of one class.

    It is the class that is watched, since what is put on a model would go with its copies.
    """

    _known = {}
    _replaced = Replaced()

    def __init__(self, kind):
        self._kind = kind
        self.recorders = []

    @classmethod
    def of(cls, model):
        kind = type(model)
        calls = cls._known.setdefault(kind, cls(kind))
        cls._replaced.replace(kind, "__call__", calls._watched)
        return calls

    def remove(self, recorder):
        if recorder in self.recorders:
            self.recorders.remove(recorder)
        if not self.recorders:
            self._replaced.restore(self._kind, "__call__")

    def _watched(self, original):
        def __call__(module, *inputs, **keywords):
            if tracing():
                return original(module, *inputs, **keywords)
            watching = [recorder for recorder in self.recorders if recorder.model is module]
            complete = False
            try:
                for recorder in watching:
                    recorder.before()
                output = original(module, *inputs, **keywords)
                complete = True
                return output
            finally:
                for recorder in watching:
                    recorder.after(complete)

        return __call__
