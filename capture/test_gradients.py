"""python3 -m unittest discover capture: what of `.grad` is the recorded step's, however it got there."""

import unittest
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

import swg_capture
from capture_case import Case, difference, read


def network():
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3))


class IsOnlyWhatReachesGradRecorded(Case):
    def setUp(self):
        super().setUp()
        self.x = torch.randn(4, 3, 8, 8)

    def all_recorded(self, step, model=None, **options):
        recorded, left_out, layers, said = self.held(model or network(), step, **options)
        self.assertEqual((recorded, left_out, said), (["0", "2"], [], ""))
        return layers

    def some_left_out(self, step, names, why, model=None, **options):
        recorded, left_out, _, said = self.held(model or network(), step, **options)
        self.assertEqual(left_out, names)
        self.assertRegex(said, why)

    def nothing_recorded(self, step, why, **options):
        recorded, _, _, said = self.held(network(), step, **options)
        self.assertEqual(recorded, [])
        self.assertRegex(said, why)

    def test_gradients_asked_for_before_backward(self):
        def step(model):
            y = model(self.x)
            a, b = y.square().mean(), y.abs().mean()
            norms = [torch.autograd.grad(loss, model[2].weight, retain_graph=True)[0].norm() for loss in (a, b)]
            (a + (norms[0] / norms[1]).detach() * b).backward()

        self.all_recorded(step)

    def test_gradients_asked_for_after_backward(self):
        def step(model):
            loss = model(self.x).square().mean()
            loss.backward(retain_graph=True)
            torch.autograd.grad(3 * loss, list(model.parameters()))

        self.all_recorded(step)

    def test_gradients_of_the_input_alone(self):
        def step(model):
            x = self.x.clone().requires_grad_()
            y = model(x)
            torch.autograd.grad(y.sum(), x, retain_graph=True)
            y.square().sum().backward()

        self.all_recorded(step)

    def test_gradients_that_another_forward_left(self):
        def step(model):
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.grad = torch.randn_like(parameter)
            before = [model[i].weight.grad.clone() for i in (0, 2)]
            model(self.x).square().sum().backward()
            for i, grad in zip((0, 2), before):
                model[i].weight.grad -= grad

        recorded, _, layers, said = self.held(network(), step)
        self.assertEqual((recorded, said), (["0", "2"], ""))

    def test_two_backward_passes(self):
        def step(model):
            y = model(self.x)
            y.sum().backward(retain_graph=True)
            y.square().sum().backward()

        self.all_recorded(step)

    def test_two_backward_passes_of_a_part_of_the_batch(self):
        def step(model):
            y = model(self.x)
            y.sum().backward(retain_graph=True)
            y.square().sum().backward()

        self.nothing_recorded(step, "went backward more than once", max_batch=2)

    def test_backward_to_some_of_the_weights(self):
        def step(model):
            model(self.x).square().sum().backward(inputs=[model[0].weight])

        recorded, left_out, _, said = self.held(network(), step)
        self.assertEqual((recorded, left_out), (["0"], []))
        self.assertIn("not seen to run and get a gradient: 2", said)

    def test_an_optimizer_that_clears_gradients(self):
        class Own(torch.optim.SGD):
            def step(self, closure=None):
                super().step(closure)
                self.zero_grad(set_to_none=True)

        model, gradients = network(), []
        optimizer = Own(model.parameters(), 0.1)
        with swg_capture.record(model, self.path, steps=[0, 1]):
            for _ in range(2):
                model(self.x).square().mean().backward()
                gradients.append(model[0].weight.grad.clone())
                optimizer.step()
        for number, gradient in enumerate(gradients):
            self.assertLess(difference(read(self.path)[0][number]["0"]["weight_gradient"], gradient), 1e-5)

    def test_zero_grad_between(self):
        def step(model):
            model(self.x).sum().backward()
            y = model(self.x)
            for set_to_none in (True, False):
                model.zero_grad(set_to_none=set_to_none)
            y.square().sum().backward()

        model = network()
        with swg_capture.record(model, self.path, steps=[1]):
            step(model)
        self.assertLess(difference(read(self.path)[0][1]["2"]["weight_gradient"], model[2].weight.grad), 1e-5)

    def test_a_scaled_loss(self):
        self.all_recorded(lambda model: (model(self.x).square().mean() * 65536).backward())

    def test_two_forwards_in_one_loss(self):
        """Each step has its own gradient, and the second is watched although the first alone is recorded."""
        model, alone = network(), network()
        alone.load_state_dict(model.state_dict())
        with swg_capture.record(model, self.path):
            (model(self.x).square().sum() + model(2 * self.x).sum()).backward()
        alone(self.x).square().sum().backward()
        self.assertLess(difference(read(self.path)[0][0]["0"]["weight_gradient"], alone[0].weight.grad), 1e-4)

    def test_a_forward_before_the_step_in_one_loss(self):
        def step(model):
            (model(self.x).square().sum() + model(2 * self.x).sum()).backward()

        self.nothing_recorded(step, "a part of it comes from elsewhere", steps=[1])

    def test_hooks_on_outputs_come_before_the_operator(self):
        class Clamped(nn.Sequential):
            def forward(self, x):
                y = self[0](x)
                y.register_hook(lambda gradient: gradient.clamp(-0.5, 0.5))
                return self[2](torch.relu(y))

        self.all_recorded(lambda m: m(self.x).square().sum().backward(), Clamped(*network()))

    def test_hooks_that_change_a_gradient(self):
        model = network()
        model[0].weight.register_hook(lambda gradient: gradient * 0.5)
        self.some_left_out(lambda m: m(self.x).square().sum().backward(), ["0"], "changed on its way", model)

    def test_hooks_that_look_at_a_gradient(self):
        model, seen = network(), []
        model[0].weight.register_hook(lambda gradient: seen.append(gradient.norm()))
        self.all_recorded(lambda m: m(self.x).square().sum().backward(), model)

    def test_hooks_that_keep_pruned_weights_at_zero(self):
        model = network()
        kept = (torch.rand_like(model[0].weight) > 0.5).float()
        with torch.no_grad():
            model[0].weight *= kept
        model[0].weight.register_hook(lambda gradient: gradient * kept)
        self.all_recorded(lambda m: m(self.x).square().sum().backward(), model)

    def test_a_penalty_on_the_weights(self):
        def step(model):
            (model(self.x).square().mean() + 0.1 * model[0].weight.square().sum()).backward()

        self.some_left_out(step, ["0"], "a part of it comes from elsewhere")

    def test_a_penalty_in_a_backward_of_its_own(self):
        for penalty_first in (True, False):

            def step(model):
                losses = [model(self.x).square().mean(), 0.1 * model[0].weight.square().sum()]
                for loss in reversed(losses) if penalty_first else losses:
                    loss.backward()

            self.some_left_out(step, ["0"], "a part of it comes from elsewhere")

    def test_a_penalty_in_an_update_of_its_own(self):
        model = network()
        with swg_capture.record(model, self.path):
            model(self.x).square().mean().backward()
            gradient = model[0].weight.grad.clone()
            model.zero_grad(set_to_none=True)
            model[0].weight.square().sum().backward()
        self.assertLess(difference(read(self.path)[0][0]["0"]["weight_gradient"], gradient), 1e-5)

    def test_a_penalty_on_the_gradient(self):
        def step(model):
            x = self.x.clone().requires_grad_()
            y = model(x).square().sum()
            (slope,) = torch.autograd.grad(y, x, create_graph=True)
            (y + slope.square().sum()).backward()

        self.nothing_recorded(step, r"0 \(Conv2d\), 2 \(Conv2d\): .* a part of it comes from elsewhere")

    def test_uses_without_gradient(self):
        class Teacher(nn.Sequential):
            def forward(self, x):
                with torch.no_grad():
                    target = self[0](x + 1)
                return super().forward(x).mean() - target.mean() + self[0](x).detach().mean()

        self.all_recorded(lambda m: m(self.x).backward(), Teacher(*network()))

    def test_outputs_that_the_loss_does_not_use(self):
        class Two(nn.Sequential):
            def forward(self, x):
                self.unused = self[2](self[0](x))
                return super().forward(x)

        self.all_recorded(lambda m: m(self.x).square().sum().backward(), Two(*network()))

    def test_a_backward_that_breaks_off(self):
        def fail(gradient):
            raise ZeroDivisionError

        def step(model):
            y = model(self.x)
            hook = model[0].weight.register_hook(fail)
            with self.assertRaises(ZeroDivisionError):
                y.square().sum().backward(retain_graph=True)
            hook.remove()
            model.zero_grad()
            y.sum().backward()

        model = network()
        with warnings.catch_warnings(record=True) as said, swg_capture.record(model, self.path):
            warnings.simplefilter("always")
            step(model)
        self.assertTrue(said)

    def test_layers_checkpointed_and_not(self):
        for reentrant in (True, False):

            class Mixed(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.c, self.d = nn.Linear(4, 4), nn.Linear(4, 4)

                def forward(self, x):
                    run = lambda x: torch.relu(self.c(self.d(x)))
                    x = self.c(x)
                    x = checkpoint(run, x, use_reentrant=reentrant)
                    return self.c(x)

            step = lambda m: m(torch.randn(3, 4)).square().sum().backward()
            recorded, left_out, layers, said = self.held(Mixed(), step)
            self.assertEqual((list(layers), said), (["c", "d", "c#1", "c#2"], ""))

    def test_a_recomputation_inside_is_not_a_step(self):
        model = nn.Linear(4, 4)
        x = torch.randn(3, 4, requires_grad=True)
        with swg_capture.record(model, self.path, steps=[0, 1], max_batch=2):
            for _ in range(2):
                checkpoint(model, x, use_reentrant=True).sum().backward()
        self.assertEqual(list(read(self.path)[0]), [0, 1])

    def test_a_step_whose_forward_gets_no_gradient(self):
        """As a generator's while its critic learns."""
        generator, critic = nn.Linear(3, 4), nn.Linear(4, 1)
        other = self.path + ".critic"
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            with swg_capture.record(generator, self.path, steps=[0, 1]), swg_capture.record(critic, other):
                critic(generator(torch.randn(5, 3)).detach()).sum().backward()
                critic.zero_grad()
                critic(generator(torch.randn(5, 3))).square().sum().backward()
        self.assertEqual((list(read(self.path)[0]), list(read(other)[0])), ([1], [0]))
        self.assertRegex("; ".join(str(w.message) for w in seen), "step 0: not seen to run and get a gradient: Linear")


if __name__ == "__main__":
    unittest.main()
