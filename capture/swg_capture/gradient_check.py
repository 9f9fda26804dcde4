"""What reaches the `.grad` of a weight, held against the gradient of what was recorded."""

import torch

from .framework import distributed, exact

OTHER = (
    "PyTorch's own gradient is not what its operators give: a part of it comes from elsewhere, "
    "or it is changed on its way, or its weight is computed"
)


class Weight:
    """A parameter while steps are pending: hooks on it see what reaches its `.grad`.

    problem  why it cannot be recorded, or None
    unseen   whether `.grad` has changed in a backward that ran no operator that was seen
    """

    def __init__(self, owner, guarded):
        self.owner = owner
        self.targets = {}
        self.unseen = False
        self.problem = None
        self._recorded = False  # whether a use has kept its gradient
        self._before = None  # what `.grad` was when a gradient arrived
        self._guarded = guarded
        parameter = owner.parameter
        with torch.enable_grad():
            # The node that adds to `.grad`. It is kept, so that graphs go on using it.
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
        """Where gradients of uses of this origin are checked: at a tensor that the module computes, or here."""
        key = id(origin.base) if origin.computed else None
        if key not in self.targets:
            self.targets[key] = target = Target(self, origin.base if origin.computed else None)
            if origin.computed:
                check = lambda _, outputs: target.check(outputs[origin.base.output_nr], None)
                self._hooks.append(origin.base.grad_fn.register_hook(self._guarded(check)))
        return self.targets[key]

    def _arrives(self, gradient):
        grad = self.owner.parameter.grad
        used = any(target.uses for target in self.targets.values())
        keep = used and grad is not None and not grad.is_sparse
        self._before = grad.detach().clone() if keep else None

    def _accumulated(self, incoming):
        if incoming is None:
            return
        before, self._before = self._before, None
        if not any(target.uses for target in self.targets.values()):
            self.unseen = True
            if self._recorded and self._is_added(incoming):
                self.problem = self.problem or OTHER
        elif self.unseen and before is not None and bool(before.any()):
            self.problem = self.problem or OTHER
        plain = self.targets.get(None)
        if plain and plain.uses:
            grad = self.owner.parameter.grad
            # Other processes may have added theirs already, an optimizer in the backward may have taken it away, and
            # from infinity nothing can be subtracted. Then what came in is the best that is known.
            infinite = before is not None and not bool(torch.isfinite(before).all())
            unknown = grad is None or distributed() or infinite
            before = None if unknown else before
            put = incoming if unknown else grad if before is None else grad - before
            plain.check(put.detach(), before)
        for target in self.targets.values():
            self._recorded = target.commit() or self._recorded

    def _is_added(self, incoming):
        """Whether `.grad` has more in it than just arrived."""
        grad = self.owner.parameter.grad
        if grad is None or distributed():
            return False
        return grad.is_sparse or incoming.is_sparse or not torch.equal(grad, incoming)


class Target:
    """A tensor whose gradient is known both from PyTorch and from what was recorded.

    uses  those whose operators ran in the backward that runs now
    """

    def __init__(self, weight, base):
        self.weight, self._base = weight, base
        self.uses = []
        self._right = []  # those whose gradients are in the framework's

    def add(self, use):
        self.drop(use)
        self.uses.append(use)

    def drop(self, use):
        self.uses = [other for other in self.uses if other is not use]
        self._right = [other for other in self._right if other is not use]

    def check(self, expected, before):
        """Holds the framework's gradient against that of the uses.

        before  what it was added to, whose rounding shows in it; None if nothing
        """
        if expected is None or not self.uses:
            return
        with torch.no_grad(), exact(expected.device.type):
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
        # Inside a backward another may run, which has only the last of the uses.
        for first in range(len(self.uses)):
            last = (self.uses[first:], gradients[first:], expected, before)
            if self._agree(*last) or self._agree_masked(*last):
                self._right = self.uses[first:]
                return None
        return OTHER

    def _agree_masked(self, uses, gradients, expected, before):
        """The same, where the forward masks weights and the gradient has the same mask."""
        if all(use.in_forward is None for use in uses):
            return False
        masked = [g if u.in_forward is None else g * u.kept(u.in_forward) for u, g in zip(uses, gradients)]
        if not self._agree(uses, masked, expected, before):
            return False
        for use in uses:
            use.forward_masks = use.in_forward is not None
        return True

    def _agree(self, uses, gradients, expected, before):
        """Whether the gradients add up to the expected one, but for rounding and where a weight is pruned."""
        pruned = [use.kept(use.pruned) for use in uses if use.pruned is not None]
        off, scale = _difference(sum(gradients), expected, pruned)
        allowed = scale * max(use.tolerance() for use in uses)
        if before is not None:
            allowed += before.abs().max().item() * 4 * torch.finfo(before.dtype).eps
        if off > allowed:
            # A sum whose terms cancel is as exact as its terms.
            allowed = max(allowed, 1e-6 * sum(use.magnitude() for use in uses))
        return off <= allowed

    def commit(self):
        """The gradient has arrived: uses that are right keep it. Returns whether there are any."""
        for use in self._right:
            use.commit()
        self.uses = [use for use in self.uses if use not in self._right]
        right, self._right = self._right, []
        return bool(right)


def _difference(actual, expected, masks):
    """The largest difference where no mask is 0, and the largest magnitude expected there."""
    actual = actual.to(torch.float64 if actual.device.type == "cpu" else torch.float32)
    expected = expected.to(actual.dtype).reshape(actual.shape)
    for mask in masks:
        actual, expected = actual * mask, expected * mask
    return (actual - expected).abs().max().item(), expected.abs().max().item()
