"""Which tensors are weights of the model: its parameters, and what is computed from one of them."""

import torch
from torch.nn.parameter import UninitializedParameter

# Parts of names of autograd's nodes that make a map. A tensor behind one of them is no weight.
MAPS = ("ddmm", "MmBackward", "Bmm", "Convolution", "Embedding", "LayerNorm", "BatchNorm", "GroupNorm")
# A tensor that is computed in more nodes than these is no weight.
MOST_NODES = 128


class Owner:
    """A parameter of the model, and the layer that it belongs to.

    path      the parameter's name, or that of what is computed from it: "0.weight"
    layer     the name of its layer in a trace: the module's where the attribute is called weight, else `path`
    computed  whether the module computes its weight from this parameter, as parametrizations do
    """

    def __init__(self, parameter, module, path, attribute):
        self.parameter, self.module = parameter, module
        head, parametrized, rest = path.partition("parametrizations.")
        self.parametrized = bool(parametrized)
        self.attribute = attribute
        if parametrized:
            path, self.attribute = head.rstrip("."), rest.split(".")[0]
        else:
            # torch.nn.utils computes module.weight of weight_orig, or of weight_g and weight_v.
            for end in ("_orig", "_g", "_v"):
                if attribute.endswith(end) and attribute[: -len(end)] in vars(module):
                    self.attribute = attribute[: -len(end)]
        self.computed = self.parametrized or attribute != self.attribute
        self.path = f"{path}.{self.attribute}".lstrip(".")
        self.layer = path if self.attribute == "weight" else self.path
        self.operator = type(module).__name__

    def is_weight(self):
        return not isinstance(self.parameter, UninitializedParameter) and self.parameter.dim() >= 2


def owners(model):
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
            owner = Owner(parameter, module, path.replace("_orig_mod.", "").replace("_orig_mod", ""), attribute)
            if owner.parametrized:
                owner.operator = type(modules[path.rpartition("parametrizations")[0].rstrip(".")]).__name__
            owner.layer = owner.layer or owner.operator
            yield owner


class Origin:
    """How the tensor that an operator multiplied comes from a parameter.

    It lies in `base`. Where `computed`, that is what the module itself calls its weight, and the gradient of `base` is
    what a recording is checked against. Else `base` has the values of the parameter, whose own gradient is.
    """

    def __init__(self, owner, tensor, base, computed):
        self.owner, self.base, self.computed = owner, base, computed
        self._shape, self._stride = tuple(tensor.shape), tensor.stride()
        self._offset = tensor.storage_offset() - base.storage_offset()

    def in_base(self, gradient):
        """A gradient of the tensor as one of `base`, in whose shape it is."""
        if self.base.shape == self._shape and self.base.stride() == self._stride:
            return gradient.reshape(self.base.shape)
        total = torch.zeros_like(self.base, dtype=gradient.dtype, device=gradient.device)
        total.as_strided(self._shape, self._stride, self._offset).copy_(gradient.reshape(self._shape))
        return total


def find_origin(tensor, called_weight, owners):
    """The Origin of a weight; None for what is not one.

    called_weight  whether the operator calls this argument its weight. Then it is one, however it was computed
    owners         {id of a parameter: Owner}
    """
    base = tensor._base if tensor._is_view() else tensor
    if any(stride == 0 and size > 1 for stride, size in zip(tensor.stride(), tensor.shape)):
        return None
    if base.grad_fn is None:
        owner = owners.get(id(base))
        return Origin(owner, tensor, base, False) if owner and owner.is_weight() else None
    for parameter in _leaves(base.grad_fn, through_products=called_weight):
        owner = owners.get(id(parameter))
        if owner is None or not owner.is_weight() or base.numel() != parameter.numel():
            continue
        if owner.parametrized or any(value is base for value in vars(owner.module).values()):
            return Origin(owner, tensor, base, True)
        if base.shape == parameter.shape:
            return Origin(owner, tensor, base, False)
    return None


def _leaves(node, through_products):
    """Leaves that a node of autograd is computed from, the nearest first; none if it is too far from any weight."""
    queue, found = [node], []
    seen = {node}
    for node in queue:
        name = node.name()
        if len(queue) > MOST_NODES or (not through_products and any(part in name for part in MAPS)):
            return []
        if name.endswith("AccumulateGrad"):
            found.append(node.variable)
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                queue.append(following)
    return found
