"""Records training steps of a PyTorch model as a trace for SWG: swg-trace version 2, see src/trace/FORMAT.md.

    import swg_capture

    with swg_capture.record(model, "trace.safetensors", steps=[0, 100, 1000], max_batch=8):
        train(model)

One file that needs torch alone; tested with 1.13 and 2.13. Where safetensors is installed, it reads the finished file once before the file takes its place.

A step is one forward of `model` with gradients on, counted from 0. While the forward of a recorded step runs, the functions of
PyTorch that multiply (`WATCHED`, below) are watched, whoever calls them: Linear, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d,
what is derived from them, attention, `x @ self.weight`. Of each product with a weight of the model the file gets what was
multiplied with the weight (fmap), the gradient of the loss with respect to what came out of just that (emap), the weight
gradient, computed here in float64 from exactly these two, and a mask where the weight is pruned.

Every backward that adds to the `.grad` of a weight is held against what was recorded. A weight is recorded if both agree, for
the whole batch; else it is left out, one warning says why, and the file names it in `left_out`. So is every weight of two or more
axes that got a gradient in a way that cannot be seen: LSTM and GRU, embeddings, three spatial axes, what is scripted or compiled.
A model from torch.compile runs uncompiled in recorded steps.

Nothing is put on the model or its modules, so it can be saved, copied, pickled and scripted. A forked process records nothing.
"""

import ctypes
import fnmatch
import json
import os
import signal
import struct
import sys
import threading
import warnings

import torch
from torch.nn import functional
from torch.nn.parameter import UninitializedParameter

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "U8": 1}
# where functions are replaced while they are watched
CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
PRODUCTS = ("matmul", "mm", "bmm", "mv", "addmm", "baddbmm")
WATCHED = (
    (functional, ("linear",) + CONVOLUTIONS),
    (torch, CONVOLUTIONS + PRODUCTS + ("einsum",)),
    (torch.Tensor, PRODUCTS + ("__matmul__",)),
)
UNSEEN = (
    "its gradient comes by a way that is not recorded: not from linear, conv1d, conv2d, conv_transpose1d, conv_transpose2d or a "
    "matrix product with one weight, called from Python"
)
OTHER = (
    "PyTorch's own gradient is not what its operators give: a part of it comes from elsewhere, or it is changed on its way, or its "
    "weight is computed"
)
# autograd's names of what makes a map, not a weight
MAPS = ("ddmm", "MmBackward", "Bmm", "Convolution", "Embedding", "LayerNorm", "BatchNorm", "GroupNorm")
# a step whose backward has not come after so many forwards is given up
LATEST = 16
# copies made for a gradient take about so much at a time
GRADIENT_BYTES = 2**28
# how far the framework's gradient may be from the recorded one, relative to its largest magnitude
TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.bfloat16: 2**-5, torch.float16: 2**-6}
# convolutions and products on an accelerator may round float32 to 10 bits
TOLERANCE_ACCELERATED = 2**-8


def record(
    model,
    path,
    steps=(0,),
    layers=None,
    max_batch=None,
    bitmaps_only=False,
    values=None,
    network=None,
    dataset="unknown",
):
    """A context in which `steps` of the training of `model` are recorded; the file `path` is written once, whole.

    steps         whole numbers: which forwards of `model` with gradients on, from 0
    layers        names of layers, * and ? allowed ("layer1.*"), or a function of (name, module); all by default
    max_batch     keep the first so many images of the batch (entries of the first dimension); the gradient is theirs alone
    bitmaps_only  only where values are not zero: sixteen times smaller than BF16, enough for cycles and energy
    values        "F32", "F16" or "BF16": round values to this type and compute gradients from the rounded ones. A map in
                  which that would change what is zero, or overflow, keeps its own type. By default values stay as they are
    network, dataset   names for the report

    The file is there as soon as the last step is complete. If the training ends early, by an error, SIGTERM or SIGHUP, or the
    disk is full, it holds the steps that are complete, and if none is, there is no file; SIGKILL leaves none. A handler that the
    program has for a signal stays; without one, a signal waits for Python to run, as it does for any handler. Raises ValueError or OSError at once for arguments that cannot work. What goes wrong later
    never disturbs the training: recording stops with a warning.
    """
    return Recorder(model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset)


class Recorder:
    """What `record` returns: a context that watches forwards, and hands what it saw to a file."""

    def __init__(self, model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset):
        self._wanted = _whole_numbers(steps)
        if max_batch is not None and (not isinstance(max_batch, int) or isinstance(max_batch, bool) or max_batch < 1):
            raise ValueError(f"max_batch must be a whole number from 1, is {max_batch!r}")
        if values not in (None, "F32", "F16", "BF16"):
            raise ValueError(f'values must be "F32", "F16", "BF16" or None, is {values!r}')
        self.model = model
        self._chosen = _chosen(model, layers)
        self._max_batch = max_batch
        self._output = (path, bitmaps_only, values, network or type(_uncompiled(model)).__name__, dataset)
        self._versions = None
        self._optimizer_step = 0
        self._forwards = 0  # with gradients on, complete
        self._depth = 0  # a model may call itself
        self._counts = False  # whether the forward that runs is a step
        self._window = None  # the step whose forward is running
        self._pending = []  # steps whose backward is awaited
        self._owners = {}  # id of a parameter -> _Owner
        self._weights = {}  # id of a parameter -> _Weight, while steps are pending
        self._uses = 0
        self._firing = 0  # operators whose backward has run in a backward that has not ended
        self._stance = False
        self._told, self._untold = set(), []
        self._process = None  # the one that records

    def __enter__(self):
        self._file = _TraceFile(*self._output)
        self._process = os.getpid()
        _Calls.of(self.model).recorders.append(self)
        _Signals.add(self)
        return self

    def __exit__(self, error_type, error, traceback):
        if self._records():
            self._guarded(self._finish)()
        untold, self._untold = self._untold, []
        for text in untold if error_type is None else ():
            warnings.warn(text, stacklevel=2)
        return False

    def _records(self):
        """Not in a forked process, whose copy of the file is the parent's."""
        return self._process == os.getpid()

    def _guarded(self, act):
        """`act`, but where it fails the recording stops and the training goes on."""

        def guarded(*arguments):
            if not self._records():
                return
            try:
                act(*arguments)
            except Exception as error:
                self._fail(error)

        return guarded

    def _fail(self, error):
        self._stop()
        try:
            self._file.publish()
        except Exception:
            self._file.discard()
        steps = ", ".join(map(str, self._file.steps)) or "none"
        self._tell(f"recording stopped, steps kept: {steps}: {type(error).__name__}: {error}")

    def _tell(self, text):
        """A warning. Where warnings are errors it must wait for the end of the context."""
        try:
            warnings.warn(f"swg_capture: {text}", stacklevel=4)
        except Warning:
            self._untold.append(f"swg_capture: {text}")

    def _stop(self):
        self._process = None
        _Calls.of(self.model).remove(self)
        _Signals.remove(self)
        self._forget()
        self._set_stance(False)

    def _forget(self):
        """Nothing is pending: hooks of the steps go."""
        for step in self._pending:
            step.close()
        for weight in self._weights.values():
            weight.close()
        self._pending, self._weights, self._window = [], {}, None
        _Functions.remove(self)

    def _finish(self):
        """Writes what is complete."""
        self._complete_pending()
        self._stop()
        self._file.publish()
        missing = sorted(self._wanted - self._file.steps.keys())
        if missing:
            unseen = "; no forward of the model with gradients was seen (a compiled one must be given itself)"
            self._tell(f"not recorded: step {', '.join(map(str, missing))}{'' if self._forwards else unseen}")

    def die(self):
        """Writes what is complete, before a signal ends the process."""
        if self._records():
            self._guarded(self._finish)()

    def busy(self):
        return self._file.publishing

    # forwards of the model

    def before(self):
        self._guarded(self._before)()

    def after(self, complete):
        self._guarded(self._after)(complete)

    def _before(self):
        self._depth += 1
        if self._depth > 1:
            return
        again = _recomputing()
        self._counts = torch.is_grad_enabled() and again != "hooks"
        if again is None:
            self._between_steps()
        if not self._counts or not self._records():
            return
        parameters = [p for p in self.model.parameters() if p.requires_grad and not isinstance(p, UninitializedParameter)]
        versions = sum(parameter._version for parameter in parameters)
        if self._versions is not None and versions != self._versions:
            self._optimizer_step += 1
        self._versions = versions
        wanted = self._forwards in self._wanted
        # a forward beside one that is pending may add to the same gradients
        if wanted or any(step.wanted for step in self._pending):
            self._owners = {id(owner.parameter): owner for owner in _owners(self.model)}
            self._window = _Step(self._forwards, self._optimizer_step, wanted)
            _Functions.add(self)
            self._set_stance(wanted)

    def _after(self, complete):
        self._depth -= 1
        if self._depth or not self._counts:
            return
        step, self._window = self._window, None
        self._forwards += complete
        if step:
            self._set_stance(False)
            # layers of a reentrant checkpoint run for real in the backward
            if not step.echoes:
                _Functions.remove(self)
            if complete:
                self._pending.append(step)
                for owner in self._owners.values():
                    self._weight(owner)

    def _between_steps(self):
        """No backward is running."""
        self._firing = 0
        if self._pending:
            self._complete_pending(self._forwards - LATEST)
        self._window = None
        if not any(step.wanted for step in self._pending):
            self._forget()
            if all(step < self._forwards for step in self._wanted):
                self._finish()

    def _complete_pending(self, latest=None):
        """Steps that have their gradients are complete, and those before `latest` are given up."""
        ran = any(weight.unseen for weight in self._weights.values())
        for step in list(self._pending):
            if latest is not None and not step.has_gradients() and not ran and step.number >= latest:
                continue
            # a step whose backward broke off is not complete
            if step.wanted and not self._firing:
                self._complete(step)
            step.close()
            self._pending.remove(step)

    def _set_stance(self, eager):
        """Lets what is compiled run uncompiled, or no longer."""
        set_stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
        if "torch._dynamo" in sys.modules and set_stance and self._stance != eager:
            self._stance = eager
            set_stance("force_eager" if eager else "default")

    # operators

    def saw(self, name, arguments, keywords, output):
        self._guarded(self._saw)(name, arguments, keywords, output)

    def _saw(self, name, arguments, keywords, output):
        if not torch.is_tensor(output) or not (self._window or self._pending):
            return
        grad = torch.is_grad_enabled()
        recomputed = not self._window and grad and _recomputing() == "backward"
        operation = _operation(name, arguments, keywords, self._origin) if self._window or recomputed else None
        if operation is None or (grad and not output.requires_grad):
            return
        if operation.origin is None:
            if self._window and grad:
                self._window.left_out.append((operation.name, operation.function, operation.why))
            return
        self._uses += 1
        step, order = self._window, self._uses
        if not grad:
            return step.echoes.append(_Echo(operation, order))
        if recomputed:
            step, order = self._answered(_Echo(operation, order))
        if step is not None:
            self._add_use(step, order, operation, output)

    def _answered(self, echo):
        """The step and the place of a use that ran without gradients in its forward, and that a checkpoint computes again."""
        for step in reversed(self._pending):
            same = [other for other in step.echoes if other.key == echo.key]
            exact = [other for other in same if other.print == echo.print]
            for other in (exact or same)[-1:]:
                step.echoes.remove(other)
                return step, other.order
        return None, None

    def _add_use(self, step, order, operation, output):
        origin = operation.origin
        weight = self._weight(origin.owner)
        # what computes a weight, its norm say, may multiply it too
        if weight is None or (origin.owner.computed and not origin.computed):
            return
        if origin.owner.parametrized and any(True for _ in _frames("torch/nn/utils/parametrize.py")):
            return
        why = operation.why or operation.unfit(output)
        if why:
            weight.problem = weight.problem or why
            return
        target = weight.target(origin)
        use = _Use(operation, output, self._max_batch, order, target)
        node, number = output.grad_fn, output.output_nr
        step.uses.append(use)
        step.hooks.append(node.register_hook(self._guarded(lambda _, outputs: self._fired(step, use, outputs[number]))))

    def _fired(self, step, use, gradient):
        """The backward of an operator has run: with this gradient of its output."""
        if step.closed or gradient is None:
            return
        use.fire(gradient.detach())
        self._firing += 1

        def ended():
            # autograd.grad does not reach `.grad`, and what it was given is not the step's
            use.target.drop(use)
            self._firing = max(0, self._firing - 1)

        torch.autograd.Variable._execution_engine.queue_callback(self._guarded(ended))

    def _weight(self, owner):
        parameter = owner.parameter
        known = self._weights.get(id(parameter))
        if known is None and owner.is_weight() and parameter.requires_grad and parameter.is_leaf:
            known = self._weights[id(parameter)] = _Weight(owner, self._guarded)
        return known

    def _origin(self, tensor, named):
        return _origin(tensor, named, self._owners)

    # what a step has

    def _complete(self, step):
        left_out = {}  # (operator, why) -> names

        def leave_out(name, operator, why):
            names = left_out.setdefault((operator, why), [])
            if name not in names:
                names.append(name)

        for name, function, why in step.left_out:
            leave_out(name, function, why)
        uses, idle = [], set()
        with torch.no_grad(), _exact("cpu"):
            for weight in self._weights.values():
                owner = weight.owner
                mine = [use for use in step.uses if use.target.weight is weight and use.g is not None]
                if not (mine or weight.problem or weight.unseen):
                    idle.add(owner.layer)
                elif owner.layer not in self._chosen:
                    leave_out(owner.layer, owner.operator, "it was not chosen to be recorded")
                elif weight.problem or not mine:
                    leave_out(owner.layer, owner.operator, weight.problem or UNSEEN)
                else:
                    uses += mine
            # a weight may be computed from several parameters, of which one stands for all
            recorded = {use.target.weight.owner.layer for use in uses}
            left_out = {key: kept for key, names in left_out.items() if (kept := [n for n in names if n not in recorded])}
            idle = sorted(idle & self._chosen - recorded - {name for names in left_out.values() for name in names})
            uses.sort(key=lambda use: use.order)
            overflown = [use.name for use in uses if not use.finite()]
            self._say_left_out(step.number, left_out)
            if idle:
                self._say_once(step.number, f"not seen to run and get a gradient: {', '.join(idle)}")
            if overflown:
                return self._tell(f"step {step.number} left out: NaN or infinity in layer {overflown[0]}")
            if not uses:
                return self._tell(f"step {step.number} left out: no layer was seen to run and get a gradient")
            entries = [
                {"operator": operator, "why": why, "names": names, "weights": True}
                for (operator, why), names in left_out.items()
            ]
            self._file.add(step, uses, entries)

    def _say_left_out(self, number, left_out):
        by_reason = {}
        for (operator, why), names in left_out.items():
            if "not chosen" not in why:
                by_reason.setdefault(why, []).extend(f"{name} ({operator})" for name in names)
        for why, names in by_reason.items():
            self._say_once(number, f"left out: {', '.join(names)}: {why}")

    def _say_once(self, number, text):
        if text not in self._told:
            self._told.add(text)
            self._tell(f"step {number}: {text}")


class _Step:
    def __init__(self, number, optimizer_step, wanted):
        self.number = number
        self.optimizer_step = optimizer_step
        self.wanted = wanted
        self.uses = []
        self.echoes = []  # uses without gradients, which a checkpoint may compute again
        self.left_out = []  # (name, function, why)
        self.hooks = []
        self.closed = False

    def has_gradients(self):
        return any(use.g is not None for use in self.uses)

    def close(self):
        self.closed = True
        for hook in self.hooks:
            hook.remove()
        self.hooks = []


# weights


class _Owner:
    """A parameter of the model, and the layer that it belongs to."""

    def __init__(self, parameter, module, path, attribute):
        self.parameter, self.module, self.attribute = parameter, module, attribute
        head, parametrized, rest = path.partition("parametrizations.")
        self.parametrized = bool(parametrized)
        if parametrized:
            path, attribute = head.rstrip("."), rest.split(".")[0]
        else:
            # torch.nn.utils computes module.weight of weight_orig, or of weight_g and weight_v
            known = vars(module)
            attribute = next((a for a in (attribute[: -len(end)] for end in ("_orig", "_g", "_v")) if a in known), attribute)
        self.computed = parametrized or attribute != self.attribute  # from it module.weight is computed
        self.attribute = attribute
        self.path = f"{path}.{attribute}".lstrip(".")
        self.layer = path if attribute == "weight" else self.path
        self.operator = type(module).__name__

    def is_weight(self):
        return not isinstance(self.parameter, UninitializedParameter) and self.parameter.dim() >= 2


def _owners(model):
    """Every parameter that trains and may be a weight, once, with its first name."""
    modules = dict(model.named_modules())
    seen = set()
    for path, module in modules.items():
        for attribute, parameter in module._parameters.items():
            if parameter is None or id(parameter) in seen or not parameter.requires_grad:
                continue
            seen.add(id(parameter))
            if not isinstance(parameter, UninitializedParameter) and parameter.dim() < 2:
                continue
            owner = _Owner(parameter, module, path.replace("_orig_mod.", "").replace("_orig_mod", ""), attribute)
            if owner.parametrized:
                owner.operator = type(modules[path.rpartition("parametrizations")[0].rstrip(".")]).__name__
            owner.layer = owner.layer or owner.operator
            yield owner


class _Origin:
    """How the tensor that an operator multiplied comes from a parameter: it lies in `base`, which either has the parameter's
    values and gradient (which is checked) or is what the module itself calls its weight."""

    def __init__(self, owner, tensor, base, computed):
        self.owner, self.base, self.computed = owner, base, computed
        self.geometry = (tuple(tensor.shape), tensor.stride(), tensor.storage_offset() - base.storage_offset())

    def in_base(self, gradient):
        """A gradient of the tensor as one of `base`."""
        if self.base.shape == self.geometry[0] and self.base.stride() == self.geometry[1]:
            return gradient.reshape(self.base.shape)
        total = torch.zeros_like(self.base, dtype=gradient.dtype, device=gradient.device)
        total.as_strided(*self.geometry).copy_(gradient.reshape(self.geometry[0]))
        return total


def _origin(tensor, named, owners):
    """The origin of a weight; None for what is not one. `named`: an operator's argument called weight, however it was computed."""
    view = tensor._base if tensor._is_view() else None
    base = tensor if view is None else view
    if any(stride == 0 and size > 1 for stride, size in zip(tensor.stride(), tensor.shape)):
        return None
    if base.grad_fn is None:
        owner = owners.get(id(base))
        return _Origin(owner, tensor, base, False) if owner and owner.is_weight() else None
    for parameter in _sources(base.grad_fn, through_products=named):
        owner = owners.get(id(parameter))
        if owner is None or not owner.is_weight() or base.numel() != parameter.numel():
            continue
        if owner.parametrized or any(value is base for value in vars(owner.module).values()):
            return _Origin(owner, tensor, base, True)
        if base.shape == parameter.shape:
            return _Origin(owner, tensor, base, False)
    return None


def _sources(node, through_products):
    """Leaves that a node is computed from, the nearest first; none if there are too many nodes for a computed weight."""
    queue, found = [node], []
    seen = {node}
    for node in queue:
        name = node.name()
        if len(queue) > 128 or (not through_products and any(part in name for part in MAPS)):
            return []
        if name.endswith("AccumulateGrad"):
            found.append(node.variable)
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                queue.append(following)
    return found


class _Weight:
    """What reaches the `.grad` of a parameter, held against what was recorded."""

    def __init__(self, owner, guarded):
        self.owner = owner
        self.targets = {}
        self.before = None  # what `.grad` was
        self.unseen = False  # `.grad` has changed, and no operator that was seen has
        self.problem = None
        self._guarded = guarded
        parameter = owner.parameter
        with torch.enable_grad():
            # kept, so that graphs go on using it
            self._node = parameter.view_as(parameter).grad_fn.next_functions[0][0]
        self._hooks = [
            parameter.register_hook(guarded(self._arrives)),
            self._node.register_hook(guarded(lambda _, incoming: self._accumulated(incoming[0]))),
        ]

    def close(self):
        for hook in self._hooks:
            hook.remove()
        self.targets = {}

    def target(self, origin):
        """Where the gradients of a use are checked: at a tensor that the module computes, or at the parameter."""
        key = id(origin.base) if origin.computed else None
        if key not in self.targets:
            self.targets[key] = target = _Target(self, origin.base if origin.computed else None)
            if origin.computed:
                check = lambda _, outputs: target.check(outputs[origin.base.output_nr], None)
                self._hooks.append(origin.base.grad_fn.register_hook(self._guarded(check)))
        return self.targets[key]

    def _arrives(self, gradient):
        grad = self.owner.parameter.grad
        used = any(target.uses for target in self.targets.values())
        self.before = grad.detach().clone() if used and grad is not None and not grad.is_sparse else None

    def _accumulated(self, incoming):
        if incoming is None:
            return
        self.unseen = self.unseen or not any(target.uses for target in self.targets.values())
        before, self.before = self.before, None
        plain = self.targets.get(None)
        if plain and plain.uses:
            grad = self.owner.parameter.grad
            # other processes may be adding theirs to it already, an optimizer in the backward takes it away, infinity stays
            unknown = grad is None or _distributed() or (before is not None and not bool(torch.isfinite(before).all()))
            before = None if unknown else before
            put = incoming if unknown else grad if before is None else grad - before
            plain.check(put.detach(), before)
        for target in self.targets.values():
            target.commit()


class _Target:
    """A tensor whose gradient is known both from the framework and from what was recorded."""

    def __init__(self, weight, base):
        self.weight, self._base = weight, base
        self.uses = []  # whose operators ran in the backward that runs now
        self._right = []

    def add(self, use):
        self.drop(use)
        self.uses.append(use)

    def drop(self, use):
        self.uses = [other for other in self.uses if other is not use]
        self._right = [other for other in self._right if other is not use]

    def check(self, expected, before):
        """Uses whose gradients add up to the framework's are right. A nested backward has the last of them only."""
        if expected is None or not self.uses:
            return
        with torch.no_grad(), _exact(expected.device.type):
            self.weight.problem = self.weight.problem or self._check(expected, before)

    def _check(self, expected, before):
        for use in self.uses:
            why = use.ready()
            if why:
                return why
        if expected.is_sparse:
            return "its gradient is sparse"
        if not bool(torch.isfinite(expected).all()):
            for use in self.uses:
                use.overflown = True
            self._right = list(self.uses)
            return None
        gradients = [use.framework_gradient().to(expected.device) for use in self.uses]
        kept = [use.kept() for use in self.uses]
        for first in range(len(gradients)):
            off, scale = _difference(sum(gradients[first:]), expected, [mask for mask in kept[first:] if mask is not None])
            allowed = scale * max(use.tolerance() for use in self.uses[first:])
            if before is not None:
                allowed += before.abs().max().item() * 4 * torch.finfo(before.dtype).eps
            if off > allowed:
                # sums that cancel are as exact as what was summed
                allowed = max(allowed, 1e-6 * sum(use.magnitude() for use in self.uses[first:]))
            if off <= allowed:
                self._right = self.uses[first:]
                return None
        return OTHER

    def commit(self):
        for use in self._right:
            use.commit()
        self.uses = [use for use in self.uses if use not in self._right]
        self._right = []


def _difference(actual, expected, masks):
    actual = actual.to(torch.float64 if actual.device.type == "cpu" else torch.float32)
    expected = expected.to(actual.dtype).reshape(actual.shape)
    for mask in masks:
        actual, expected = actual * mask, expected * mask
    return (actual - expected).abs().max().item(), expected.abs().max().item()


# operators


class _Operation:
    """A product of a map `x` with a weight, as a function of PyTorch was asked for it. In the trace the maps are [N][C][H][W] and
    [N][K][P][Q], the weight is [K][C/groups][R][S]."""

    stride, dilation, padding, groups = (1, 1), (1, 1), (0, 0, 0, 0), 1
    transposed = False

    def __init__(self, function, x, weight, origin):
        self.function, self.x, self.weight, self.origin = function, x, weight, origin
        self.name = function
        self.why = None  # it cannot be recorded

    def named(self, like_parameter):
        """A layer is called as its module only if the trace has its gradient in the shape of module.weight, axis for axis."""
        owner, base = self.origin.owner, self.origin.base
        whole = base.shape == self.weight.shape and base.stride() == self.weight.stride()
        whole = whole or (self.origin.computed and base.numel() == self.weight.numel())
        self.name = owner.layer if whole and like_parameter else owner.path

    def unfit(self, output):
        """Why a trace cannot hold it, or None."""
        for what, map_ in (("fmap", self.x), ("emap", output)):
            if map_.layout != torch.strided or map_.device.type == "meta":
                return f"its {what} has no values in memory, one beside the other"
            if not map_.numel():
                return f"its {what} is empty"
        if output.dtype not in TYPES:
            return f"its {'fmap' if self.x.dtype == output.dtype else 'emap'} is of {output.dtype}"
        fmap, emap = self.maps(self.x, output)
        top, left, bottom, right = self.padding
        for axis, padding in enumerate((top + bottom, left + right)):
            reach = self.dilation[axis] * (self.kernel[2 + axis] - 1)
            if emap.shape[2 + axis] != (fmap.shape[2 + axis] + padding - reach - 1) // self.stride[axis] + 1:
                return "its output does not follow from its stride, padding and dilation"
        return None

    def maps(self, x, out):
        """Fmap and emap of what goes in and the gradient of what comes out. In a transposed convolution they change places."""
        x, out = self.map_x(x), self.map_out(out)
        return (out, x) if self.transposed else (x, out)

    def gradient(self, fmap, emap, dtype):
        """[K][C/groups][R][S], a few images at a time."""
        top, left, bottom, right = self.padding
        total = torch.zeros(self.kernel, dtype=dtype, device=emap.device)
        images = max(1, GRADIENT_BYTES // (total.element_size() * (fmap[0].numel() + emap[0].numel())))
        for n in range(0, fmap.shape[0], images):
            f, e = fmap[n : n + images].to(dtype), emap[n : n + images].to(dtype)
            if self.type == "linear":
                total += (e.flatten(1).t() @ f.flatten(1)).reshape(self.kernel)
                continue
            f = functional.pad(f, (left, right, top, bottom))
            total += torch.nn.grad.conv2d_weight(f, self.kernel, e, self.stride, 0, self.dilation, self.groups)
        return total

    def mask(self):
        """U8 as the weight in the trace: 1 where it is not pruned; None where it is not."""
        owner, base = self.origin.owner, self.origin.base
        weight = self.weight
        if self.origin.computed:
            # a weight that is computed may be zero for other reasons
            weight = getattr(owner.module, f"{owner.attribute}_mask", None)
            if owner.parametrized or weight is None or weight.shape != self.weight.shape:
                return None
        elif base.shape == self.weight.shape:
            weight = owner.parameter
        kept = (weight.detach() != 0).to(torch.uint8).cpu()
        # a weight that is zero throughout has not been trained yet
        if bool(kept.all()) or not bool(kept.any()):
            return None
        return self.map_weight(kept).contiguous()


class _Product(_Operation):
    """A matrix product, by the letters of its axes as in einsum."""

    def __init__(self, function, x, weight, origin, letters):
        super().__init__(function, x, weight, origin)
        self._x, self._weight, self._out = letters
        self._group = [a for a in self._weight if a in self._x and a in self._out]
        self._kept = [a for a in self._weight if a not in self._x]
        self._contracted = [a for a in self._weight if a not in self._out]
        self._rest = [a for a in self._x if a not in self._weight]
        sizes = dict(zip(self._weight, weight.shape))
        count = lambda axes: torch.Size([sizes[a] for a in axes]).numel()
        self.groups = count(self._group)
        self.kernel = (self.groups * count(self._kept), count(self._contracted), 1, 1)
        self.type = "linear" if self.groups == 1 else "conv2d"
        self.batched = bool(self._rest)
        self.named(self._group + self._kept + self._contracted == self._weight)
        self._sizes = sizes

    @staticmethod
    def fits(x, weight, letters):
        in_x, in_weight, in_out = letters
        same = dict(zip(in_x, x.shape))
        return (
            (len(in_x), len(in_weight)) == (x.dim(), weight.dim())
            and all(len(set(axes)) == len(axes) for axes in letters)
            and all(same.get(a, size) == size for a, size in zip(in_weight, weight.shape))
            and set(in_out) == (set(in_x) ^ set(in_weight)) | (set(in_x) & set(in_weight) & set(in_out))
            and any(a not in in_out for a in in_weight)
        )

    def _map(self, tensor, letters, last):
        axes = self._rest + self._group + last
        width = self.groups * torch.Size([self._sizes[a] for a in last]).numel()
        return tensor.permute([letters.index(a) for a in axes]).reshape(-1, width, 1, 1)

    def map_x(self, x):
        return self._map(x, self._x, self._contracted)

    def map_out(self, out):
        return self._map(out, self._out, self._kept)

    def map_weight(self, weight):
        return weight.permute([self._weight.index(a) for a in self._group + self._kept + self._contracted]).reshape(self.kernel)

    def unmap_weight(self, weight):
        axes = self._group + self._kept + self._contracted
        return weight.reshape([self._sizes[a] for a in axes]).permute([axes.index(a) for a in self._weight])

    def cut(self, x, out, images):
        first = self._rest[0]
        return x.narrow(self._x.index(first), 0, images), out.narrow(self._out.index(first), 0, images)

    def count(self, x):
        return x.shape[self._x.index(self._rest[0])] if self._rest else 1


class _Convolution(_Operation):
    """A convolution along one or two axes. Along one it is a row of the trace."""

    type = "conv2d"

    def __init__(self, function, x, weight, origin, options):
        super().__init__(function, x, weight, origin)
        self.transposed = "transpose" in function
        axes = int(function[-2])
        self._one = axes == 1
        self.named(True)
        self.batched = x.dim() == axes + 2
        self.groups = options.get("groups", 1)
        if axes == 3:
            self.why = "it has three spatial axes"
            return
        self.kernel = tuple(weight.shape[:2]) + (1,) * self._one + tuple(weight.shape[2:])
        each = lambda value: (value,) * axes if isinstance(value, int) else tuple(value) * (axes // len(tuple(value)))
        stride, dilation = each(options.get("stride", 1)), each(options.get("dilation", 1))
        padding = options.get("padding", 0)
        if padding == "same":
            totals = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:])]
            edges = [(total // 2, total - total // 2) for total in totals]
        else:
            edges = [(p, p) for p in each(0 if padding == "valid" else padding)]
        row = (1,) if self._one else ()
        self.stride, self.dilation = row + stride, row + dilation
        (top, bottom), (left, right) = ([(0, 0)] + edges)[-2:]
        self.padding = (top, left, bottom, right)

    def map_x(self, x):
        x = x if self.batched else x.unsqueeze(0)
        return x.unsqueeze(2) if self._one else x

    map_out = map_x

    def map_weight(self, weight):
        return weight.reshape(self.kernel)

    def unmap_weight(self, weight):
        return weight

    def cut(self, x, out, images):
        return x[:images], out[:images]

    def count(self, x):
        return x.shape[0] if self.batched else 1


def _operation(function, arguments, keywords, origin):
    """What a function of PyTorch was asked for, where a weight takes part in it; else None. `origin`: `_origin` of the model."""
    function = "matmul" if function == "__matmul__" else function
    if function == "linear" or function.startswith("conv"):
        names = ["input", "weight", "bias", "stride", "padding", "dilation", "groups"]
        if "transpose" in function:
            names[5:] = ["output_padding", "groups", "dilation"]
        options = {**dict(zip(names, arguments)), **keywords}
        x, weight = options.get("input"), options.get("weight")
        if not torch.is_tensor(x) or not torch.is_tensor(weight) or not weight.requires_grad:
            return None
        found = origin(weight, True)
        if found is None:
            operation = _Operation(function, x, weight, None)
            operation.why = "its weight is not a parameter, nor computed from one of its shape"
            return operation
        if function != "linear":
            return _Convolution(function, x, weight, found, options)
        letters = _letters("...c,kc->...k", x, weight)
        return _Product(function, x, weight, found, letters) if letters else None
    return _product(function, arguments, keywords, origin)


def _product(function, arguments, keywords, origin):
    """The same of a product in which either factor may be the weight."""
    if function == "einsum":
        equation, operands = arguments[0], arguments[1:]
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            operands = operands[0]
    else:
        skip = 1 if function in ("addmm", "baddbmm") else 0
        operands = (tuple(arguments) + tuple(v for v in keywords.values() if torch.is_tensor(v)))[skip : skip + 2]
        equation = None
    if len(operands) != 2 or not all(torch.is_tensor(operand) for operand in operands):
        return None
    origins = [origin(operand, False) if operand.requires_grad else None for operand in operands]
    direct = [i for i in (0, 1) if origins[i] and origins[i].base.grad_fn is None]
    weights = direct or [i for i in (0, 1) if origins[i]]
    # where both factors are weights, which is multiplied with which is not said
    if len(weights) != 1:
        return None
    at = weights[0]
    letters = _letters(equation or _equation(*operands), *operands)
    if letters is None:
        return None
    if at == 0:
        letters = (letters[1], letters[0], letters[2])
    x, weight = operands[1 - at], operands[at]
    if not _Product.fits(x, weight, letters):
        return None
    operation = _Product(function, x, weight, origins[at], letters)
    if keywords.get("alpha", 1) != 1:
        operation.why = "its product is scaled by alpha"
    return operation


def _equation(a, b):
    """What matmul does with factors of these axes, as an equation of einsum."""
    if a.dim() > 2 and b.dim() > 2:
        return "...nc,...ck->...nk" if a.shape[:-2] == b.shape[:-2] else ""
    left = "c" if a.dim() == 1 else "nc" if a.dim() == 2 else "...nc"
    right = "c" if b.dim() == 1 else "ck" if b.dim() == 2 else "...ck"
    dots = "..." if "..." in left + right else ""
    return f"{left},{right}->{dots}{'n' if 'n' in left else ''}{'k' if 'k' in right else ''}"


def _letters(equation, a, b):
    """The axes of two factors and their product, a letter for each; None where an equation says something else."""
    if not isinstance(equation, str) or "->" not in equation:
        return None
    inputs, out = equation.replace(" ", "").split("->")
    parts = inputs.split(",")
    if len(parts) != 2:
        return None
    count = max(tensor.dim() - len(part.replace("...", "")) for part, tensor in zip(parts, (a, b)))
    # a factor without dots has none of the axes that they stand for
    dots = [chr(0x3B1 + i) for i in range(max(count, 0))]
    axes = lambda part: [*part.partition("...")[0], *(dots if "..." in part else []), *part.partition("...")[2]]
    return [axes(part) for part in (*parts, out)]


class _Echo:
    """A use that ran without gradients, as layers of a reentrant checkpoint do: its place in the forward."""

    def __init__(self, operation, order):
        self.order = order
        self.key = (operation.function, id(operation.origin.owner.parameter), tuple(operation.x.shape))
        self.print = operation.x.detach().double().sum().item()


class _Use:
    """One product with a weight in a step, and what is recorded of it: maps in main memory, cut to `max_batch`."""

    def __init__(self, operation, output, max_batch, order, target):
        self.operation, self.name, self.order, self.target = operation, operation.name, order, target
        self.mask = operation.mask()
        self.x, self.g = None, None  # what went in, and the gradient of what came out
        self.overflown = False
        count = operation.count(operation.x)
        self._images = max_batch if operation.batched and max_batch is not None and max_batch < count else None
        x = operation.x.detach()
        # autograd keeps what the operator multiplied, but for a checkpoint and under autocast
        self._kept = x.dtype == output.dtype and not _in_checkpoint()
        self._whole = x if self._kept else x.to("cpu", output.dtype, copy=True)
        self._version = x._version
        self._gradient = None
        operation.x = operation.weight = None

    def fire(self, gradient):
        self._gradient = gradient
        self.target.add(self)

    def ready(self):
        """Why it cannot be checked, or None."""
        if self._whole is None and self._images is not None:
            return "it went backward more than once, and max_batch keeps a part of the batch only"
        if self._kept and self._whole is not None and self._whole._version != self._version:
            return "its input was changed in place"
        return None

    def _maps(self):
        """Of the whole batch, where the gradient is."""
        gradient = self._gradient
        x = self.x if self._whole is None else self._whole
        return self.operation.maps(x.to(gradient.device), gradient)

    def _dtype(self):
        return torch.float64 if self._gradient.dtype == torch.float64 else torch.float32

    def framework_gradient(self):
        """From the whole batch, as the framework computes it; in the shape of the parameter."""
        gradient = self.operation.gradient(*self._maps(), self._dtype())
        return self.operation.origin.in_base(self.operation.unmap_weight(gradient))

    def magnitude(self):
        fmap, emap = self._maps()
        return self.operation.gradient(fmap.abs(), emap.abs(), self._dtype()).abs().max().item()

    def kept(self):
        if self.mask is None:
            return None
        origin = self.operation.origin
        dropped = origin.in_base(self.operation.unmap_weight(1 - self.mask))
        return (1 - dropped).to(self._gradient.device)

    def tolerance(self):
        parameter = self.target.weight.owner.parameter
        coarse = max(TOLERANCE[self._gradient.dtype], TOLERANCE.get(parameter.dtype, 0))
        return coarse if self._gradient.device.type == "cpu" else max(coarse, TOLERANCE_ACCELERATED)

    def commit(self):
        """The gradient is in `.grad`. A second backward adds to it, and so to the map."""
        x, g = self._whole if self._whole is not None else self.x, self._gradient
        if self._images is not None:
            x, g = self.operation.cut(x, g, self._images)
        if self.g is None:
            self.x, self.g = x.to("cpu", copy=True), g.to("cpu", copy=True)
        else:
            self.g = self.g + g.to("cpu")
        self._whole = self._gradient = None

    def maps(self):
        fmap, emap = self.operation.maps(self.x, self.g)
        return fmap.contiguous(), emap.contiguous()

    def layer(self, name):
        """The layer as the trace lists it."""
        fmap, emap = self.maps()
        n, c, h, w = fmap.shape
        _, k, p, q = emap.shape
        operation = self.operation
        top, left, bottom, right = operation.padding
        return {
            "name": name,
            "type": operation.type,
            **dict(zip("NCHWKPQRS", (n, c, h, w, k, p, q, *operation.kernel[2:]))),
            "stride": operation.stride,
            "padding": [top, left] if (top, left) == (bottom, right) else operation.padding,
            "dilation": operation.dilation,
            "groups": operation.groups,
        }

    def finite(self):
        return not self.overflown and bool(torch.isfinite(self.x).all()) and bool(torch.isfinite(self.g).all())

    def weight_gradient(self, fmap, emap):
        """[K][C/groups][R][S] in float64, of what is recorded."""
        total = self.operation.gradient(fmap, emap, torch.float64)
        return total if self.mask is None else total * self.mask


# what is watched


class _Replaced:
    """Attributes of classes and modules, replaced while they are watched. One that somebody has replaced since stays."""

    def __init__(self):
        self._ours = {}  # (place, name) -> (ours, whether it was the place's own, what it was)

    def replace(self, place, name, make):
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


class _Functions:
    """The functions that multiply, while any recorder watches them."""

    recorders = []
    _replaced = _Replaced()

    @classmethod
    def add(cls, recorder):
        if recorder in cls.recorders:
            return
        cls.recorders.append(recorder)
        for place, names in WATCHED:
            for name in names:
                cls._replaced.replace(place, name, lambda original, name=name: cls._watched(name, original))

    @classmethod
    def remove(cls, recorder):
        if recorder in cls.recorders:
            cls.recorders.remove(recorder)
        for place, names in WATCHED if not cls.recorders else ():
            for name in names:
                cls._replaced.restore(place, name)

    @classmethod
    def _watched(cls, name, original):
        def call(*arguments, **keywords):
            output = original(*arguments, **keywords)
            for recorder in tuple(cls.recorders) if not _tracing() else ():
                recorder.saw(name, arguments, keywords, output)
            return output

        call.__name__ = name
        return call


class _Calls:
    """Forwards of models of one class. It is the class that is watched: what is put on a model would go with its copies."""

    _known = {}
    _replaced = _Replaced()

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
            if _tracing():
                return original(module, *inputs, **keywords)
            watching = [recorder for recorder in self.recorders if recorder.model is module]
            for recorder in watching:
                recorder.before()
            complete = False
            try:
                output = original(module, *inputs, **keywords)
                complete = True
                return output
            finally:
                for recorder in watching:
                    recorder.after(complete)

        return __call__


class _Signals:
    """SIGTERM and SIGHUP end a process at once. Where the program has no handler of its own, the file is written first."""

    _recorders = []
    _waiting = []
    _ours = {}

    @classmethod
    def add(cls, recorder):
        cls._recorders.append(recorder)
        if threading.current_thread() is not threading.main_thread():
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
        if not cls._recorders and threading.current_thread() is threading.main_thread():
            for number in list(cls._ours):
                if signal.getsignal(number) == cls._ours.pop(number):
                    signal.signal(number, signal.SIG_DFL)
        if cls._waiting:
            cls._end(cls._waiting.pop())

    @classmethod
    def _handle(cls, number, frame):
        if any(recorder.busy() for recorder in cls._recorders):
            cls._waiting.append(number)
            return
        for recorder in list(cls._recorders):
            recorder.die()
        cls._end(number)

    @classmethod
    def leave(cls):
        """A forked process ends as it would without a recorder, even where it hangs outside Python."""
        cls._recorders, cls._waiting = [], []
        for number in list(cls._ours):
            if signal.getsignal(number) == cls._ours.pop(number):
                signal.signal(number, signal.SIG_DFL)

    @staticmethod
    def _end(number):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Signals.leave)


# the file


class _TraceFile:
    """Steps on their way to a file. Where the system allows it, the file has no name before it is whole, and vanishes with the
    process; else it is called PATH.PROCESS.unfinished. The header is put in front at the end, in place: there is never a copy."""

    def __init__(self, path, bitmaps_only, values, network, dataset):
        self._path = os.path.abspath(os.fspath(path))
        if os.path.isdir(self._path):
            raise IsADirectoryError(f"{path}: is a folder")
        self._bitmaps_only = bitmaps_only
        self._values = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}.get(values)
        self._labels = {"network": network, "dataset": dataset, "framework": f"PyTorch {torch.__version__}"}
        self._unfinished = f"{self._path}.{os.getpid()}.unfinished"
        self._data, self._named = self._open()
        self._end = 0
        self._adding = []
        self.steps = {}  # number -> (entry, tensors, where it begins); a tensor is (key, type, shape, where, bytes)
        self.publishing = False

    def _open(self):
        """Not buffered: a forked process would write what is left in a buffer once more."""
        folder = os.path.dirname(self._path)
        try:
            number = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666)
            if os.path.exists(f"/proc/self/fd/{number}"):
                return open(number, "r+b", buffering=0), False
            os.close(number)
        except (AttributeError, OSError):
            pass
        return open(self._unfinished, "w+b", buffering=0), True

    def add(self, step, uses, left_out):
        """Adds a step, or leaves the file as it was."""
        self._adding, layers, names, begin = [], [], {}, self._end
        for use in uses:
            again = names[use.name] = names.get(use.name, -1) + 1
            layer = use.layer(f"{use.name}#{again}" if again else use.name)
            self._add_use(f"{step.number}/{layer['name']}", use)
            layers.append(layer)
        entry = {
            "step": step.number,
            "optimizer_step": step.optimizer_step,
            "batch": layers[0]["N"],
            "layers": layers,
            "left_out": left_out,
        }
        self.steps[step.number] = (entry, self._adding, begin)
        self._end = max(where + size for *_, where, size in self._adding)

    def _add_use(self, key, use):
        fmap, emap = use.maps()
        if self._bitmaps_only:
            self._add(f"{key}.fmap_bits", _bits(fmap))
            self._add(f"{key}.emap_bits", _bits(emap))
            if use.mask is not None:
                self._add(f"{key}.mask_bits", _bits(use.mask))
            return
        fmap, emap = self._rounded(fmap), self._rounded(emap)
        self._add(f"{key}.fmap", fmap)
        self._add(f"{key}.emap", emap)
        gradient = use.weight_gradient(fmap, emap)
        largest = gradient.abs().max().item()
        # where float32 would lose the smallest of them
        fits = largest == 0 or 2.0**-90 < largest < 2.0**127
        self._add(f"{key}.weight_gradient", gradient.float() if fits else gradient)
        if use.mask is not None:
            self._add(f"{key}.mask", use.mask)

    def _rounded(self, map_):
        if self._values is None or self._values == map_.dtype:
            return map_
        rounded = map_.to(self._values)
        same = torch.isfinite(rounded).all() and torch.equal(rounded != 0, map_ != 0)
        return rounded if same else map_

    def _add(self, key, tensor):
        """Each at a multiple of its element's size, as some readers want it."""
        where = self._adding[-1][3] + self._adding[-1][4] if self._adding else self._end
        type_ = TYPES.get(tensor.dtype, "U8")
        where += -where % BYTES[type_]
        data = tensor.contiguous()
        size = data.numel() * data.element_size()
        self._data.seek(where)
        self._write((ctypes.c_char * size).from_address(data.data_ptr()))
        self._adding.append((key, type_, list(data.shape), where, size))

    def _write(self, data):
        left = memoryview(data).cast("B")
        while len(left):
            left = left[self._data.write(left) :]

    def discard(self):
        self._data.close()
        if self._named and os.path.exists(self._unfinished):
            os.remove(self._unfinished)

    def publish(self):
        """Gives the file its header and its name; nothing where no step is complete, or none any more because the disk is full."""
        if self._data.closed:
            return
        self.publishing = True
        try:
            while self.steps:
                self._data.truncate(self._end)
                try:
                    keys = self._put_header()
                    break
                except OSError:
                    last = list(self.steps)[-1]
                    self._end = self.steps.pop(last)[2]
                    if not self.steps:
                        raise
            if self.steps:
                self._put_name(keys)
        finally:
            self.discard()
            self.publishing = False

    def _put_header(self):
        entries = [entry for entry, *_ in self.steps.values()]
        metadata = {"format": "swg-trace", "version": "2", **self._labels, "batch": str(entries[0]["batch"])}
        header = {"__metadata__": {**metadata, "steps": json.dumps(entries)}}
        at = 0
        for _, tensors, _ in self.steps.values():
            for key, type_, shape, where, size in tensors:
                if where > at:
                    header[f"padding.{at}"] = {"dtype": "U8", "shape": [where - at], "data_offsets": [at, where]}
                header[key] = {"dtype": type_, "shape": shape, "data_offsets": [where, where + size]}
                at = where + size
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        self._make_room(8 + len(text))
        self._data.seek(0)
        self._write(struct.pack("<Q", len(text)) + text)
        os.fsync(self._data.fileno())
        return set(header) - {"__metadata__"}

    def _make_room(self, room):
        """Moves all of it towards the end. On a full disk it fails before anything has moved."""
        self._data.seek(self._end)
        self._write(bytes(room))
        end = self._end
        while end:
            begin = max(0, end - 2**24)
            self._data.seek(begin)
            piece = bytearray()
            while len(piece) < end - begin:
                piece += self._data.read(end - begin - len(piece))
            self._data.seek(begin + room)
            self._write(piece)
            end = begin

    def _put_name(self, keys):
        try:
            if not self._named:
                # an earlier process of this number may have left one
                if os.path.exists(self._unfinished):
                    os.remove(self._unfinished)
                folder = os.open(os.path.dirname(self._path), os.O_RDONLY)
                try:
                    os.link(f"/proc/self/fd/{self._data.fileno()}", self._unfinished, src_dir_fd=folder)
                finally:
                    os.close(folder)
            _check(self._unfinished, keys)
            os.replace(self._unfinished, self._path)
        except BaseException:
            if os.path.exists(self._unfinished):
                os.remove(self._unfinished)
            raise


def _check(path, keys):
    """Reads the file with safetensors where that is installed; raises its error for a file that it refuses."""
    try:
        from safetensors import safe_open
    except ImportError:
        return
    with safe_open(path, framework="pt") as file:
        if set(file.keys()) != keys:
            raise RuntimeError(f"{path}: safetensors reads other tensors than were written")


def _bits(tensor):
    """Element i is bit i % 8, from the lowest, of byte i / 8: 1 where it is not zero."""
    flags = (tensor != 0).flatten().to(torch.uint8)
    flags = functional.pad(flags, (0, -flags.numel() % 8)).reshape(-1, 8)
    places = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128], dtype=torch.uint8, device="cpu")
    return (flags * places).sum(1, dtype=torch.uint8)


def _chosen(model, layers):
    """Names of the layers to record."""
    known = {}
    for owner in _owners(_uncompiled(model)):
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


def _whole_numbers(steps):
    numbers = list(steps)
    for step in numbers:
        if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < 10**15:
            raise ValueError(f"steps must be whole numbers from 0, one is {step!r}")
    if not numbers:
        raise ValueError("steps must name one step or more, is empty")
    return set(numbers)


def _uncompiled(model):
    return getattr(model, "_orig_mod", model)


def _tracing():
    """Whether a forward is only looked at, to compile or to export it."""
    compiling = getattr(getattr(torch, "compiler", None), "is_compiling", None)
    return bool(compiling and compiling()) or torch.jit.is_tracing()


def _distributed():
    distributed = torch.distributed
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


def _exact(device):
    """Where nothing is rounded to a half."""
    return torch.autocast("cuda" if device == "cuda" else "cpu", dtype=torch.bfloat16, enabled=False)


def _frames(name):
    """Names of the functions of a file of PyTorch that are running, the innermost first."""
    frame = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename.replace(os.sep, "/").endswith(name):
            yield frame.f_code.co_name
        frame = frame.f_back


def _in_checkpoint():
    return any(True for _ in _frames("torch/utils/checkpoint.py"))


def _recomputing():
    """Whether a checkpoint is computing again: "backward" for the reentrant kind, whose new outputs get the gradients, "hooks"
    for the other, whose first ones do; None where it is a forward like any other."""
    task = getattr(torch._C, "_current_graph_task_id", None)
    if task is not None and task() < 0:
        return None
    for name in _frames("torch/utils/checkpoint.py"):
        if name == "backward":
            return "backward"
        if name in ("unpack", "unpack_hook", "recompute_fn"):
            return "hooks"
    return None
