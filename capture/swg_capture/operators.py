"""What functions of PyTorch were asked for: which argument is the weight, and what is multiplied with it."""

import torch

from .convolutions import Convolution
from .operation import Operation
from .products import Product, letters_of, matmul_equation


def find_operation(function, arguments, keywords, origin):
    """What a function of PyTorch was asked for, where a weight takes part in it; else None.

    origin  a function of a tensor and of whether the operator calls it its weight, that gives its Origin or None
    """
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
            operation = Operation(function, x, weight, None)
            operation.why = "its weight is not a parameter, nor computed from one of its shape"
            return operation
        if function != "linear":
            return Convolution(function, x, weight, found, options)
        letters = letters_of("...c,kc->...k", x, weight)
        return Product(function, x, weight, found, letters) if letters else None
    return _find_product(function, arguments, keywords, origin)


def _find_product(function, arguments, keywords, origin):
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
    # Where both factors are weights, it is not clear which is the map.
    if len(weights) != 1:
        return None
    at = weights[0]
    letters = letters_of(equation or matmul_equation(*operands), *operands)
    if letters is None:
        return None
    if at == 0:
        letters = (letters[1], letters[0], letters[2])
    x, weight = operands[1 - at], operands[at]
    if not Product.fits(x, weight, letters):
        return None
    operation = Product(function, x, weight, origins[at], letters)
    if keywords.get("alpha", 1) != 1:
        operation.why = "its product is scaled by alpha"
    return operation
