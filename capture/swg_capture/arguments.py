"""Checks what the user asked for. Each raises ValueError with what is allowed or known."""

import fnmatch

from .framework import uncompiled
from .weights import owners


def checked_steps(steps):
    """A set of one whole number or more."""
    numbers = list(steps)
    for step in numbers:
        if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < 10**15:
            raise ValueError(f"steps must be whole numbers from 0, one is {step!r}")
    if not numbers:
        raise ValueError("steps must name one step or more, is empty")
    return set(numbers)


def checked_max_batch(max_batch):
    """None or a whole number from 1."""
    if max_batch is not None and (not isinstance(max_batch, int) or isinstance(max_batch, bool) or max_batch < 1):
        raise ValueError(f"max_batch must be a whole number from 1, is {max_batch!r}")
    return max_batch


def checked_values(values):
    if values not in (None, "F32", "F16", "BF16"):
        raise ValueError(f'values must be "F32", "F16", "BF16" or None, is {values!r}')
    return values


def chosen_layers(model, layers):
    """The set of names that `layers` (names, patterns, or a function of name and module) chooses."""
    known = {}
    for owner in owners(uncompiled(model)):
        known.setdefault(owner.layer, owner.module)
    if not known:
        raise ValueError("model must have a weight of two or more axes that trains, has none")
    if layers is None:
        return set(known)
    if callable(layers):
        chosen = {name for name, module in known.items() if layers(name, module)}
    else:
        patterns = [layers] if isinstance(layers, str) else list(layers)
        for pattern in patterns:
            if not fnmatch.filter(known, pattern):
                raise ValueError(f"unknown layer {pattern!r}; known: {', '.join(known)}")
        chosen = {name for name in known if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}
    if not chosen:
        raise ValueError(f"layers must choose one layer or more, choose none of {', '.join(known)}")
    return chosen
