"""Matrix products with a weight, by the letters of their axes."""

import torch

from .operation import Operation


class Product(Operation):
    """A matrix product, by the letters of its axes as in einsum: of the map, of the weight and of what comes out.

    Axes that all three have are groups. What the weight shares with the map alone is summed over.
    """

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
        """Whether it is a product with a weight as above, of these shapes, in which no axis is summed up before."""
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
        axes = self._group + self._kept + self._contracted
        return weight.permute([self._weight.index(a) for a in axes]).reshape(self.kernel)

    def unmap_weight(self, weight):
        axes = self._group + self._kept + self._contracted
        return weight.reshape([self._sizes[a] for a in axes]).permute([axes.index(a) for a in self._weight])

    def cut(self, x, out, images):
        first = self._rest[0]
        return x.narrow(self._x.index(first), 0, images), out.narrow(self._out.index(first), 0, images)

    def count(self, x):
        return x.shape[self._x.index(self._rest[0])] if self._rest else 1


def matmul_equation(a, b):
    """What matmul does with factors of these axes, as an equation of einsum."""
    if a.dim() > 2 and b.dim() > 2:
        return "...nc,...ck->...nk" if a.shape[:-2] == b.shape[:-2] else ""
    left = "c" if a.dim() == 1 else "nc" if a.dim() == 2 else "...nc"
    right = "c" if b.dim() == 1 else "ck" if b.dim() == 2 else "...ck"
    dots = "..." if "..." in left + right else ""
    return f"{left},{right}->{dots}{'n' if 'n' in left else ''}{'k' if 'k' in right else ''}"


def letters_of(equation, a, b):
    """The axes of two factors and their product, a letter for each; None where an equation says something else."""
    if not isinstance(equation, str) or "->" not in equation:
        return None
    inputs, out = equation.replace(" ", "").split("->")
    parts = inputs.split(",")
    if len(parts) != 2:
        return None
    count = max(tensor.dim() - len(part.replace("...", "")) for part, tensor in zip(parts, (a, b)))
    # A factor without dots has none of the axes that they stand for.
    dots = [chr(0x3B1 + i) for i in range(max(count, 0))]
    axes = lambda part: [*part.partition("...")[0], *(dots if "..." in part else []), *part.partition("...")[2]]
    return [axes(part) for part in (*parts, out)]
