import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { bitSlices, dotProduct } from "./bit-slices.ts";
import { bufferedArray, type Compute, memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";
import { emapStreams, fmapStreams, type RowStreams } from "./row-streams.ts";

/**
 * Weight gradients as 1-D convolutions: row p of the emap with row h of the fmap gives one row (k, c, r) of the gradient
 * (assumed, D27).
 *
 * A PE has one multiplier and keeps the gradient row that it works on. Of the two rows one waits in it, the nonzeros of
 * the other one stream by: each takes a cycle for every nonzero within reach of a tap, and one cycle if there is none.
 * A pair of rows of which one is empty takes no time, nor does a streamed value that no tap can join with the picture.
 * The layer streams the map that takes less in all. `groupPes` PEs form a group, which takes as many (c, r) of one k at a
 * time and is done when the slowest is. Its best case: a group works through all images before its PEs meet, and groups
 * are handed their work perfectly. Masked gradients are computed.
 *
 * Memory: maps compressed, wanted gradients written; the best case of `memory-limits.ts`.
 */
export default accelerator({
  title: "SparseTrain: 1-D convolutions of compressed rows",
  source:
    "Dai et al., DAC 2020, arXiv 2007.13595: abstract; operations as recalled, time of a row pair and sizes are ours",
  parameters: {
    pes: {
      value: 256,
      unit: "PEs",
      about: "PEs, one multiplier each; what fills no group is idle",
      max: 65536,
    },
    groupPes: { value: 3, unit: "PEs", about: "PEs of a group, which take one k's (c, r) side by side" },
    ...memoryParameters,
  },
  grows: "pes",
  simulate(occupancy, p, kernel) {
    const { layer, fmap, emap } = occupancy;
    const products = kernel.validPairs({ layer, fmap, emap });
    const compute = rowConvolutions(occupancy, products, p.pes, Math.min(p.groupPes, p.pes));
    return withMemory(layer, compute, sparseBytes(occupancy, p), p);
  },
  // positions of the two values at hand
  components: (p) =>
    bufferedArray(p, p.pes, Math.min(p.groupPes, p.pes), [
      { purpose: "validDataTrace", block: "comparator", count: p.pes },
      { purpose: "validDataTrace", block: "counter", count: 2 * p.pes },
    ]),
});

function rowConvolutions(occupancy: Occupancy, products: number, pes: number, groupPes: number): Compute {
  const { layer } = occupancy;
  const streams = quicker(layer, emapStreams(occupancy), fmapStreams(occupancy));
  let [groupCycles, longest] = [0, 0];
  for (const { ks, rows } of convolutionGroups(layer)) {
    const slicesOfKs = ks.map((k) => bitSlices(streams.ofK(k)));
    for (let first = 0; first < rows.length; first += groupPes) {
      const together = rows.slice(first, first + groupPes).map(([c, r]) => bitSlices(streams.ofRow(c, r)));
      for (const slicesOfK of slicesOfKs) {
        let slowest = 0;
        for (const slicesOfRow of together) slowest = Math.max(slowest, dotProduct(slicesOfK, slicesOfRow));
        groupCycles += slowest;
        longest = Math.max(longest, slowest);
      }
    }
  }
  const groups = Math.floor(pes / groupPes);
  const cycles = Math.max(longest, Math.ceil(groupCycles / groups));
  return {
    ...{ cycles, macs: pes, mapping: `${streams.streamed} streams` },
    breakdown: {
      busy: products,
      columnImbalance: groupCycles * groupPes - products,
      betweenColumns: (cycles * groups - groupCycles) * groupPes,
      mapping: cycles * (pes - groups * groupPes),
    },
  };
}

/** The k's and the gradient rows (c, r), r fastest, of each convolution group. */
function convolutionGroups({ C, K, R, groups }: Layer): { ks: number[]; rows: [c: number, r: number][] }[] {
  const [channels, ks] = [C / groups, K / groups];
  return Array.from({ length: groups }, (_, group) => ({
    ks: Array.from({ length: ks }, (_, k) => group * ks + k),
    rows: Array.from({ length: channels * R }, (_, i) => [group * channels + Math.floor(i / R), i % R]),
  }));
}

/** Whichever takes fewer PE-cycles in all, the first of equals. */
function quicker(layer: Layer, ...choices: RowStreams[]): RowStreams {
  const peCycles = ({ length, ofK, ofRow }: RowStreams) => {
    let cycles = 0;
    for (const { ks, rows } of convolutionGroups(layer)) {
      const [sumOfKs, sumOfRows] = [new Uint32Array(length), new Uint32Array(length)];
      for (const k of ks) addTo(sumOfKs, ofK(k));
      for (const [c, r] of rows) addTo(sumOfRows, ofRow(c, r));
      for (let i = 0; i < length; i++) cycles += sumOfKs[i] * sumOfRows[i];
    }
    return cycles;
  };
  const cycles = choices.map(peCycles);
  return choices[cycles.indexOf(Math.min(...cycles))];
}

function addTo(sums: Uint32Array, numbers: Uint16Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += numbers[i];
}
