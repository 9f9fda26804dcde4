"""One use of a weight in a step, and what of it goes to the file."""

import torch

from .framework import in_checkpoint

# How far the framework's gradient may be from the recorded one, relative to its largest magnitude.
TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.bfloat16: 2**-5, torch.float16: 2**-6}
# Convolutions and products on an accelerator may round float32 to 10 bits.
TOLERANCE_ACCELERATED = 2**-8


class Echo:
    """A use that ran without gradients, as layers of a reentrant checkpoint do, and its place in the forward.

    When the checkpoint computes it again, `key` and, among several, `print` tell which it is.
    """

    def __init__(self, operation, order):
        self.order = order
        self.key = (operation.function, id(operation.origin.owner.parameter), tuple(operation.x.shape))
        self.print = operation.x.detach().double().sum().item()


class Use:
    """One product with a weight in a step.

    x, g   what went in and the gradient of what came out, in main memory, cut to `max_batch`; None until a backward
           has brought a gradient that is right
    order  its place among the uses of the step
    pruned, in_forward   masks as Operation says, or None
    forward_masks        whether the gradient has shown that the mask of the forward is the mask of the gradient
    """

    def __init__(self, operation, output, max_batch, order, target):
        self.operation, self.name, self.order, self.target = operation, operation.name, order, target
        self.pruned = operation.pruned_mask()
        self.in_forward = operation.forward_mask()
        self.forward_masks = False
        self.x, self.g = None, None
        self.overflown = False
        count = operation.count(operation.x)
        self._images = max_batch if operation.batched and max_batch is not None and max_batch < count else None
        x = operation.x.detach()
        # Autograd keeps what the operator multiplied, but not in a checkpoint or where autocast makes a copy.
        self._kept = x.dtype == output.dtype and not in_checkpoint()
        self._whole = x if self._kept else x.to("cpu", output.dtype, copy=True)
        self._version = x._version
        self._gradient = None
        operation.x = operation.weight = None

    def fire(self, gradient):
        """A backward has reached the operator."""
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
        """The largest sum of magnitudes behind an element of the gradient."""
        fmap, emap = self._maps()
        return self.operation.gradient(fmap.abs(), emap.abs(), self._dtype()).abs().max().item()

    @property
    def mask(self):
        """The mask of the trace: U8 [K][C/groups][R][S], or None."""
        return self.in_forward if self.forward_masks else self.pruned

    def kept(self, mask):
        """A mask in the shape of the parameter. What of the parameter this use does not multiply is kept."""
        dropped = self.operation.origin.in_base(self.operation.unmap_weight(1 - mask))
        return (1 - dropped).to(self._gradient.device)

    def tolerance(self):
        """Relative to the largest magnitude of the gradient."""
        parameter = self.target.weight.owner.parameter
        coarse = max(TOLERANCE[self._gradient.dtype], TOLERANCE.get(parameter.dtype, 0))
        return coarse if self._gradient.device.type == "cpu" else max(coarse, TOLERANCE_ACCELERATED)

    def commit(self):
        """The gradient is in `.grad`: keeps the maps. A second backward adds to `.grad`, and so to the emap."""
        x, g = self._whole if self._whole is not None else self.x, self._gradient
        if self._images is not None:
            x, g = self.operation.cut(x, g, self._images)
        if self.g is None:
            self.x, self.g = x.to("cpu", copy=True), g.to("cpu", copy=True)
        else:
            self.g = self.g + g.to("cpu")
        self._whole = self._gradient = None

    def maps(self):
        """Fmap [N][C][H][W] and emap [N][K][P][Q]."""
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
        """Whether neither a map nor the framework's gradient has infinity or NaN."""
        return not self.overflown and bool(torch.isfinite(self.x).all()) and bool(torch.isfinite(self.g).all())

    def weight_gradient(self, fmap, emap):
        """[K][C/groups][R][S] in float64, of what is recorded."""
        total = self.operation.gradient(fmap, emap, torch.float64)
        return total if self.mask is None else total * self.mask
