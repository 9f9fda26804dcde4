import { accelerator } from "./accelerator.ts";
import { cartesianArray, cartesianFree, cartesianParameters, cartesianProduct } from "./cartesian-product.ts";
import { cartesianPhase } from "./cartesian-windows.ts";
import { memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";
import type { TileProduct } from "./plane-tiles.ts";

/**
 * Every nonzero of a tile of image n's emap, over all k's of the group, times every nonzero of that part of a channel of
 * the fmap that the tile's taps reach: both maps' zeros are skipped, but of the products only those whose positions are
 * a tap apart are of use (assumed, D25).
 *
 * Array: SCNN's, PEs of `fmapVector` x `emapVector` multipliers. Vectors of a part are cut from its nonzeros, the last
 * one short; the tile's nonzeros are cut once for all k's. By hand, a tile takes ceil(fmap nonzeros / 4) x ceil(emap
 * nonzeros / 4) cycles. The coordinates of every product are computed; useless ones are dropped, useful ones reach their
 * bank of sums, which reads, adds and writes. A 1x1 or linear layer may run one position at a time instead, which wastes
 * no product. Tiles, operands and ports: `cartesian-product.ts`.
 *
 * Memory: maps compressed, wanted gradients written; `memory-limits.ts`.
 */
export default accelerator({
  title: "Outer product (SCNN-like): all nonzeros by all nonzeros",
  source:
    "Parashar et al., SCNN, ISCA 2017, whose array this is, as recalled; its use for weight gradients is ours",
  parameters: { ...cartesianParameters, ...memoryParameters },
  grows: "peColumns",
  free: cartesianFree,
  simulate(occupancy, p, kernel) {
    const compute = cartesianProduct(occupancy, p, kernel, everyProduct(p.fmapVector, p.emapVector));
    return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p);
  },
  forward: (occupancy, p, kernel) => cartesianPhase("ff", occupancy, p, kernel),
  backward: (occupancy, p, kernel) => cartesianPhase("bp", occupancy, p, kernel),
  components: (p) => cartesianArray(p),
});

/** All nonzeros of the tile for each vector of the part's. */
export const everyProduct =
  (fmapVector: number, emapVector: number): TileProduct =>
  (_, plane, part, emap, tile) => {
    const ofFmap = plane.area.within(part.top, part.left, part.bottom, part.right);
    const ofEmap = emap.within(tile.top, tile.left, tile.bottom, tile.right);
    const vectors = Math.ceil(ofFmap / fmapVector);
    return {
      cycles: vectors * Math.ceil(ofEmap / emapVector),
      products: ofFmap * ofEmap,
      emapValues: vectors * ofEmap,
      emapPositions: vectors * ofEmap,
      compared: 0,
    };
  };
