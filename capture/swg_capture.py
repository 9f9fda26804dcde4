"""Records training steps of a PyTorch model as a trace for SWG: swg-trace version 2, see src/trace/FORMAT.md.

    import swg_capture

    with swg_capture.record(model, "trace.safetensors", steps=[0, 100, 1000], max_batch=8):
        train(model)

One file that needs torch alone; tested with 1.13 and 2.6. Where safetensors is installed, it reads the finished file once before the
file takes its place.

A step is one forward of `model` with gradients on, counted from 0. Of every Conv1d, Conv2d and Linear in it that trains its
weight, the file gets what the layer multiplied with the weight (fmap), the gradient of the loss with respect to what came out
(emap), the weight gradient, computed here in float64 from exactly these two, and a mask where the weight is pruned.

What cannot be seen: layers called as functions (F.conv2d, and the projections inside MultiheadAttention), scripted modules,
and the inside of a compiled model. A model from torch.compile runs uncompiled in the recorded steps, so that its layers can
be seen; other steps stay as they are.
"""

import ctypes
import fnmatch
import json
import os
import struct
import sys
import tempfile
import warnings

import torch
from torch.nn import functional

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "U8": 1}
RECORDED = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Linear)
# a step whose backward has not come after so many forwards is given up
LATEST = 16
# float64 copies made for a gradient take about so much at a time
GRADIENT_BYTES = 2**28


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
    layers        names of modules, * and ? allowed ("layer1.*"), or a function of (name, module); all by default
    max_batch     keep the first so many images of the batch (entries of the first dimension); the gradient is theirs alone
    bitmaps_only  only where values are not zero: sixteen times smaller than BF16, enough for cycles and energy
    values        "F32", "F16" or "BF16": round values to this type and compute gradients from the rounded ones. A map in
                  which that would change what is zero, or overflow, keeps its own type. By default values stay as they are
    network, dataset   names for the report

    The file is there as soon as the last step is complete. If the training ends early or dies, it holds the steps that are
    complete, and if none is, there is no file. Raises ValueError or OSError at once for arguments that cannot work; what goes
    wrong later never disturbs the training, and is raised at the end of the context.
    """
    return Recorder(model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset)


class Recorder:
    """What `record` returns: a context that watches forwards, and hands what it saw to a file."""

    def __init__(self, model, path, steps, layers, max_batch, bitmaps_only, values, network, dataset):
        self._wanted = _whole_numbers(steps)
        self._layers = _chosen(model, layers)
        if max_batch is not None and (not isinstance(max_batch, int) or max_batch < 1):
            raise ValueError(f"max_batch must be a whole number from 1, is {max_batch!r}")
        if values not in (None, "F32", "F16", "BF16"):
            raise ValueError(f'values must be "F32", "F16", "BF16" or None, is {values!r}')
        self._model = model
        self._max_batch = max_batch
        self._output = (path, bitmaps_only, values, network or type(_uncompiled(model)).__name__, dataset)
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._versions = None
        self._optimizer_step = 0
        self._forwards = 0  # with gradients on, complete
        self._window = None  # the step whose forward is running
        self._pending = []  # steps whose backward is awaited
        self._model_hooks = []
        self._layer_hooks = []
        self._stance = None
        self._error = None

    def __enter__(self):
        self._file = _TraceFile(*self._output)
        self._model_hooks = [
            self._model.register_forward_pre_hook(self._guarded(self._before)),
            self._model.register_forward_hook(self._guarded(self._after)),
        ]
        return self

    def __exit__(self, error_type, error, traceback):
        if self._model_hooks:
            self._guarded(self._finish)()
        if self._error is not None and error_type is None:
            raise RuntimeError(f"recording failed: {self._error}") from self._error
        return False

    def _guarded(self, hook):
        """A hook that stops recording where it fails, and leaves the training alone."""

        def guarded(*arguments):
            if self._error is not None:
                return
            try:
                hook(*arguments)
            except Exception as error:
                self._error = error
                self._stop()
                self._file.discard()

        # what is compiled must not take hooks in; where nothing is, dynamo is not loaded for this
        compiler = getattr(torch, "compiler", None) if "torch._dynamo" in sys.modules else None
        return compiler.disable(guarded) if hasattr(compiler, "disable") else guarded

    def _stop(self):
        for hook in self._model_hooks + self._layer_hooks:
            hook.remove()
        self._model_hooks, self._layer_hooks, self._pending, self._window = [], [], [], None
        self._set_stance(False)

    def _finish(self):
        """Writes what is complete."""
        for step in list(self._pending):
            self._complete(step)
        self._stop()
        self._file.publish()
        missing = sorted(self._wanted - self._file.steps.keys())
        if missing:
            unseen = "; no forward of the model with gradients was seen (a compiled one must be given itself)"
            _warn(f"not recorded: step {', '.join(map(str, missing))}{'' if self._forwards else unseen}")

    # forwards of the model

    def _before(self, model, inputs):
        again = _recomputing()
        if again is None:
            self._between_steps()
            if not self._model_hooks:
                return
        if not torch.is_grad_enabled() or again == "hooks":
            return
        versions = sum(parameter._version for parameter in self._parameters)
        if self._versions is not None and versions != self._versions:
            self._optimizer_step += 1
        self._versions = versions
        if self._forwards in self._wanted:
            self._window = _Step(self._forwards, self._optimizer_step)
            self._watch_layers(True)

    def _between_steps(self):
        """No backward is running: steps that have their gradients are complete."""
        for step in list(self._pending):
            if step.has_emaps() or self._forwards - step.number > LATEST:
                self._complete(step)
        self._window = None  # a forward that raised an error left it open
        if not self._pending:
            self._watch_layers(False)
            if all(step < self._forwards for step in self._wanted):
                self._finish()

    def _after(self, model, inputs, output):
        if torch.is_grad_enabled() and _recomputing() != "hooks":
            self._forwards += 1
            if self._window:
                self._pending.append(self._window)
                self._window = None
                self._set_stance(False)

    def _watch_layers(self, watch):
        if watch and not self._layer_hooks:
            saw = self._guarded(self._saw)
            for module in self._layers:
                hook = module.register_forward_hook(saw)
                # before hooks of others, which may change the output
                module._forward_hooks.move_to_end(hook.id, last=False)
                self._layer_hooks.append(hook)
            # a model that is a layer itself is seen before its forward is over
            self._model_hooks[1].remove()
            self._model_hooks[1] = self._model.register_forward_hook(self._guarded(self._after))
        elif not watch:
            for hook in self._layer_hooks:
                hook.remove()
            self._layer_hooks = []
        self._set_stance(watch)

    def _set_stance(self, eager):
        """Lets a compiled model run uncompiled, or no longer."""
        if _uncompiled(self._model) is self._model or (self._stance is not None) == eager:
            return
        set_stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
        if set_stance:
            self._stance = eager or None
            set_stance("force_eager" if eager else "default")

    # layers

    def _saw(self, module, inputs, output):
        # copies of DataParallel are not the layers of the model
        if not (module in self._layers and inputs and torch.is_tensor(inputs[0]) and torch.is_tensor(output)):
            return
        if self._window:
            use = _Use(self._layers[module], module, inputs[0], output, self._max_batch)
            self._window.uses.append(use)
        else:
            use = self._promised(module, inputs[0], output)
        if use and torch.is_grad_enabled() and output.requires_grad:
            use.awaited = True
            output.register_hook(self._guarded(lambda gradient: use.add_emap(gradient.detach())))

    def _promised(self, module, fmap, output):
        """The use that a checkpoint computes again: it ran without gradients in the forward of its step."""
        if not torch.is_grad_enabled():
            return None
        uses = [use for step in self._pending for use in step.uses if use.module is module and not use.awaited]
        again = _Use(self._layers[module], module, fmap, output, self._max_batch) if uses else None
        same = [use for use in uses if use.fmap.shape == again.fmap.shape and torch.equal(use.fmap, again.fmap)]
        if not same and _recomputing() != "backward":
            return None
        use = (same or uses)[-1] if uses else None
        if use:
            use.fmap = again.fmap
        return use

    def _complete(self, step):
        self._pending.remove(step)
        seen = [use for use in step.uses if use.emap is not None]
        without = sorted(set(self._layers.values()) - {use.name for use in seen})
        if not seen:
            return _warn(f"step {step.number} left out: no layer was seen to run and get a gradient")
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
            self._file.add(step, seen)
        if without:
            _warn(f"step {step.number}: not seen to run and get a gradient: {', '.join(without)}")


class _Step:
    def __init__(self, number, optimizer_step):
        self.number = number
        self.optimizer_step = optimizer_step
        self.uses = []

    def has_emaps(self):
        return any(use.emap is not None for use in self.uses)


class _Use:
    """One run of a layer in a step: its shape, and copies of its maps, in main memory and cut to `max_batch`."""

    def __init__(self, name, module, fmap, output, max_batch):
        self.name, self.module, self.emap, self.awaited = name, module, None, False
        self.linear = isinstance(module, torch.nn.Linear)
        dimensions = 0 if self.linear else 1 if isinstance(module, torch.nn.Conv1d) else 2
        # an input without a batch has one image
        self.batched = fmap.dim() > 1 + dimensions
        self.images = max_batch if self.batched else None
        self.mask = _mask(module)
        # under autocast the layer multiplies in the type of its output
        self.fmap = self._copy(fmap.detach()).to(output.dtype)
        self.stride, self.dilation, self.padding = (1, 1), (1, 1), (0, 0, 0, 0)
        self.groups = 1 if self.linear else module.groups
        if not self.linear:
            row = (1,) if dimensions == 1 else ()
            self.stride, self.dilation = row + tuple(module.stride), row + tuple(module.dilation)
            self.padding = _padding(module, dimensions)
        mode = getattr(module, "padding_mode", "zeros")
        if mode != "zeros":
            # such a layer multiplies the padded map
            self.fmap = self._padded(dimensions, mode)
            self.padding = (0, 0, 0, 0)

    def _copy(self, tensor):
        """[N][C][H][W], contiguous, of its own memory."""
        tensor = tensor[: self.images] if self.images else tensor
        if not self.batched:
            tensor = tensor.unsqueeze(0)
        if self.linear:
            tensor = tensor.reshape(-1, tensor.shape[-1], 1, 1)
        elif tensor.dim() == 3:
            tensor = tensor.unsqueeze(2)
        return tensor.to("cpu", copy=True).contiguous()

    def _padded(self, dimensions, mode):
        top, left, bottom, right = self.padding
        edges = (left, right) if dimensions == 1 else (left, right, top, bottom)
        # in float64, which every mode can do
        flat = self.fmap.double().squeeze(2) if dimensions == 1 else self.fmap.double()
        padded = functional.pad(flat, edges, mode).to(self.fmap.dtype)
        return padded.unsqueeze(2) if dimensions == 1 else padded

    def add_emap(self, gradient):
        """A second backward through the same forward adds to the gradient, and so to the emap."""
        emap = self._copy(gradient)
        self.emap = emap if self.emap is None else self.emap + emap

    def kernel(self):
        """The shape of the weight, [K][C/groups][R][S]."""
        module = self.module
        if self.linear:
            return (module.out_features, module.in_features, 1, 1)
        size = tuple(module.kernel_size)
        return (module.out_channels, module.in_channels // module.groups) + (1,) * (2 - len(size)) + size

    def layer(self):
        """The layer as the trace lists it."""
        n, c, h, w = self.fmap.shape
        _, k, p, q = self.emap.shape
        _, _, r, s = self.kernel()
        top, left, bottom, right = self.padding
        sizes = {"N": n, "C": c, "H": h, "W": w, "K": k, "P": p, "Q": q, "R": r, "S": s}
        return {
            **{"name": self.name, "type": "linear" if self.linear else "conv2d", **sizes, "stride": self.stride},
            **{"padding": [top, left] if (top, left) == (bottom, right) else self.padding},
            **{"dilation": self.dilation, "groups": self.groups},
        }

    def finite(self):
        return bool(torch.isfinite(self.fmap).all()) and bool(torch.isfinite(self.emap).all())

    def problem(self):
        """Why a trace cannot hold this use, or None."""
        for what, map_ in (("fmap", self.fmap), ("emap", self.emap)):
            if map_.dtype not in TYPES:
                return f"its {what} is of {map_.dtype}"
            if not map_.numel():
                return f"its {what} is empty"
        top, left, bottom, right = self.padding
        for axis, padding in enumerate((top + bottom, left + right)):
            reach = self.dilation[axis] * (self.kernel()[2 + axis] - 1)
            extent = (self.fmap.shape[2 + axis] + padding - reach - 1) // self.stride[axis] + 1
            if self.emap.shape[2 + axis] != extent:
                return "its output does not follow from its stride, padding and dilation"
        return None

    def weight_gradient(self, fmap, emap):
        """[K][C/groups][R][S] in float64, a few images at a time."""
        top, left, bottom, right = self.padding
        shape = self.kernel()
        total = torch.zeros(shape, dtype=torch.float64, device="cpu")
        images = max(1, GRADIENT_BYTES // (8 * (fmap[0].numel() + emap[0].numel())))
        for n in range(0, fmap.shape[0], images):
            f, e = fmap[n : n + images].double(), emap[n : n + images].double()
            if self.linear:
                total += (e.flatten(1).t() @ f.flatten(1)).reshape(shape)
                continue
            f = functional.pad(f, (left, right, top, bottom))
            total += torch.nn.grad.conv2d_weight(f, shape, e, self.stride, 0, self.dilation, self.groups)
        return total if self.mask is None else total * self.mask


class _TraceFile:
    """Steps on their way to a file: kept beside its place in a file without a name, which vanishes with the process."""

    def __init__(self, path, bitmaps_only, values, network, dataset):
        self._path = os.path.abspath(os.fspath(path))
        if os.path.isdir(self._path):
            raise IsADirectoryError(f"{path}: is a folder")
        self._bitmaps_only = bitmaps_only
        self._values = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}.get(values)
        self._labels = {"network": network, "dataset": dataset, "framework": f"PyTorch {torch.__version__}"}
        self._data = tempfile.TemporaryFile(dir=os.path.dirname(self._path))
        self._tensors = []  # (key, type, shape, where in self._data, bytes)
        self.steps = {}

    def add(self, step, uses):
        """Adds a step with what a trace can hold of it; one with NaN or infinity, which updates nothing, is left out."""
        overflown = [use.name for use in uses if not use.finite()]
        if overflown:
            return _warn(f"step {step.number} left out: NaN or infinity in layer {overflown[0]}")
        layers, names = [], {}
        for use in uses:
            problem = use.problem()
            if problem:
                _warn(f"step {step.number}: layer {use.name} left out: {problem}")
                continue
            again = names[use.name] = names.get(use.name, -1) + 1
            layer = dict(use.layer(), name=f"{use.name}#{again}" if again else use.name)
            self._add_use(f"{step.number}/{layer['name']}", use)
            layers.append(layer)
        if layers:
            self.steps[step.number] = {
                **{"step": step.number, "optimizer_step": step.optimizer_step},
                **{"batch": uses[0].fmap.shape[0], "layers": layers},
            }

    def _add_use(self, key, use):
        if self._bitmaps_only:
            self._add(f"{key}.fmap_bits", _bits(use.fmap))
            self._add(f"{key}.emap_bits", _bits(use.emap))
            if use.mask is not None:
                self._add(f"{key}.mask_bits", _bits(use.mask))
            return
        fmap, emap = self._rounded(use.fmap), self._rounded(use.emap)
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
        where = self._data.seek(0, os.SEEK_END)
        data = tensor.contiguous()
        size = data.numel() * data.element_size()
        if size:
            self._data.write((ctypes.c_char * size).from_address(data.data_ptr()))
        self._tensors.append((key, TYPES.get(data.dtype, "U8"), list(data.shape), where, size))

    def discard(self):
        self._data.close()

    def publish(self):
        """Writes the file beside its place and renames it; nothing where no step is complete."""
        if self.steps:
            unfinished = f"{self._path}.{os.getpid()}.unfinished"
            try:
                with open(unfinished, "xb") as file:
                    self._write(file)
                    file.flush()
                    os.fsync(file.fileno())
                _check(unfinished, [key for key, *_ in self._tensors])
                os.replace(unfinished, self._path)
            except BaseException:
                if os.path.exists(unfinished):
                    os.remove(unfinished)
                raise
        self.discard()

    def _write(self, file):
        # larger elements first, so that each lies at a multiple of its size
        tensors = sorted(self._tensors, key=lambda tensor: -BYTES[tensor[1]])
        steps = list(self.steps.values())
        metadata = {"format": "swg-trace", "version": "2", **self._labels, "batch": str(steps[0]["batch"])}
        header = {"__metadata__": {**metadata, "steps": json.dumps(steps)}}
        offset = 0
        for key, type_, shape, _, size in tensors:
            header[key] = {"dtype": type_, "shape": shape, "data_offsets": [offset, offset + size]}
            offset += size
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        file.write(struct.pack("<Q", len(text)) + text)
        for *_, where, size in tensors:
            self._data.seek(where)
            while size:
                piece = self._data.read(min(size, 2**24))
                file.write(piece)
                size -= len(piece)


def _check(path, keys):
    """Reads the file with safetensors where that is installed; raises its error for a file that it refuses."""
    try:
        from safetensors import safe_open
    except ImportError:
        return
    with safe_open(path, framework="pt") as file:
        if sorted(file.keys()) != sorted(keys):
            raise RuntimeError(f"{path}: safetensors reads other tensors than were written")


def _bits(tensor):
    """Element i is bit i % 8, from the lowest, of byte i / 8: 1 where it is not zero."""
    flags = (tensor != 0).flatten().to(torch.uint8)
    flags = functional.pad(flags, (0, -flags.numel() % 8)).reshape(-1, 8)
    places = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128], dtype=torch.uint8, device="cpu")
    return (flags * places).sum(1, dtype=torch.uint8)


def _padding(module, dimensions):
    """Top, left, bottom, right."""
    padding = module.padding
    if padding == "same":
        totals = [d * (k - 1) for d, k in zip(module.dilation, module.kernel_size)]
        edges = [(total // 2, total - total // 2) for total in totals]
    else:
        edges = [(0, 0)] * dimensions if padding == "valid" else [(p, p) for p in padding]
    (top, bottom), (left, right) = ([(0, 0)] + edges)[-2:]
    return (top, left, bottom, right)


def _mask(module):
    """U8, [K][C/groups][R][S]: 1 where the weight is not pruned; None where it is not."""
    # a parametrization may change its state whenever the weight is looked at
    if getattr(module, "parametrizations", None) and "weight" in module.parametrizations:
        return None
    weight = getattr(module, "weight_mask", module.weight).detach()
    kept = (weight != 0).to(torch.uint8).cpu()
    # a weight that is zero throughout has not been trained yet
    if bool(kept.all()) or not bool(kept.any()):
        return None
    return kept.reshape(kept.shape[:2] + (1,) * (4 - kept.dim()) + kept.shape[2:])


def _trains(module):
    if getattr(module, "parametrizations", None) and "weight" in module.parametrizations:
        return any(parameter.requires_grad for parameter in module.parametrizations.weight.parameters())
    return module.weight.requires_grad


def _chosen(model, layers):
    """The modules to record, each with its name."""
    known = {}
    for name, module in model.named_modules():
        if isinstance(module, RECORDED) and _trains(module):
            known[module] = name.replace("_orig_mod.", "") or type(module).__name__
    if not known:
        raise ValueError("model must have a Conv1d, Conv2d or Linear that trains, has none")
    if layers is None:
        return known
    if callable(layers):
        chosen = {module: name for module, name in known.items() if layers(name, module)}
    else:
        patterns = [layers] if isinstance(layers, str) else list(layers)
        for pattern in patterns:
            if not fnmatch.filter(known.values(), pattern):
                raise ValueError(f"unknown layer {pattern!r}; known: {', '.join(known.values())}")
        matches = lambda name: any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        chosen = {module: name for module, name in known.items() if matches(name)}
    if not chosen:
        raise ValueError(f"layers must choose one layer or more, choose none of {', '.join(known.values())}")
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


def _recomputing():
    """Whether a checkpoint is computing again: "backward" for the reentrant kind, whose new outputs get the gradients, "hooks"
    for the other, whose first ones do; None where it is a forward like any other."""
    task = getattr(torch._C, "_current_graph_task_id", None)
    if task is not None and task() < 0:
        return None
    frame = sys._getframe(1)
    while frame:
        code = frame.f_code
        if code.co_filename.replace(os.sep, "/").endswith("torch/utils/checkpoint.py"):
            if code.co_name == "backward":
                return "backward"
            if code.co_name in ("unpack", "unpack_hook", "recompute_fn"):
                return "hooks"
        frame = frame.f_back
    return None


def _warn(text):
    warnings.warn(f"swg_capture: {text}", stacklevel=2)
