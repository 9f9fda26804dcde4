"""Steps of a training between their forward and the end of their backward."""

import torch

from .framework import in_parametrization, recomputing
from .gradient_check import Weight
from .operators import find_operation
from .step import Step
from .uses import Echo, Use
from .watching import Functions
from .weights import find_origin, owners

# A step whose backward has not come after so many forwards is given up.
LATEST = 16


class PendingSteps:
    """Watches what multiplies in the forwards of steps, and hangs hooks on autograd's graph for their backward.

    guarded    makes of a function one that never raises and that does nothing once recording has stopped
    max_batch  how many images are kept, or None for all
    """

    def __init__(self, model, guarded, max_batch):
        self._model, self._guarded, self._max_batch = model, guarded, max_batch
        self._window = None  # the step whose forward is running
        self._pending = []  # steps whose backward is awaited
        self._owners = {}  # id of a parameter: Owner
        self._weights = {}  # id of a parameter: Weight
        self._uses = 0
        self._firing = 0  # operators whose backward has run in a backward that has not ended

    def wants(self):
        """Whether a step that is to be recorded is pending."""
        return any(step.wanted for step in self._pending)

    def weights(self):
        return self._weights.values()

    def begin(self, number, optimizer_step, wanted):
        """The forward of a step begins."""
        self._find_owners()
        self._window = Step(number, optimizer_step, wanted)
        Functions.add(self)

    def end(self, complete):
        """The forward of a step has ended, unless none was begun."""
        step, self._window = self._window, None
        if step is None:
            return
        # What a reentrant checkpoint runs without gradients, it runs again in the backward, where it must be seen.
        if not step.echoes:
            Functions.remove(self)
        if complete:
            self._pending.append(step)
            for owner in self._owners.values():
                self._weight(owner)

    def ready(self, number):
        """Between two backwards, before forward `number`: gives the steps to record, and is done with them."""
        self._firing = 0
        self._window = None
        yield from self.take_complete(number - LATEST)
        if not self.wants():
            self.forget()

    def take_complete(self, latest=None):
        """Gives the wanted ones of the steps that have their gradients, and of those before `latest`, and drops all.

        Where `latest` is None no backward can follow, so all are dropped.
        """
        ran = any(weight.unseen for weight in self._weights.values())
        for step in list(self._pending):
            if latest is not None and not step.has_gradients() and not ran and step.number >= latest:
                continue
            # A step whose backward broke off is not complete.
            if step.wanted and not self._firing:
                yield step
            step.close()
            self._pending.remove(step)

    def forget(self):
        """Drops all steps and every hook."""
        for step in self._pending:
            step.close()
        for weight in self._weights.values():
            weight.close()
        self._pending, self._weights, self._window = [], {}, None
        Functions.remove(self)

    def saw(self, name, arguments, keywords, output):
        """A watched function has run."""
        self._guarded(self._saw)(name, arguments, keywords, output)

    def _saw(self, name, arguments, keywords, output):
        if not torch.is_tensor(output) or not (self._window or self._pending):
            return
        grad = torch.is_grad_enabled()
        recomputed = not self._window and grad and recomputing() == "backward"
        if not (self._window or recomputed) or (grad and not output.requires_grad):
            return
        operation = find_operation(name, arguments, keywords, self._origin)
        if operation is None:
            return
        if operation.origin is None:
            if self._window and grad:
                self._window.left_out.append((operation.name, operation.function, operation.why))
            return
        self._uses += 1
        step, order = self._window, self._uses
        if not grad:
            step.echoes.append(Echo(operation, order))
            return
        if recomputed:
            step, order = self._answered(Echo(operation, order))
        if step is not None:
            self._add_use(step, order, operation, output)

    def _find_owners(self):
        self._owners = {id(owner.parameter): owner for owner in owners(self._model)}

    def _origin(self, tensor, called_weight):
        if isinstance(tensor, torch.nn.Parameter) and id(tensor) not in self._owners:
            # A layer may be made in the forward.
            self._find_owners()
        return find_origin(tensor, called_weight, self._owners)

    def _answered(self, echo):
        """The step and the place of what a checkpoint computes again; (None, None) where no echo is like it."""
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
        # What computes a weight, its norm say, may multiply it too.
        if weight is None or (origin.owner.computed and not origin.computed):
            return
        if origin.owner.parametrized and in_parametrization():
            return
        why = operation.why or operation.unfit(output)
        if why:
            weight.problem = weight.problem or why
            return
        use = Use(operation, output, self._max_batch, order, weight.target(origin))
        step.uses.append(use)
        node, number = output.grad_fn, output.output_nr
        fired = self._guarded(lambda _, gradients: self._fired(step, use, gradients[number]))
        step.hooks.append(node.register_hook(fired))

    def _fired(self, step, use, gradient):
        """The backward of an operator has run: with this gradient of its output."""
        if step.closed or gradient is None:
            return
        use.fire(gradient.detach())
        self._firing += 1

        def ended():
            # autograd.grad does not reach `.grad`, and what it was given is not the step's.
            use.target.drop(use)
            self._firing = max(0, self._firing - 1)

        torch.autograd.Variable._execution_engine.queue_callback(self._guarded(ended))

    def _weight(self, owner):
        parameter = owner.parameter
        known = self._weights.get(id(parameter))
        if known is None and owner.is_weight() and parameter.requires_grad and parameter.is_leaf:
            known = self._weights[id(parameter)] = Weight(owner, self._guarded)
        return known
