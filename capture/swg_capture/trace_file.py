"""A file of the format swg-trace, written step by step."""

import ctypes
import json
import os
import struct

import torch
from torch.nn import functional

from .operation import TYPES

BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "U8": 1}


class TraceFile:
    """Steps on their way to a file.

    Where the system allows it, the file has no name before it is whole, and vanishes with the process; else it is
    called PATH.PROCESS.unfinished. The header is put in front at the end, in place: there is never a copy.
    """

    _paths = set()  # of the files that are being written

    def __init__(self, path, bitmaps_only, values, network, dataset):
        self._path = os.path.abspath(os.fspath(path))
        if os.path.isdir(self._path):
            raise IsADirectoryError(f"{path}: is a folder")
        if self._path in self._paths:
            raise ValueError(f"{path}: another recorder is writing this file")
        self._bitmaps_only = bitmaps_only
        self._values = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}.get(values)
        self._labels = {"network": network, "dataset": dataset, "framework": f"PyTorch {torch.__version__}"}
        self._unfinished = f"{self._path}.{os.getpid()}.unfinished"
        self._data, self._named = self._open()
        self._end = 0
        self._adding = []
        self.steps = {}  # number -> (entry, tensors, where it begins); a tensor is (key, type, shape, where, bytes)
        self._paths.add(self._path)

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
        """Adds a step, or leaves the file as it was.

        uses      in their order, one or more
        left_out  {(operator, why): names}
        """
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
            "left_out": [
                {"operator": operator, "why": why, "names": names, "weights": True}
                for (operator, why), names in left_out.items()
            ],
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
        # Else float32 would lose the smallest of them.
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

    def _discard(self):
        self._data.close()
        self._paths.discard(self._path)
        if self._named and os.path.exists(self._unfinished):
            os.remove(self._unfinished)

    def publish(self):
        """Gives the file its header and its name; leaves none where no step is complete.

        On a full disk it gives up steps, the last first, until the header fits; where none is left it raises OSError.
        """
        if self._data.closed:
            return
        try:
            while self.steps:
                self._data.truncate(self._end)
                try:
                    keys = self._put_header()
                    break
                except OSError:
                    _, _, self._end = self.steps.pop(list(self.steps)[-1])
                    if not self.steps:
                        raise
            if self.steps:
                self._put_name(keys)
        except BaseException:
            self.steps.clear()
            raise
        finally:
            self._discard()

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
                # An earlier process of this number may have left one.
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
