import { accelerator } from "./accelerator.ts";
import { cartesianArray, cartesianParameters, cartesianProduct, emapCounts } from "./cartesian-product.ts";
import { memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";

/**
 * Every nonzero of a plane (n, c) of the fmap times every nonzero of image n's emap, over all k's of the group: both
 * maps' zeros are skipped, but of the products only those whose positions are a tap apart are of use (assumed, D25).
 *
 * Array: SCNN's, PEs of `fmapVector` x `emapVector` multipliers. Vectors of a plane are cut from its nonzeros, the last
 * one short; the emap's nonzeros are cut once for all k's. Its best case: products reach the accumulators without bank
 * conflicts, useless ones are dropped at no cost, planes are handed to PEs perfectly. A 1x1 or linear layer may run one
 * position at a time instead, which wastes no product.
 *
 * Memory: maps compressed, wanted gradients written; the best case of `memory-limits.ts`.
 */
export default accelerator({
  title: "Outer product (SCNN-like): all nonzeros by all nonzeros",
  source:
    "Parashar et al., SCNN, ISCA 2017, whose array this is, as recalled; its use for weight gradients is ours",
  parameters: { ...cartesianParameters, ...memoryParameters },
  grows: "peColumns",
  simulate(occupancy, p) {
    const compute = cartesianProduct(occupancy, p, (n, group) => {
      const all = emapCounts(occupancy, n, group).reduce((sum, count) => sum + count, 0);
      return { selected: () => all, cycles: () => Math.ceil(all / p.emapVector) };
    });
    return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p);
  },
  components: (p) => cartesianArray(p),
});
