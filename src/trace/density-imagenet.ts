import type { Network, ReluOutput } from "../workload/networks/network.ts";

/** Zero fractions of the outputs of one kind of place, in forward order. */
type PlaceFractions = Readonly<Partial<Record<ReluOutput["place"], readonly number[]>>>;

/**
 * Mean zero fraction of ReLU and pool outputs over a full ImageNet training: VGG-16 without batch norm, ResNet-34 and
 * ResNet-50. Source: the column `mean_zero_fraction` of `facts/relu-zero-fraction-imagenet.csv` in the project's shared
 * data, row by row, sorted by kind of place: a ResNet's row 1 is the stem (behind its max pool), then come each
 * block's ReLUs.
 */
export const imagenetZeroFractions: Readonly<Record<NonNullable<Network["zerosLike"]>, PlaceFractions>> = {
  vgg16: {
    relu: [
      0.4892, 0.7571, 0.7401, 0.8438, 0.771, 0.7895, 0.8839, 0.8236, 0.8618, 0.9262, 0.8043, 0.7954, 0.9078,
    ],
    pool: [0.586, 0.671, 0.7692, 0.8444, 0.8353],
    classifier: [0.7567, 0.7547],
  },
  resnet34: {
    stem: [0.1762],
    first: [
      0.4815, 0.5127, 0.691, 0.6279, 0.7827, 0.8556, 0.8833, 0.6732, 0.8482, 0.8917, 0.8955, 0.8826, 0.8704,
      0.7979, 0.874, 0.8254,
    ],
    block: [
      0.1523, 0.1785, 0.1946, 0.4345, 0.4133, 0.4341, 0.4507, 0.5183, 0.4629, 0.4332, 0.4418, 0.5041, 0.5809,
      0.7672, 0.8024, 0.8065,
    ],
  },
  resnet50: {
    stem: [0.2153],
    first: [
      0.487, 0.4797, 0.5401, 0.652, 0.5127, 0.5467, 0.6555, 0.714, 0.5635, 0.6933, 0.7439, 0.7722, 0.7467,
      0.7954, 0.7553, 0.8227,
    ],
    second: [
      0.3992, 0.4825, 0.5423, 0.4412, 0.6095, 0.6685, 0.768, 0.4235, 0.7197, 0.7432, 0.7827, 0.7695, 0.7678,
      0.5954, 0.8309, 0.7434,
    ],
    block: [
      0.4862, 0.341, 0.3862, 0.5122, 0.4736, 0.5428, 0.5357, 0.5619, 0.5232, 0.5529, 0.5705, 0.6036, 0.6397,
      0.7392, 0.8253, 0.8568,
    ],
  },
};
