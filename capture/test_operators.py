"""python3 -m unittest discover capture: which products swg_capture records, and what it says of the others."""

import json
import unittest

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune, spectral_norm, weight_norm

from capture_case import Case, difference, read


def square(x):
    return lambda model: model(x).square().sum().backward()


class Module(nn.Module):
    """A module of these parts whose forward is a function of (module, x)."""

    def __init__(self, forward, **parts):
        super().__init__()
        self._forward = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self._forward(self, x)


def weight(*shape):
    return nn.Parameter(torch.randn(shape) / 3)


class NormInside(nn.Conv2d):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.norm = nn.BatchNorm2d(sizes[1])

    def forward(self, x):
        return F.relu(self.norm(super().forward(2 * x)))


class Standardised(nn.Conv2d):
    def forward(self, x):
        w = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, w / w.std((1, 2, 3), keepdim=True), self.bias)


class Masked(nn.Conv2d):
    """`mask` makes of the weight, and of which of its elements are kept, what is multiplied."""

    def __init__(self, mask):
        super().__init__(3, 4, 3)
        self.mask, self.kept = mask, (torch.rand(4, 3, 3, 3) > 0.5).float()

    def forward(self, x):
        return F.conv2d(x, self.mask(self.weight, self.kept), self.bias)


class StraightThrough(torch.autograd.Function):
    """Multiplies the weight without its small elements; the gradient is that of all."""

    @staticmethod
    def forward(context, weight):
        return weight * (weight.abs() > 0.1)

    @staticmethod
    def backward(context, gradient):
        return gradient


class Addmm(nn.Module):
    """As GPT-2's Conv1D: the weight is [C][K]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight, self.bias = weight(inputs, outputs), nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight).view(*x.shape[:-1], -1)


class AreProductsRecordedWhoeverCallsThem(Case):
    def all_recorded(self, model, step, names):
        recorded, left_out, layers, said = self.held(model, step)
        self.assertEqual((recorded, left_out, said), (sorted(names), [], ""))
        return layers

    def test_classes_that_do_more_than_their_operator(self):
        model = nn.Sequential(NormInside(3, 8, 3), nn.Conv2d(8, 4, 3))
        self.all_recorded(model, square(torch.randn(4, 3, 9, 9)), ["0", "1"])

    def test_inputs_by_keyword(self):
        model = Module(lambda m, x: m.b(torch.relu(m.a(input=x))), a=nn.Linear(6, 5), b=nn.Linear(5, 2))
        self.all_recorded(model, square(torch.randn(3, 6)), ["a", "b"])
        model = Module(lambda m, x: F.conv2d(weight=m.w, input=x, stride=2, padding=(1, 0)), w=weight(4, 3, 3, 3))
        self.all_recorded(model, square(torch.randn(2, 3, 7, 7)), ["w"])

    def test_weights_that_functions_multiply(self):
        for forward, shape in (
            (lambda m, x: F.linear(x, m.w), (5, 6)),
            (lambda m, x: x @ m.w, (6, 5)),
            (lambda m, x: x @ m.w.t(), (5, 6)),
            (lambda m, x: torch.matmul(x, m.w), (6, 5)),
            (lambda m, x: x.matmul(other=m.w), (6, 5)),
            (lambda m, x: torch.matmul(m.w, x.transpose(1, 2)), (5, 6)),
            (lambda m, x: torch.einsum("btc,kc->btk", x, m.w), (5, 6)),
            (lambda m, x: torch.einsum("...c,chd->...hd", [x, m.w]), (6, 2, 3)),
            (lambda m, x: torch.einsum("ab,xya->xyb", m.w, x), (6, 5)),
            (lambda m, x: x[0].mm(m.w), (6, 5)),
            (lambda m, x: torch.addmm(x[0, :, :5], x[0], mat2=m.w), (6, 5)),
            (lambda m, x: m.w.mv(x[0, 0]), (5, 6)),
            (lambda m, x: F.linear(x, m.w.view(6, 5).t()), (5, 6)),
            (lambda m, x: F.linear(x, m.w[:3]).sum() + F.linear(x, m.w[3:]), (5, 6)),
            (lambda m, x: F.conv1d(x.transpose(1, 2), m.w, padding=1), (4, 6, 3)),
        ):
            with self.subTest(shape):
                model = Module(forward, w=weight(*shape))
                recorded, left_out, layers, said = self.held(model, square(torch.randn(4, 7, 6)))
                self.assertEqual((recorded, said), (["w"], ""))

    def test_products_with_a_weight_for_each_group(self):
        model = Module(lambda m, x: torch.bmm(x, m.w), w=weight(3, 6, 5))
        recorded, left_out, layers, said = self.held(model, square(torch.randn(3, 4, 6)))
        self.assertEqual((recorded, said), (["w"], ""))
        layer = layers["w"]["layer"]
        self.assertEqual([layer[k] for k in ("type", "groups", "N", "C", "K")], ["conv2d", 3, 4, 18, 15])
        expected = model.w.grad.transpose(1, 2).reshape(15, 6, 1, 1)
        self.assertLess(difference(layers["w"]["weight_gradient"], expected), 1e-5)

    def test_attention(self):
        for batch_first in (False, True):
            model = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=batch_first)
            names = ["self_attn.in_proj_weight", "self_attn.out_proj", "linear1", "linear2"]
            self.all_recorded(model, square(torch.randn(3, 5, 8)), names)
        model = nn.TransformerDecoderLayer(8, 2, 12, dropout=0.0)
        step = lambda m: m(torch.randn(3, 2, 8), torch.randn(4, 2, 8)).square().sum().backward()
        recorded, left_out, layers, said = self.held(model, step)
        self.assertEqual(said, "")
        # queries, and keys with values, are slices of one weight
        parts = [layers[f"multihead_attn.in_proj_weight{i}"]["weight_gradient"] for i in ("", "#1")]
        self.assertLess(difference(torch.cat(parts), model.multihead_attn.in_proj_weight.grad), 1e-5)

    def test_attention_with_keys_of_other_sizes(self):
        model = nn.MultiheadAttention(8, 2, kdim=6, vdim=4)
        inputs = (torch.randn(3, 2, 8), torch.randn(5, 2, 6), torch.randn(5, 2, 4))
        step = lambda m: m(*inputs)[0].square().sum().backward()
        self.all_recorded(model, step, ["q_proj_weight", "k_proj_weight", "v_proj_weight", "out_proj"])

    def test_layers_of_others(self):
        model = nn.Sequential(Addmm(6, 5), nn.GELU(), Addmm(5, 4))
        self.all_recorded(model, square(torch.randn(3, 7, 6)), ["0.weight", "2.weight"])

    def test_transposed_convolutions_with_maps_exchanged(self):
        for options in (
            {"kernel_size": 2, "stride": 2},
            {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
            {"kernel_size": (3, 2), "dilation": (2, 1), "groups": 2},
        ):
            with self.subTest(**options):
                model = nn.ConvTranspose2d(4, 6, **options)
                layers = self.all_recorded(model, square(torch.randn(2, 4, 5, 6)), ["ConvTranspose2d"])
                layer = layers["ConvTranspose2d"]["layer"]
                self.assertEqual((layer["K"], layer["P"], layer["Q"]), (4, 5, 6))
        self.all_recorded(nn.ConvTranspose1d(4, 6, 3, stride=2), square(torch.randn(2, 4, 5)), ["ConvTranspose1d"])

    def test_a_weight_of_several_layers(self):
        model = Module(lambda m, x: F.linear(torch.relu(F.linear(x, m.w)), m.w.t()), w=weight(5, 6))
        recorded, _, layers, said = self.held(model, square(torch.randn(3, 6)))
        self.assertEqual((list(layers), said), (["w", "w#1"], ""))
        shared = nn.Linear(4, 4)
        model = nn.Sequential(shared, nn.ReLU(), nn.Linear(4, 4))
        model[2].weight = shared.weight
        self.assertEqual(list(self.held(model, square(torch.randn(3, 4)))[2]), ["0", "0#1"])

    def test_a_learnt_query(self):
        model = Module(lambda m, x: F.linear(m.query, m.w) @ x.transpose(1, 2), query=weight(3, 4), w=weight(6, 4))
        recorded, left_out, _, _ = self.held(model, square(torch.randn(2, 5, 6)))
        self.assertEqual((recorded, left_out), (["w"], ["query"]))


class AreComputedWeightsRecordedWhereTheirMeaningIsClear(Case):
    def effective(self, model, x, module):
        """Gradient of `module.weight`, as PyTorch gives it."""
        kept = []

        def keep(m, inputs):
            m.weight.retain_grad()
            kept.append(m.weight)

        handle = module.register_forward_pre_hook(keep)
        model.zero_grad()
        square(x)(model)
        handle.remove()
        return kept[0].grad

    def test_norms_of_weights(self):
        for norm in (weight_norm, spectral_norm):
            model = nn.Sequential(norm(nn.Conv2d(3, 4, 3)), nn.ReLU(), norm(nn.Conv2d(4, 2, 3)))
            model.eval()
            x = torch.randn(2, 3, 7, 7)
            recorded, left_out, layers, said = self.held(model, square(x))
            self.assertEqual((recorded, left_out, said), (["0", "2"], [], ""))
            self.assertLess(difference(layers["0"]["weight_gradient"], self.effective(model, x, model[0])), 1e-5)

    def test_parametrizations(self):
        class Doubled(nn.Module):
            def forward(self, w):
                return 2 * w

        double = lambda module: parametrize.register_parametrization(module, "weight", Doubled())
        for make in (parametrizations.spectral_norm, parametrizations.orthogonal, double):
            model = make(nn.Linear(5, 4))
            recorded, left_out, layers, said = self.held(nn.Sequential(model, nn.ReLU()), square(torch.randn(3, 5)))
            self.assertEqual((recorded, said), (["0"], ""))

    def test_pruned_ones(self):
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Linear(5, 3))
        prune.random_unstructured(model[0], "weight", 0.5)
        recorded, left_out, layers, said = self.held(model, square(torch.randn(2, 3, 7, 7)))
        self.assertEqual((recorded, said), (["0", "2"], ""))
        self.assertLess(difference(layers["0"]["weight_gradient"], model[0].weight_orig.grad), 1e-5)

    def test_casts(self):
        class Cast(nn.Linear):
            def forward(self, x):
                return F.linear(x.double(), self.weight.double(), self.bias.double()).float()

        recorded, left_out, layers, said = self.held(nn.Sequential(Cast(5, 4), Cast(4, 3)), square(torch.randn(3, 5)))
        self.assertEqual((recorded, said), (["0", "1"], ""))

    def test_a_weight_whose_own_gradient_is_another_is_left_out(self):
        model = nn.Sequential(Standardised(3, 4, 3), nn.Conv2d(4, 2, 3))
        recorded, left_out, _, said = self.held(model, square(torch.randn(2, 3, 7, 7)))
        self.assertEqual((recorded, left_out), (["1"], ["0"]))
        self.assertRegex(said, r"step 0: left out: 0 \(Standardised\): PyTorch's own gradient is not")

    def masked(self, mask):
        model = nn.Sequential(Masked(mask), nn.Conv2d(4, 2, 3))
        recorded, left_out, layers, _ = self.held(model, square(torch.randn(2, 3, 7, 7)))
        self.assertEqual((recorded, left_out), (["0", "1"], []))
        return model[0], layers["0"]

    def test_a_mask_in_the_forward(self):
        for mask in (lambda w, kept: w * kept, lambda w, kept: w.masked_fill(kept == 0, 0)):
            layer, recorded = self.masked(mask)
            self.assertTrue(torch.equal(recorded["mask"].float(), layer.kept))
            self.assertLess(difference(recorded["weight_gradient"], layer.weight.grad), 1e-5)

    def test_a_mask_in_the_forward_that_the_gradient_does_not_have(self):
        layer, recorded = self.masked(lambda w, kept: StraightThrough.apply(w))
        self.assertNotIn("mask", recorded)
        self.assertLess(difference(recorded["weight_gradient"], layer.weight.grad), 1e-5)

    def test_a_mask_that_scales_is_left_out(self):
        model = nn.Sequential(Masked(lambda w, kept: 2 * w * kept), nn.Conv2d(4, 2, 3))
        recorded, left_out, _, _ = self.held(model, square(torch.randn(2, 3, 7, 7)))
        self.assertEqual((recorded, left_out), (["1"], ["0"]))

    def test_weights_made_of_activations(self):
        model = Module(lambda m, x: F.conv2d(x, m.make(x.mean((0, 2, 3))).view(2, 3, 3, 3)), make=nn.Linear(3, 54))
        recorded, left_out, _, said = self.held(model, square(torch.randn(2, 3, 5, 5)))
        self.assertEqual((recorded, left_out), (["make"], ["conv2d"]))


class IsWhatIsNotSeenNamed(Case):
    def test_modules_that_multiply_elsewhere(self):
        x = torch.randn(4, 5, 6)
        for module in (nn.LSTM(6, 3), nn.GRU(6, 3, bidirectional=True), nn.RNN(6, 3)):
            last = nn.Linear(3 + 3 * module.bidirectional, 2)
            model = Module(lambda m, x: m.last(m.seen(x)[0]), seen=module, last=last)
            recorded, left_out, _, said = self.held(model, square(x))
            self.assertEqual(recorded, ["last"])
            self.assertIn("seen.weight_hh_l0", left_out)
            self.assertIn("its gradient comes by a way that is not recorded", said)

    def test_three_axes_and_others(self):
        model = nn.Sequential(nn.Conv3d(2, 3, 2), nn.Flatten(), nn.Linear(3 * 27, 2))
        recorded, left_out, _, said = self.held(model, square(torch.randn(2, 2, 4, 4, 4)))
        self.assertEqual((recorded, left_out), (["2"], ["0"]))
        self.assertIn("three spatial axes", said)
        model = Module(lambda m, x: m.last(m.two(x, x)), two=nn.Bilinear(4, 4, 3), last=nn.Linear(3, 2))
        self.assertEqual(self.held(model, square(torch.randn(2, 4)))[:2], (["last"], ["two"]))

    def test_embeddings(self):
        for sparse in (False, True):
            table = nn.Embedding(9, 4, sparse=sparse)
            model = Module(lambda m, x: m.last(m.table(x)), table=table, last=nn.Linear(4, 2))
            self.assertEqual(self.held(model, square(torch.tensor([1, 2, 3])))[:2], (["last"], ["table"]))

    def test_a_layer_that_shares_its_weight_with_an_embedding(self):
        tied = lambda m, x: F.linear(m.mid(m.table(x)), m.table.weight)
        model = Module(tied, table=nn.Embedding(9, 4), mid=nn.Linear(4, 4))
        self.assertEqual(self.held(model, square(torch.tensor([1, 2, 3])))[:2], (["mid"], ["table"]))

    def test_layers_that_were_not_chosen(self):
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
        with self.assertRaises(AssertionError):
            self.held(model, square(torch.randn(2, 3)), layers="1")  # it needs no warning
        (entry,) = json.loads(read(self.path)[1]["steps"])
        self.assertEqual([e["names"] for e in entry["left_out"]], [["0"]])

    def test_scripted_ones(self):
        model = nn.Sequential(torch.jit.script(nn.Linear(4, 4)), nn.ReLU(), nn.Linear(4, 3))
        self.assertEqual(self.held(model, square(torch.randn(2, 4)))[:2], (["2"], ["0"]))


if __name__ == "__main__":
    unittest.main()
