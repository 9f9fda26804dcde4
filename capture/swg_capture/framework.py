"""What PyTorch is doing at this moment, asked in ways that its versions from 1.13 on have in common."""

import os
import sys

import torch


def uncompiled(model):
    """The model that torch.compile was given."""
    return getattr(model, "_orig_mod", model)


def tracing():
    """Whether a forward is only looked at, to compile or to export it."""
    compiling = getattr(getattr(torch, "compiler", None), "is_compiling", None)
    return bool(compiling and compiling()) or torch.jit.is_tracing()


def distributed():
    """Whether other processes may add to gradients."""
    distributed = torch.distributed
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


def exact(device):
    """A context in which autocast rounds nothing to a half."""
    return torch.autocast("cuda" if device == "cuda" else "cpu", dtype=torch.bfloat16, enabled=False)


def run_compiled_code(as_it_is):
    """Lets what torch.compile made run as it is, or uncompiled. Returns whether this PyTorch can."""
    set_stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
    if set_stance is None or "torch._dynamo" not in sys.modules:
        return False
    set_stance("default" if as_it_is else "force_eager")
    return True


def frames(name):
    """Names of the functions of a file of PyTorch that are running, the innermost first."""
    frame = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename.replace(os.sep, "/").endswith(name):
            yield frame.f_code.co_name
        frame = frame.f_back


def in_checkpoint():
    return any(True for _ in frames("torch/utils/checkpoint.py"))


def in_parametrization():
    return any(True for _ in frames("torch/nn/utils/parametrize.py"))


def recomputing():
    """Whether a checkpoint is computing again, and of which kind it is.

    "backward": the reentrant kind, whose new outputs get the gradients. "hooks": the other, whose first outputs do.
    None: this is a forward like any other.
    """
    task = getattr(torch._C, "_current_graph_task_id", None)
    if task is not None and task() < 0:
        return None
    for name in frames("torch/utils/checkpoint.py"):
        if name == "backward":
            return "backward"
        if name in ("unpack", "unpack_hook", "recompute_fn"):
            return "hooks"
    return None
