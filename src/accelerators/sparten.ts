import { formatBytes } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, quickest } from "./array-ports.ts";
import {
  type ChunkVectors,
  chunkPositions,
  kVectors,
  type PositionBlock,
  windowVectors,
} from "./chunk-vectors.ts";
import { bankConflictsAreFree, bitmapSpreaders, localMemory, sumEvents } from "./components.ts";
import { type JoinCluster, joinWork, pairedVectors, type Wanted } from "./join-cluster.ts";
import {
  bufferedArray,
  type MemoryParameters,
  memoryParameters,
  sparseBytes,
  withMemory,
} from "./memory-limits.ts";

/**
 * Two-sided skipping by bitmaps: a gradient is the dot product of two sparse vectors over positions, the emap of its k and
 * the fmap as its tap sees it, of which a compute unit multiplies where both have a one (assumed, D84).
 *
 * What the paper says: chunks of 128 as a bitmap and values; a unit finds a pair a cycle by an AND, a priority encoder and prefix sums;
 * clusters of 32 units, each of which holds chunks of its own vectors while a chunk of another one is sent to all of them;
 * greedy balancing puts a dense and a sparse vector on one unit. It is a machine for inference: vectors over
 * positions, weight gradients, and what is sent when are ours.
 *
 * Positions are cut into blocks, as many chunks as fit in half of a unit's buffer for both of its vectors, by their mean
 * size. A cluster's task is a set of vectors of one map, in shares alike of up to two a unit, and a block; all
 * vectors of the other map over this block are sent to it. Sent chunks wait in the other half of the buffer, at their full
 * size. A bank of the buffer gives and takes half a bitmap a cycle, which limits how fast chunks come and are joined:
 * `join-cluster.ts`. Tasks are handed to clusters perfectly. Held are k's or windows (c, r, s), whichever is quicker.
 * Masked gradients are computed: the paper knows no results that are not wanted; `skipMasked` leaves them out.
 *
 * Operands: a task's held vectors cross the port once, what is sent once for each task; unfinished sums leave and come again with each
 * block. Bitmaps and values are read from and written to the units' buffers, by every unit that they are sent to.
 *
 * Memory: maps compressed, wanted gradients written; `memory-limits.ts`.
 */
export default accelerator({
  title: "SparTen: two-sided skipping by inner joins of bitmaps, dense vectors paired with sparse ones",
  source:
    "Gondimalla et al., SparTen, MICRO 2019, as recalled; its use for weight gradients, blocks and sizes are ours",
  parameters: {
    pes: {
      value: 256,
      unit: "units",
      about: "compute units, one multiplier each; what fills no cluster is idle",
      max: 65536,
    },
    clusterPes: { value: 32, unit: "units", about: "units of a cluster, which are sent the same chunks" },
    peBufferBytes: {
      value: 2048,
      unit: "bytes",
      about:
        "buffer of a unit, half for its own vectors, half for what is sent; 1 KB of 8-bit values as recalled",
      min: 64,
      max: 1048576,
    },
    skipMasked: { value: false, about: "gradients that the mask does not want are not worked out" },
    ...memoryParameters,
  },
  grows: "pes",
  free: [
    "Tasks are handed to clusters perfectly, and clusters never wait for each other.",
    "The fmap's vectors are cut from its planes for each tap on their way to the array, in no time.",
    "A unit has room for a chunk of each of its vectors and one that is sent, however small its buffer is.",
    "A unit's own vectors of a task come in while the task before is worked on, without room of their own.",
    "A unit's banks have room for whatever shares of values and bitmaps its chunks have.",
    "Nonzeros of vectors are counted, and vectors paired, before a block is begun.",
    "With skipMasked a unit knows without a cycle which gradients are wanted.",
    bankConflictsAreFree,
  ],
  simulate(occupancy, p) {
    const ways = (["k's", "windows"] as const).map((held) => joins(occupancy, p, held));
    return withMemory(occupancy.layer, quickest(ways, p), sparseBytes(occupancy, p), p);
  },
  components(p) {
    return bufferedArray(
      p,
      p.pes,
      Math.min(p.clusterPes, p.pes),
      {
        // two sums at work, two that come or leave
        accumulators: { count: p.pes, words: 4, wordBits: 32, ports: "readAndWrite" },
        // a bank for values of own vectors, one for values that are sent, and one for the bitmaps of both
        operandBuffers: localMemory(3 * p.pes, p.peBufferBytes / 3, bufferWordBytes),
      },
      [
        bitmapSpreaders(p.globalBufferReadBytes),
        { purpose: "validDataTrace", count: p.pes, netlist: "innerJoin" },
      ],
    );
  },
});

const bitmapBytes = chunkPositions / 8;
/** What a bank of a unit's buffer gives and takes in a cycle: half a bitmap, the narrowest word of the grid of macros. */
const bufferWordBytes = 8;

type SpartenParameters = MemoryParameters & {
  readonly pes: number;
  readonly clusterPes: number;
  readonly peBufferBytes: number;
  readonly skipMasked: boolean;
};

/** What all tasks take, added up. */
interface Totals {
  clusterCycles: number;
  longest: number;
  unitCycles: number;
  pairs: number;
  joins: number;
  /** unit-cycles of units that hold nothing */
  unused: number;
  heldBytes: number;
  sentBytes: number;
  /** what is sent, for each unit that takes it */
  receivedBytes: number;
}

/** The layer with vectors of one map held, those of the other one sent. */
function joins(occupancy: Occupancy, p: SpartenParameters, held: "k's" | "windows"): Compute {
  const { layer } = occupancy;
  const clusterPes = Math.min(p.clusterPes, p.pes);
  const clusters = Math.floor(p.pes / clusterPes);
  const room = p.peBufferBytes / 2;
  const bytes = formatBytes[p.format];
  const cluster = {
    units: clusterPes,
    sentAhead: Math.max(1, Math.floor(room / chunkBytes(chunkPositions, bytes))),
    sendCycles: (ones: number) => Math.ceil(chunkBytes(ones, bytes) / bufferWordBytes),
  };
  const blocks = blocksOf(occupancy, held, room, bytes);
  const totals: Totals = {
    clusterCycles: 0,
    longest: 0,
    unitCycles: 0,
    pairs: 0,
    joins: 0,
    unused: 0,
    heldBytes: 0,
    sentBytes: 0,
    receivedBytes: 0,
  };
  for (let group = 0; group < layer.groups; group++)
    for (const block of blocks) {
      const vectors = {
        "k's": kVectors(occupancy, group, block),
        windows: windowVectors(occupancy, group, block),
      };
      const sent = vectors[held === "k's" ? "windows" : "k's"];
      addTasks(totals, vectors[held], sent, cluster, bytes, wantedBy(occupancy, p, group, held));
    }
  return computeOf(totals, occupancy, p, held, { clusters, clusterPes, blocks: blocks.length });
}

const chunkBytes = (ones: number, valueBytes: number): number => bitmapBytes + ones * valueBytes;

/** Blocks of as many chunks as a unit holds of two vectors of the map, which are as dense as all of it. */
function blocksOf(
  { layer, fmap, emap }: Occupancy,
  held: "k's" | "windows",
  room: number,
  valueBytes: number,
): PositionBlock[] {
  const map = held === "k's" ? emap : fmap;
  const density = map.reduce((sum, flag) => sum + flag, 0) / map.length;
  const chunks = Math.max(1, Math.floor(room / (2 * chunkBytes(density * chunkPositions, valueBytes))));
  const positions = layer.N * layer.P * layer.Q;
  const size = chunks * chunkPositions;
  return Array.from({ length: Math.ceil(positions / size) }, (_, i) => ({
    first: i * size,
    end: Math.min(positions, (i + 1) * size),
  }));
}

function wantedBy(
  { layer, mask }: Occupancy,
  { skipMasked }: SpartenParameters,
  group: number,
  held: string,
): Wanted {
  if (!mask || !skipMasked) return () => true;
  const windows = gradientsOfK(layer);
  const first = (group * layer.K) / layer.groups;
  const flag = (k: number, window: number) => mask[(first + k) * windows + window] === 1;
  return held === "k's" ? flag : (window, k) => flag(k, window);
}

const gradientsOfK = ({ C, R, S, groups }: Layer): number => (C / groups) * R * S;

/** All sets of held vectors over one block. */
function addTasks(
  totals: Totals,
  held: ChunkVectors,
  sent: ChunkVectors,
  cluster: JoinCluster,
  valueBytes: number,
  wanted: Wanted,
): void {
  totals.heldBytes += bytesOf(held, valueBytes);
  const sentBytes = bytesOf(sent, valueBytes);
  const sets = Math.ceil(held.count / (2 * cluster.units));
  for (let set = 0; set < sets; set++) {
    const [from, to] = [set, set + 1].map((i) => Math.floor((i * held.count) / sets));
    const vectors = Array.from({ length: to - from }, (_, i) => from + i);
    const work = joinWork(held, pairedVectors(held, vectors, cluster.units), sent, cluster, wanted);
    totals.clusterCycles += work.cycles;
    totals.longest = Math.max(totals.longest, work.cycles);
    totals.unitCycles += work.unitCycles;
    totals.pairs += work.pairs;
    totals.joins += work.joins;
    totals.unused += (cluster.units - work.units) * work.cycles;
    totals.sentBytes += sentBytes;
    totals.receivedBytes += sentBytes * work.units;
  }
}

/** Chunks with nonzeros, their bitmaps and values. */
function bytesOf({ ones }: ChunkVectors, valueBytes: number): number {
  let bytes = 0;
  for (const count of ones) if (count > 0) bytes += chunkBytes(count, valueBytes);
  return bytes;
}

function computeOf(
  totals: Totals,
  occupancy: Occupancy,
  p: SpartenParameters,
  held: "k's" | "windows",
  {
    clusters,
    clusterPes,
    blocks,
  }: { readonly clusters: number; readonly clusterPes: number; readonly blocks: number },
): Compute {
  const { clusterCycles, longest, unitCycles, pairs, unused } = totals;
  const { layer, mask } = occupancy;
  const cycles = Math.max(longest, Math.ceil(clusterCycles / clusters));
  const sums =
    mask && p.skipMasked ? mask.reduce((sum, flag) => sum + flag, 0) : layer.K * gradientsOfK(layer);
  const bytes = { [held]: totals.heldBytes, [held === "k's" ? "windows" : "k's"]: totals.sentBytes };
  return {
    cycles,
    macs: p.pes,
    mapping: `${held} held, ${blocks} blocks`,
    breakdown: {
      busy: pairs,
      validDataTrace: unitCycles - pairs,
      columnImbalance: clusterCycles * clusterPes - unused - unitCycles,
      betweenColumns: (cycles * clusters - clusterCycles) * clusterPes,
      mapping: unused + cycles * (p.pes - clusters * clusterPes),
    },
    ports: { fmap: bytes.windows, emap: bytes["k's"], weights: 0, sums: (blocks - 1) * sums * 4 },
    events: {
      ...sumEvents(pairs),
      joinedPairs: pairs,
      operandBufferReadBytes: 2 * (pairs * formatBytes[p.format] + totals.joins * bitmapBytes),
      operandBufferWriteBytes: totals.heldBytes + totals.receivedBytes,
    },
  };
}
