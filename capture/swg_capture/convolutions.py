"""Convolutions along one or two axes, transposed ones too."""

from .operation import Operation


class Convolution(Operation):
    """A convolution. One along one axis is a row of the trace: H = R = 1."""

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
