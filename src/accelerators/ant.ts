import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { cartesianArray, cartesianFree, cartesianParameters, cartesianProduct } from "./cartesian-product.ts";
import { cartesianPhase } from "./cartesian-windows.ts";
import { memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";
import type { Box, FmapPlane, TileProduct, TileWork } from "./plane-tiles.ts";

/**
 * The outer product of `outer-product.ts`, but a vector of fmap nonzeros meets only those nonzeros of the emap's tile that
 * lie in the rows and in the columns that some value of the vector can reach with some tap (assumed, D26).
 *
 * The vector spans rows top to bottom and columns left to right of the picture. So the emap's rows are ceil((top + padding
 * - (R - 1) x dilation) / stride) to floor((bottom + padding) / stride), its columns likewise, within the tile. Row
 * pointers give the rows at once; of them `candidates` nonzeros a cycle are held against the columns, and up to
 * `emapVector` of those inside are multiplied. Products inside both ranges count as made, whether valid or not. By hand,
 * a vector takes the larger of ceil(inside / emapVector) and ceil(in the rows / candidates) cycles.
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
  free: [
    ...cartesianFree,
    "Row pointers into a tile, over all its k's, cost neither memory nor time.",
    "What one k leaves of a vector the next one fills.",
  ],
  simulate(occupancy, p, kernel) {
    const compute = cartesianProduct(occupancy, p, kernel, productsInRange(p));
    return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p);
  },
  forward: (occupancy, p, kernel) => cartesianPhase("ff", occupancy, p, kernel),
  backward: (occupancy, p, kernel) => cartesianPhase("bp", occupancy, p, kernel),
  components: (p) =>
    cartesianArray(p, [
      {
        purpose: "validDataTrace",
        count: (p.candidates * p.peRows * p.peColumns) / candidatesOfNetlist,
        netlist: "antCandidates",
      },
    ]),
});

/** Candidates that the table's netlist takes in a cycle; another number costs in proportion. */
const candidatesOfNetlist = 16;

interface Widths {
  readonly fmapVector: number;
  readonly emapVector: number;
  readonly candidates: number;
}

/** Vectors of the part's nonzeros in row-major order, each with what lies in its range. */
function productsInRange({ fmapVector, emapVector, candidates }: Widths): TileProduct {
  return (layer, plane, part, emap, tile) => {
    let [cycles, products, emapValues, compared] = [0, 0, 0, 0];
    eachVector(plane, part, fmapVector, (held, top, left, bottom, right) => {
      const range = rangeOf(layer, tile, top, left, bottom, right);
      const inside = emap.within(range.top, range.left, range.bottom, range.right);
      const inRows = emap.within(range.top, tile.left, range.bottom, tile.right);
      cycles += Math.max(Math.ceil(inside / emapVector), Math.ceil(inRows / candidates));
      products += held * inside;
      emapValues += inside;
      compared += inRows;
    });
    return { cycles, products, emapValues, emapPositions: compared, compared } satisfies TileWork;
  };
}

/** Hands out the nonzeros of a part in vectors, with the inclusive edges that they span. */
function eachVector(
  plane: FmapPlane,
  part: Box,
  length: number,
  take: (held: number, top: number, left: number, bottom: number, right: number) => void,
): void {
  let [held, top, left, bottom, right] = [0, 0, part.right, 0, 0];
  const leave = () => {
    take(held, top, left, bottom, right);
    [held, left, right] = [0, part.right, 0];
  };
  eachNonzero(plane, part, (h, w) => {
    if (held === 0) top = h;
    bottom = h;
    if (w < left) left = w;
    if (w > right) right = w;
    if (++held === length) leave();
  });
  if (held > 0) leave();
}

/** Nonzeros of a part in row-major order. */
function eachNonzero(
  { columns, rowStarts }: FmapPlane,
  part: Box,
  visit: (h: number, w: number) => void,
): void {
  for (let h = part.top; h < part.bottom; h++)
    for (let i = rowStarts[h]; i < rowStarts[h + 1]; i++) {
      const w = columns[i];
      if (w >= part.left && w < part.right) visit(h, w);
    }
}

/** Positions of the tile that some tap joins with some pixel of the box. */
function rangeOf(layer: Layer, tile: Box, top: number, left: number, bottom: number, right: number): Box {
  const [firstRow, endRow] = reached(layer, 0, top, bottom);
  const [firstColumn, endColumn] = reached(layer, 1, left, right);
  return {
    top: Math.max(tile.top, firstRow),
    left: Math.max(tile.left, firstColumn),
    bottom: Math.min(tile.bottom, endRow),
    right: Math.min(tile.right, endColumn),
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
