"""A product of a map with a weight: its geometry, its gradient, and its mask."""

import torch
from torch.nn import functional

# Copies that are made for a gradient take about so much at a time.
GRADIENT_BYTES = 2**28
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}


class Operation:
    """A product of a map `x` with a weight, as a function of PyTorch was asked for it.

    In the trace the maps are [N][C][H][W] and [N][K][P][Q], the weight is [K][C/groups][R][S]. Subclasses say how
    tensors become these: map_x, map_out, map_weight and back (unmap_weight); how many images there are (count) and how
    the first of them are taken (cut). They set `kernel`, the weight's shape in the trace, `type` and `batched`.
    `why` says why it cannot be recorded, or is None.
    """

    stride, dilation, padding, groups = (1, 1), (1, 1), (0, 0, 0, 0), 1
    transposed = False

    def __init__(self, function, x, weight, origin):
        self.function, self.x, self.weight, self.origin = function, x, weight, origin
        self.name = function
        self.why = None

    def named(self, like_parameter):
        """A layer is called as its module only if the trace has its gradient axis for axis as module.weight is."""
        owner, base = self.origin.owner, self.origin.base
        whole = base.shape == self.weight.shape and base.stride() == self.weight.stride()
        whole = whole or (self.origin.computed and base.numel() == self.weight.numel())
        self.name = owner.layer if whole and like_parameter else owner.path

    def unfit(self, output):
        """Why a trace cannot hold it, or None."""
        for what, map_ in (("fmap", self.x), ("emap", output)):
            if map_.layout != torch.strided or map_.device.type == "meta":
                return f"its {what} has no values side by side in memory"
            if not map_.numel():
                return f"its {what} is empty"
        if output.dtype not in TYPES:
            return f"its {'fmap' if self.x.dtype == output.dtype else 'emap'} is of {output.dtype}"
        fmap, emap = self.maps(self.x, output)
        top, left, bottom, right = self.padding
        for axis, padding in enumerate((top + bottom, left + right)):
            reach = self.dilation[axis] * (self.kernel[2 + axis] - 1)
            places = (fmap.shape[2 + axis] + padding - reach - 1) // self.stride[axis] + 1
            if emap.shape[2 + axis] != places:
                return "its output does not follow from its stride, padding and dilation"
        return None

    def maps(self, x, out):
        """Fmap and emap, of what goes in and the gradient of what comes out: the other way round where transposed."""
        x, out = self.map_x(x), self.map_out(out)
        return (out, x) if self.transposed else (x, out)

    def gradient(self, fmap, emap, dtype):
        """The weight gradient [K][C/groups][R][S], summed over a few images at a time."""
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

    def forward_mask(self):
        """U8 as the weight in the trace: 1 where what was multiplied is the parameter, if it is 0 elsewhere; else None.

        So it is where a forward multiplies `self.weight * mask`. Whether the mask holds for the gradient too, as it
        does not behind a straight-through estimator, only the gradient tells.
        """
        parameter, base = self.origin.owner.parameter.detach(), self.origin.base.detach()
        if self.origin.computed or self.origin.base.grad_fn is None or base.shape != parameter.shape:
            return None
        if not torch.equal(base, (parameter * (base != 0)).to(base.dtype)):
            return None
        return self._where_not_zero(self.weight)

    def pruned_mask(self):
        """U8 as the weight in the trace: 1 where the parameter is not pruned; None where it is not pruned at all."""
        owner, base = self.origin.owner, self.origin.base
        weight = self.weight
        if self.origin.computed:
            # A weight that is computed may be zero for other reasons.
            weight = getattr(owner.module, f"{owner.attribute}_mask", None)
            if owner.parametrized or weight is None or weight.shape != self.weight.shape:
                return None
        elif base.shape == self.weight.shape:
            weight = owner.parameter
        return self._where_not_zero(weight)

    def _where_not_zero(self, weight):
        kept = (weight.detach() != 0).to(torch.uint8).cpu()
        # A weight that is zero throughout has not been trained yet.
        if bool(kept.all()) or not bool(kept.any()):
            return None
        return self.map_weight(kept).contiguous()
