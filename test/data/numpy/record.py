"""Writes traces as a NumPy user does: python3 test/data/numpy/record.py FOLDER. Needs NumPy."""
import os
import sys

import numpy as np

os.chdir(sys.argv[1])
random = np.random.default_rng(1)
draw = lambda *shape: (random.integers(-3, 4, shape) / 4).clip(0).astype("f4")

# README.md
x, dy, h, dz = draw(2, 3, 8, 8), draw(2, 4, 4, 4), draw(2, 16), draw(2, 10)
np.savez("step.npz", **{
    "conv1.fmap": x, "conv1.emap": dy, "conv1.kernel": 3, "conv1.stride": 2, "conv1.padding": 1,
    "fc.fmap": h, "fc.emap": dz})

# every kind of layer and of number; two steps
x1, dy1 = draw(2, 6, 12), draw(2, 4, 12)
w1 = np.einsum("nkq,ncqs->kcs", dy1, np.lib.stride_tricks.sliding_window_view(np.pad(x1, ((0, 0), (0, 0), (1, 1))), 12, 2).swapaxes(2, 3))
t, dt = draw(2, 5, 7), draw(2, 5, 6)
arrays = {
    "network": "mixed", "dataset": "drawn", "framework": f"NumPy {np.__version__}", "conv.padding": [0, 1, 2, 1],
    "conv.stride": [2, 1], "conv.groups": 3, "conv.kernel": [3, 2], "conv.dilation": np.uint8(1),
    "wave.padding": np.int16(1),
}
for step in (0, 100):
    arrays |= {
        f"{step}/optimizer_step": step + 1, f"{step}/wave.fmap": np.asfortranarray(x1.astype(">f8")),
        f"{step}/wave.emap": dy1.astype("f2"), f"{step}/wave.weight_gradient": w1.astype("f4"),
        f"{step}/tokens.fmap": t, f"{step}/tokens.emap": np.asfortranarray(dt),
        f"{step}/tokens.weight_gradient": np.einsum("ntk,ntc->kc", dt.astype("f8"), t.astype("f8")),
        f"{step}/tokens.mask": np.ones((6, 7), "u1"),
        f"{step}/conv.fmap": draw(2, 6, 9, 8) != 0, f"{step}/conv.emap": draw(2, 3, 5, 9) != 0,
    }
np.savez_compressed("mixed.npz", **arrays)
