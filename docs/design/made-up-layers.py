"""Writes layers of zeros by chance for quick-model.cpp, into this folder: joint.bin and m10.bin."""
import struct

import numpy as np

rng = np.random.default_rng(1)


def write(name, layers, densities):
    with open(name, "wb") as f:
        f.write(struct.pack("<i", len(layers)))
        for N, C, K, H, R, stride, padding in layers:
            P = (H + 2 * padding - R) // stride + 1
            f.write(struct.pack("<12i", K, C, N, P, P, R, R, stride, padding, H, H, 1))
            for shape, density in zip(((N, C, H, H), (N, K, P, P), (K, C, R, R)), densities):
                f.write((rng.random(shape) < density).astype(np.uint8).tobytes())


joint = [(2, 64, 64, 56, 3, 1, 1), (2, 128, 128, 28, 3, 1, 1), (2, 256, 256, 14, 3, 1, 1),
         (4, 256, 256, 7, 3, 1, 1), (2, 96, 128, 27, 5, 1, 2)]
write("joint.bin", joint, (0.437, 0.437, 0.437))
write("m10.bin", [(2, 128, 128, 28, 3, 1, 1), (2, 256, 256, 14, 3, 1, 1)], (0.4, 0.4, 0.1))
