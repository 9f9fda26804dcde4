import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, quickest } from "./array-ports.ts";
import { bitSlices, dotProduct } from "./bit-slices.ts";
import { bankConflictsAreFree, bitmapSpreaders, localMemory } from "./components.ts";
import type { WindowPhase } from "./convolution-windows.ts";
import { bufferedArray, memoryParameters, sparseBytes, withMemory, zerosGatedIn } from "./memory-limits.ts";
import { rowKernels } from "./row-kernels.ts";
import {
  type GroupsOfPes,
  groupWordBytes,
  type RowOrder,
  type RowParameters,
  type RowWork,
  rowOrders,
  segmentPositions,
} from "./row-operands.ts";
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
 * Operands come through the port each time (`rows` = port), or are kept in a memory of each group (`rows` = local): `row-operands.ts`. The
 * memory gives and takes two values a PE and cycle; the layer takes no less time than that.
 *
 * FF and BP: rows of the map with dense rows of the kernel; `row-kernels.ts`.
 *
 * Memory: maps compressed, wanted gradients written; `memory-limits.ts`.
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
    rows: {
      value: "local",
      choices: ["local", "port"],
      about: "rows from a memory of the group, or through the shared port each time",
    },
    groupBufferBytes: {
      value: 1024,
      unit: "bytes",
      about: "with local rows: memory of a group for rows and for sums of several channels",
      max: 1048576,
    },
    ...memoryParameters,
  },
  grows: "pes",
  free: [
    "Groups are handed their work perfectly, and its PEs meet only at the end of all images.",
    "Groups keep pace with what is broadcast, however uneven their rows are.",
    "Sums change places, and rows arrive, while the PEs work; only the memory's width limits that.",
    "Rows are cut into segments without halos, and empty rows are skipped at no cost.",
    "A waiting row gives any of its values in a cycle.",
    "In FF and BP sums come to a PE, and rows that its neighbours need too, without a wait but for the memory's width.",
    "A PE keeps the sums of any kernel row, though registers are counted for three.",
    bankConflictsAreFree,
  ],
  simulate(occupancy, p, kernel) {
    const { layer, fmap, emap } = occupancy;
    const products = kernel.validPairs({ layer, fmap, emap });
    const groups = groupsOf(p);
    const work = rowConvolutions(occupancy, products, p.pes, groups);
    const ways = rowOrders(occupancy, groups, p).map((order) => broughtBy(order, work, layer, groups, p));
    return withMemory(layer, quickest(ways, p), sparseBytes(occupancy, p), p);
  },
  forward: (occupancy, p, kernel) => phaseOf("ff", occupancy, p, kernel),
  backward: (occupancy, p, kernel) => phaseOf("bp", occupancy, p, kernel),
  components(p) {
    const { count: groups, pes: groupPes } = groupsOf(p);
    const word = groupWordBytes(groupPes, formatBytes[p.format]);
    return bufferedArray(
      p,
      p.pes,
      groupPes,
      // sums are in the block's own flip-flops; a PE has a bank of its group's memory
      p.rows === "local"
        ? { operandBuffers: localMemory(groups * groupPes, p.groupBufferBytes / groupPes, word / groupPes) }
        : {},
      [
        bitmapSpreaders(p.globalBufferReadBytes),
        { purpose: "validDataTrace", count: p.pes, netlist: "sparsetrainPe" },
        // PEs stream at paces of their own
        { purpose: "validDataTrace", count: p.pes, netlist: "nonzeroReader" },
      ],
    );
  },
});

function groupsOf(p: { readonly pes: number; readonly groupPes: number }): GroupsOfPes {
  const pes = Math.min(p.groupPes, p.pes);
  return { count: Math.floor(p.pes / pes), pes };
}

function phaseOf(
  phase: WindowPhase,
  occupancy: Occupancy,
  p: RowParameters & { readonly pes: number; readonly groupPes: number },
  kernel: Kernel,
): Activity {
  const compute = rowKernels(phase, occupancy, p.pes, groupsOf(p), p);
  const activity = withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p, phase);
  return zerosGatedIn(phase, activity, occupancy, kernel);
}

/** Cycles of all PEs, and what they work through. */
interface Convolutions extends Omit<Compute, "ports" | "events"> {
  readonly rowWork: RowWork;
}

/** The same work with rows brought in one way. */
function broughtBy(
  order: RowOrder,
  convolutions: Convolutions,
  layer: Layer,
  groups: GroupsOfPes,
  p: RowParameters,
): Compute {
  const { rowWork, ...work } = convolutions;
  const bytes = formatBytes[p.format];
  const products = work.breakdown.busy;
  const swapped = order.swaps ? 4 * layer.S * rowWork.segmentPairs : 0;
  const ofMemory = {
    operandBufferReadBytes: (products + rowWork.streamedValues) * bytes + swapped,
    operandBufferWriteBytes: Math.ceil(order.writtenBytes) + swapped,
  };
  const atMemory = Math.max(...Object.values(ofMemory)) / (groups.count * groupWordBytes(groups.pes, bytes));
  const cycles = p.rows === "local" ? Math.max(work.cycles, Math.ceil(atMemory)) : work.cycles;
  return {
    ...work,
    cycles,
    breakdown: {
      ...work.breakdown,
      mapping: (work.breakdown.mapping ?? 0) + (cycles - work.cycles) * work.macs,
    },
    mapping: `${work.mapping}, ${order.words}`,
    ports: order.ports,
    events: {
      // a use was measured with the cycles of values that meet nothing, and with its sums
      matchedValues: products,
      streamedNonzeros: rowWork.streamedValues,
      ...(p.rows === "local" && ofMemory),
    },
  };
}

function rowConvolutions(
  occupancy: Occupancy,
  products: number,
  pes: number,
  { count: groups, pes: groupPes }: GroupsOfPes,
): Convolutions {
  const { layer } = occupancy;
  const streams = quicker(layer, emapStreams(occupancy), fmapStreams(occupancy));
  let [groupCycles, longest, peCycles] = [0, 0, 0];
  for (const { ks, rows } of convolutionGroups(layer)) {
    const slicesOfKs = ks.map((k) => bitSlices(streams.ofK(k)));
    for (let first = 0; first < rows.length; first += groupPes) {
      const together = rows.slice(first, first + groupPes).map(([c, r]) => bitSlices(streams.ofRow(c, r)));
      for (const slicesOfK of slicesOfKs) {
        let slowest = 0;
        for (const slicesOfRow of together) {
          const cycles = dotProduct(slicesOfK, slicesOfRow);
          peCycles += cycles;
          slowest = Math.max(slowest, cycles);
        }
        groupCycles += slowest;
        longest = Math.max(longest, slowest);
      }
    }
  }
  const cycles = Math.max(longest, Math.ceil(groupCycles / groups));
  return {
    cycles,
    macs: pes,
    mapping: `${streams.streamed} streams`,
    rowWork: { peCycles, ...pairsOf(layer, streams) },
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

/** Streamed values in row pairs that take time, and how many segments of such pairs there are. */
function pairsOf(layer: Layer, streams: RowStreams): Pick<RowWork, "streamedValues" | "segmentPairs"> {
  let [streamedValues, segmentPairs] = [0, 0];
  const segments = Math.ceil(streams.length / streams.width) * Math.ceil(streams.width / segmentPositions);
  for (const { ks, rows } of convolutionGroups(layer)) {
    const [ofKs, ofRows] = [emptyMarks(streams.length, segments), emptyMarks(streams.length, segments)];
    for (const k of ks) mark(streams.ofK(k), streams.width, ofKs);
    for (const [c, r] of rows) mark(streams.ofRow(c, r), streams.width, ofRows);
    for (let i = 0; i < streams.length; i++) streamedValues += ofKs.values[i] * ofRows.values[i];
    for (let i = 0; i < segments; i++) segmentPairs += ofKs.segments[i] * ofRows.segments[i];
  }
  return { streamedValues, segmentPairs };
}

/** How many vectors have something in each place, and in each segment. */
interface Marks {
  readonly values: Uint32Array;
  readonly segments: Uint32Array;
}

const emptyMarks = (length: number, segments: number): Marks => ({
  values: new Uint32Array(length),
  segments: new Uint32Array(segments),
});

function mark(vector: Uint16Array, width: number, { values, segments }: Marks): void {
  const ofRow = Math.ceil(width / segmentPositions);
  for (let row = 0; row * width < vector.length; row++)
    for (let segment = 0; segment < ofRow; segment++) {
      const first = row * width + segment * segmentPositions;
      const end = Math.min((row + 1) * width, first + segmentPositions);
      let any = 0;
      for (let i = first; i < end; i++)
        if (vector[i] > 0) {
          values[i]++;
          any = 1;
        }
      segments[row * ofRow + segment] += any;
    }
}

/** Whichever takes fewer MAC-cycles in all, the first of equals. */
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
