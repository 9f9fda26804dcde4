import { flipFlopGateEquivalents } from "../hardware/logic/gate-equivalents.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, quickest } from "./array-ports.ts";
import { bankConflictsAreFree, registerEvents, registersOfMacs } from "./components.ts";
import {
  bufferedArray,
  denseBytes,
  gatingIsFree,
  type MemoryParameters,
  memoryParameters,
  sparseBytes,
  withMemory,
  zerosGated,
} from "./memory-limits.ts";
import { bestUnrolling } from "./unrolling.ts";

/**
 * Structured masks: of eight neighbouring channels a column's MACs take those whose gradients are wanted, each MAC its own
 * by a multiplexer that is set for all positions (assumed, D83). Zeros of the maps are multiplied.
 *
 * What the papers say: weights keep N of M neighbours in forward and backward, and an array takes dense and N:M products
 * alike (SAT); blocks of weights have an N of their own, and tensor cores a selection in front of them (TB-STC). That the
 * same array leaves out the gradients of pruned weights is ours: `columns` k's run in lockstep, and a row is one wanted
 * gradient of each. Eight channels at a tap need as many rows as the k with most wanted gradients among them has, whatever
 * number that is. Rows of successive groups, or of groups and taps, lie next to each other without gaps; what k's with
 * fewer leave empty is `mapping`. By hand: cycles = sum over sets of k's and taps of ceil(sum over groups of most wanted /
 * rows) x N P Q.
 *
 * A layer without a mask, or with one that has no structure to speak of, is done as TrainWare does it: the best of both for each
 * layer, by `unrolling.ts`.
 *
 * Operands: for each position all channels of a group cross the port, whichever of them are wanted, and a value of each k;
 * windows slide along rows where taps lie next to each other. Sums stay until they are done.
 *
 * Memory: maps uncompressed, wanted gradients and the mask; `memory-limits.ts`.
 */
export default accelerator({
  title: "Structured masks (SAT, TB-STC): N wanted gradients of each 8 channels, else dense",
  source:
    "Fang et al., SAT, arXiv 2309.13015: abstract; TB-STC, HPCA 2025, as recalled; WG and the array are ours",
  parameters: {
    columns: { value: 16, unit: "columns", about: "k's at a time, in lockstep" },
    rows: { value: 16, unit: "PEs", about: "wanted gradients of each k at a time, one MAC each" },
    ...memoryParameters,
  },
  grows: "columns",
  free: [
    gatingIsFree,
    "Any number of wanted gradients in a group is taken, and rows of successive groups and taps lie without gaps.",
    "Multiplexers are set anew between two steps at no time, from mask bits that are at hand.",
    "Without structure every unrolling of TrainWare's is at hand, and the best is known for each layer.",
    "Any value of the buffer can be broadcast to any MACs, and windows slide along rows without refills at their ends.",
    "Control and addresses are not counted.",
    bankConflictsAreFree,
  ],
  simulate(occupancy, p, kernel) {
    const { layer, mask } = occupancy;
    const dense = bestUnrolling("wg", layer, p, denseMacs(layer));
    const chosen = quickest([dense, ...(mask ? maskedWays({ ...occupancy, mask }, p) : [])], p);
    const compute = { ...chosen, events: { ...chosen.events, selectedValues: chosen.breakdown.busy } };
    const { gradient, mask: maskBytes } = sparseBytes(occupancy, p);
    const tensors = { ...denseBytes(layer, p), gradient, mask: maskBytes };
    return zerosGated(withMemory(layer, compute, tensors, p), occupancy, kernel, chosen !== dense);
  },
  components(p) {
    const macs = p.columns * p.rows;
    return bufferedArray(p, macs, p.rows, registersOfMacs(macs, formatBytes[p.format]), [
      // a multiplexer of eight values is half of a lane, which has two; its three bits of choice are flip-flops
      { purpose: "validDataTrace", count: macs / 2, netlist: "tensordashLane" },
      { purpose: "validDataTrace", count: macs, gateEquivalents: choiceBits * flipFlopGateEquivalents },
    ]);
  },
});

/** Neighbours that a MAC chooses among: 2 of 4 are at most 4 of 8. */
const channelsOfGroup = 8;
const choiceBits = Math.log2(channelsOfGroup);

type StructuredArray = MemoryParameters & { readonly columns: number; readonly rows: number };
type MaskedLayer = Required<Occupancy>;

/** Rows of the array that a group of channels takes at a tap. */
interface RowsOfGroup {
  readonly rows: number;
  /** channels of the group */
  readonly channels: number;
  /** which groups share a window: those of the same channels and kernel row */
  readonly window: number;
}

/** What a set of k's takes for each position: steps, and values of the fmap that come in. */
interface Steps {
  readonly steps: number;
  readonly fmapValues: number;
}

/** The layer with its mask: groups over rows for one tap after another, or groups and taps. */
function maskedWays({ layer, mask }: MaskedLayer, p: StructuredArray): Compute[] {
  return [
    { words: "wanted channels over rows", together: false },
    { words: "wanted channels x taps over rows", together: true },
  ].map(({ words, together }) => maskedWay(layer, mask, p, words, together));
}

function maskedWay(
  layer: Layer,
  mask: Uint8Array,
  p: StructuredArray,
  words: string,
  tapsTogether: boolean,
): Compute {
  const { N, K, P, Q, groups, stride } = layer;
  const positions = N * P * Q;
  const [ks, macs, bytes] = [K / groups, p.columns * p.rows, formatBytes[p.format]];
  let [steps, fmapValues, emapValues] = [0, 0, 0];
  for (let group = 0; group < groups; group++)
    for (let first = 0; first < ks; first += p.columns) {
      const ofSet = Math.min(p.columns, ks - first);
      const taken = rowsOfSet(layer, mask, group * ks + first, ofSet);
      for (const part of tapsTogether ? [inWindows(taken)] : taken) {
        const set = stepsOf(part, p.rows, stride[1]);
        steps += set.steps;
        fmapValues += set.fmapValues;
        emapValues += set.steps * ofSet;
      }
    }
  const busy = mask.reduce((sum, flag) => sum + flag, 0) * positions;
  const cycles = steps * positions;
  return {
    cycles,
    macs,
    mapping: `K over columns, ${words}, positions innermost`,
    breakdown: { busy, mapping: cycles * macs - busy },
    ports: {
      fmap: fmapValues * positions * bytes,
      emap: emapValues * positions * bytes,
      weights: 0,
      sums: 0,
    },
    events: registerEvents(busy, bytes),
  };
}

/** For each tap, the groups of channels with a wanted gradient in a set of k's, and the most that any of these k's has. */
function rowsOfSet(layer: Layer, mask: Uint8Array, firstK: number, ofSet: number): RowsOfGroup[][] {
  const channels = layer.C / layer.groups;
  const taps = layer.R * layer.S;
  const wantedOf = (k: number, first: number, end: number, tap: number) => {
    let wanted = 0;
    for (let c = first; c < end; c++) wanted += mask[(k * channels + c) * taps + tap];
    return wanted;
  };
  return Array.from({ length: taps }, (_, tap) => {
    const found: RowsOfGroup[] = [];
    for (let first = 0; first < channels; first += channelsOfGroup) {
      const end = Math.min(channels, first + channelsOfGroup);
      let rows = 0;
      for (let k = firstK; k < firstK + ofSet; k++) rows = Math.max(rows, wantedOf(k, first, end, tap));
      if (rows > 0)
        found.push({ rows, channels: end - first, window: first * layer.R + Math.floor(tap / layer.S) });
    }
    return found;
  });
}

/** Groups of all taps, those that share a window next to each other. */
const inWindows = (taps: readonly RowsOfGroup[][]): RowsOfGroup[] =>
  taps.flat().sort((a, b) => a.window - b.window);

/** Groups laid over rows without gaps; of a window that slides only the columns that are new come in, `stride` of them. */
function stepsOf(taken: readonly RowsOfGroup[], rows: number, stride: number): Steps {
  let [row, fmapValues] = [0, 0];
  let window = -1;
  let columns = new Map<number, number>();
  for (const group of taken) {
    if (group.window !== window) columns = new Map();
    window = group.window;
    const last = Math.floor((row + group.rows - 1) / rows);
    for (let step = Math.floor(row / rows); step <= last; step++) {
      const before = columns.get(step) ?? 0;
      columns.set(step, before + 1);
      if (before < stride) fmapValues += group.channels;
    }
    row += group.rows;
  }
  return { steps: Math.ceil(row / rows), fmapValues };
}
