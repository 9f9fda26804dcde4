import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import {
  type Box,
  cartesianArray,
  cartesianParameters,
  cartesianProduct,
  type EmapSelection,
  emapCounts,
} from "./cartesian-product.ts";
import { memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";

/**
 * The outer product of `outer-product.ts`, but a vector of fmap nonzeros meets only those emap nonzeros that lie in the
 * rows and in the columns that some value of the vector can reach with some tap (assumed, D26).
 *
 * The vector spans rows top to bottom and columns left to right of the picture. So the emap's rows are ceil((top + padding
 * - (R - 1) x dilation) / stride) to floor((bottom + padding) / stride), its columns likewise. Row pointers give the rows
 * at once; of them `candidates` nonzeros a cycle are held against the columns, and up to `emapVector` of those inside
 * are multiplied. Products inside both ranges count as made, whether valid or not. Its best case: what one k leaves of a
 * vector the next one fills.
 */
export default accelerator({
  title: "ANT: outer product that anticipates useless products",
  source:
    "Lew et al., ISCA 2022, DOI 10.1145/3470496.3527404: abstract; ranges and widths as recalled, the rest ours",
  parameters: {
    ...cartesianParameters,
    candidates: {
      value: 16,
      unit: "values",
      about: "emap nonzeros held against the column range in a cycle",
    },
    ...memoryParameters,
  },
  grows: "peColumns",
  simulate(occupancy, p) {
    const compute = cartesianProduct(occupancy, p, (n, group) =>
      inRange(occupancy, n, group, p.emapVector, p.candidates),
    );
    return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p);
  },
  // each candidate is held against both edges of the column range
  components: (p) =>
    cartesianArray(p, [
      {
        ...{ purpose: "validDataTrace", block: "comparator" },
        count: 2 * p.candidates * p.peRows * p.peColumns,
      },
    ]),
});

function inRange(
  occupancy: Occupancy,
  n: number,
  group: number,
  emapVector: number,
  candidates: number,
): EmapSelection {
  const { layer } = occupancy;
  const { P, Q } = layer;
  const sums = summedArea(emapCounts(occupancy, n, group), P, Q);
  const width = Q + 1;
  const within = (firstRow: number, firstColumn: number, endRow: number, endColumn: number) =>
    endRow <= firstRow || endColumn <= firstColumn
      ? 0
      : sums[endRow * width + endColumn] -
        sums[firstRow * width + endColumn] -
        sums[endRow * width + firstColumn] +
        sums[firstRow * width + firstColumn];
  const rows = (top: number, bottom: number) => reached(layer, 0, top, bottom);
  return {
    selected(...[top, left, bottom, right]: Box) {
      const [firstRow, endRow] = rows(top, bottom);
      const [firstColumn, endColumn] = reached(layer, 1, left, right);
      return within(firstRow, firstColumn, endRow, endColumn);
    },
    cycles(selected, ...[top, , bottom]: Box) {
      const [firstRow, endRow] = rows(top, bottom);
      const scanned = within(firstRow, 0, endRow, Q);
      return Math.max(Math.ceil(selected / emapVector), Math.ceil(scanned / candidates));
    },
  };
}

/** Positions along one axis (0: p, 1: q) that some tap joins with coordinates `from` to `to` of the picture: first, end. */
function reached(
  { R, S, P, Q, stride, padding, dilation }: Layer,
  axis: 0 | 1,
  from: number,
  to: number,
): [first: number, end: number] {
  const reach = ((axis === 0 ? R : S) - 1) * dilation[axis];
  const first = Math.ceil((from + padding[axis] - reach) / stride[axis]);
  const last = Math.floor((to + padding[axis]) / stride[axis]);
  return [Math.max(0, first), Math.min(axis === 0 ? P : Q, last + 1)];
}

/** [P + 1][Q + 1]: the sum of all counts above and to the left. */
function summedArea(counts: Uint32Array, P: number, Q: number): Float64Array {
  const sums = new Float64Array((P + 1) * (Q + 1));
  for (let p = 0; p < P; p++)
    for (let q = 0, row = 0; q < Q; q++) {
      row += counts[p * Q + q];
      sums[(p + 1) * (Q + 1) + q + 1] = sums[p * (Q + 1) + q + 1] + row;
    }
  return sums;
}
