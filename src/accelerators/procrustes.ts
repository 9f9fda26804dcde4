import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { gradientSize } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, leastAtPorts, type PortBytes, quickest } from "./array-ports.ts";
import { bankConflictsAreFree, bitmapSpreaders, localMemory, sumEvents, sumRegisters } from "./components.ts";
import { type Halves, pairedSteps } from "./half-tiles.ts";
import { tapsOfPixels } from "./joined-taps.ts";
import { bufferedArray, gatingIsFree, sparseBytes, withMemory, zerosGatedIn } from "./memory-limits.ts";
import { type ProcrustesParameters, procrustesParameters, roomOfPe } from "./procrustes-parameters.ts";
import { weightsHeld } from "./procrustes-weights.ts";

/**
 * WG: the fmap's nonzeros stay in the PEs, in tiles; the emap is dense, and no gradient is skipped (assumed, D28). FF and BP:
 * the kept weights stay in the PEs, the map is dense; `procrustes-weights.ts`.
 *
 * Array: `rows` x `columns` PEs of one MAC. The PEs of a row hold the same tile, so that only rows can be unevenly loaded:
 * every tile has two halves, and in each step of `rows` tiles the heaviest half is paired with the lightest, and so on. A
 * step takes as long as its heaviest pair. Tiles are planes (n, c), halves their upper and lower rows; next to each other
 * lie tiles of successive images, or of successive channels; columns take k's, or k's x taps without gaps: the best of
 * the four for each layer, the first of equals. A nonzero takes a cycle for each tap that joins it with a position (for each
 * tap, where columns take taps); zeros of the emap are multiplied, masked gradients computed.
 *
 * Operands and sums are in the memory of the PE, 256 words of 32 bits as in that model, half of `peBufferBytes` for each: a product reads a value of both maps, at
 * position and position minus tap. The sum of a k and tap stays in a register for all nonzeros of a half tile, or it is
 * fetched and put back for each product, whichever is less; in the first case the PE finds the half tile's nonzeros in its
 * bitmap again for each tap. Of the orders of loops the one that the ports like best:
 * - tiles held, k's stream by: the fmap crosses the port once, the emap once for each step that needs it: ceil(C / rows)
 *   times where channels lie over rows, C times where images do
 * - k's held, channels stream by: the emap once, the fmap once for each block of k's, ceil(K / columns) times
 * A PE has room for sums of all its k's, or these leave and come again with each image (step of images); an emap plane that
 * does not fit in a PE comes in parts, and sums leave after each.
 *
 * Memory: maps compressed, wanted gradients written; `memory-limits.ts`.
 */
export default accelerator({
  title: "Procrustes: kept weights, in WG fmap nonzeros, in tiles; half tiles re-paired",
  source:
    "Yang et al., MICRO 2020, arXiv 2009.10976: abstract, and its authors' Timeloop model, memory included",
  parameters: procrustesParameters,
  grows: "columns",
  free: [
    "A PE's memory gives a value of each map and takes a sum in every cycle: ports without conflicts.",
    "A tile's nonzeros reach half tiles' new places without a second transfer.",
    "Loads of half tiles are known before a step begins, and are sorted beside it.",
    gatingIsFree,
    "The places of a nonzero's operands in the PEs' memories, and which taps join it with a position, take no logic.",
    "Halos between parts of a plane that does not fit in a PE, and between positions in FF and BP.",
    "In FF and BP positions of all images are dealt to columns without gaps.",
    bankConflictsAreFree,
  ],
  simulate(occupancy, p, kernel) {
    const compute = quickest(
      fmapHeld(occupancy, p).map((mapping) => computeOf(mapping, p)),
      p,
    );
    return phaseOf("wg", compute, occupancy, p, kernel);
  },
  forward: (occupancy, p, kernel) => phaseOf("ff", weightsHeld("ff", occupancy, p), occupancy, p, kernel),
  backward: (occupancy, p, kernel) => phaseOf("bp", weightsHeld("bp", occupancy, p), occupancy, p, kernel),
  components(p) {
    const pes = p.columns * p.rows;
    return bufferedArray(
      p,
      pes,
      p.columns,
      {
        ...sumRegisters(pes),
        // a bank for each operand and one for sums
        operandBuffers: localMemory(3 * pes, p.peBufferBytes / 3, 4),
      },
      [
        bitmapSpreaders(p.globalBufferReadBytes),
        { purpose: "balancer", count: p.rows / rowsOfNetlist, netlist: "procrustesLoad" },
        // the PEs of a row hold the same tile, and walk its nonzeros together
        { purpose: "validDataTrace", count: p.rows, netlist: "nonzeroReader" },
      ],
    );
  },
});

/** Rows whose half tiles the table's netlist sorts; another array costs in proportion. */
const rowsOfNetlist = 16;

function phaseOf(
  phase: Phase,
  compute: Compute,
  occupancy: Occupancy,
  p: ProcrustesParameters,
  kernel: Kernel,
): Activity {
  const activity = withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p, phase);
  return zerosGatedIn(phase, activity, occupancy, kernel);
}

/** A mapping's steps: each load of its tiles takes `cyclesPerLoad`; `products` are made in all. */
interface Mapping {
  readonly words: string;
  readonly tiles: readonly Halves[];
  readonly cyclesPerLoad: number;
  readonly products: number;
  /** nonzeros that rows of PEs walk through for each load's cycle */
  readonly walked: number;
  /** sums fetched from PEs' memories, and put back */
  readonly changedSums: number;
  readonly ports: PortBytes;
}

function computeOf(
  { words, tiles, cyclesPerLoad, products, walked, changedSums, ports }: Mapping,
  { rows, columns, format }: ProcrustesParameters,
): Compute {
  const cycles = pairedSteps(tiles, rows) * cyclesPerLoad;
  const loaded = tiles.reduce((sum, [a, b]) => sum + a + b, 0) * cyclesPerLoad * columns;
  const bytes = formatBytes[format];
  return {
    cycles,
    macs: rows * columns,
    mapping: words,
    breakdown: {
      busy: products,
      mapping: loaded - products,
      columnImbalance: cycles * rows * columns - loaded,
    },
    ports,
    events: {
      ...sumEvents(products),
      operandBufferReadBytes: 2 * products * bytes + 4 * changedSums,
      // a tile is written by the PEs of a row, a value of the emap by those of a column
      operandBufferWriteBytes: Math.ceil(ports.fmap * columns + ports.emap * rows) + 4 * changedSums,
      sortedLoads: 2 * tiles.length,
      streamedNonzeros: walked * cyclesPerLoad,
    },
  };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

function fmapHeld(occupancy: Occupancy, p: ProcrustesParameters): Mapping[] {
  const { N, C, K, R, S, groups } = occupancy.layer;
  const [byTaps, byNonzeros] = fmapTiles(occupancy);
  const ks = K / groups;
  const products = ks * byTaps.reduce((sum, [a, b]) => sum + a + b, 0);
  const changedSums =
    ks * byTaps.reduce((sum, halves) => sum + Math.min(halves[0], R * S) + Math.min(halves[1], R * S), 0);
  const nonzeros = byNonzeros.flat();
  // a sum that stays in its register has all nonzeros of the half tile walked through for each tap
  const byTap = byTaps.flat().map((load, half) => (load > R * S ? load : nonzeros[half]));
  const choices = [
    { tiles: byTaps, walked: total(byTap), cyclesPerLoad: Math.ceil(ks / p.columns), over: "K over columns" },
    {
      tiles: byNonzeros,
      walked: total(nonzeros),
      cyclesPerLoad: Math.ceil((ks * R * S) / p.columns),
      over: "K x taps over columns",
    },
  ];
  return choices.flatMap(({ tiles, walked, cyclesPerLoad, over }) => [
    {
      words: `fmap held, images over rows, ${over}`,
      cyclesPerLoad,
      products,
      walked,
      changedSums,
      // [N][C] becomes [C][N]
      tiles: tiles.map((_, i) => tiles[(i % N) * C + Math.floor(i / N)]),
      ports: operandsOf(occupancy, p, cyclesPerLoad, "images"),
    },
    {
      words: `fmap held, channels over rows, ${over}`,
      cyclesPerLoad,
      products,
      walked,
      changedSums,
      tiles,
      ports: operandsOf(occupancy, p, cyclesPerLoad, "channels"),
    },
  ]);
}

/** `blocks`: how often the columns take new k's (or k's x taps) until they have had all of a group. */
function operandsOf(
  occupancy: Occupancy,
  p: ProcrustesParameters,
  blocks: number,
  overRows: "images" | "channels",
): PortBytes {
  const { layer } = occupancy;
  const { N, C, P, Q, R, S, groups } = layer;
  const { fmap, emap } = sparseBytes(occupancy, p);
  const room = roomOfPe(p);
  const channels = C / groups;
  const byImages = overRows === "images";
  const steps = byImages ? Math.ceil(N / p.rows) : N;
  const sumsFit = blocks * R * S * 4 <= room.sums;
  const visits = sumsFit && !byImages ? 1 : steps;
  const parts = Math.ceil((P * Q * formatBytes[p.format]) / room.operands);
  const unfinished = (times: number) => (times - 1) * gradientSize(layer) * 4;
  const emapTimes = byImages ? channels : Math.ceil(channels / p.rows);
  return leastAtPorts(
    [
      { fmap, emap: emap * emapTimes, weights: 0, sums: unfinished(visits) },
      { fmap: fmap * blocks, emap, weights: 0, sums: unfinished(steps * parts) },
    ],
    p,
  );
}

/** The loads of the planes, [N][C]: taps that join their nonzeros with positions; and nonzeros that have such a tap. */
function fmapTiles({ layer, fmap }: Occupancy): [byTaps: Halves[], byNonzeros: Halves[]] {
  const { N, C, H, W } = layer;
  const tapsOfRow = tapsOfPixels(layer, 0);
  const tapsOfColumn = tapsOfPixels(layer, 1);
  const byTaps: Halves[] = [];
  const byNonzeros: Halves[] = [];
  const middle = Math.ceil(H / 2);
  for (let plane = 0; plane < N * C; plane++) {
    const taps: [number, number] = [0, 0];
    const nonzeros: [number, number] = [0, 0];
    for (let h = 0; h < H; h++) {
      if (tapsOfRow[h] === 0) continue;
      const row = rowLoad(fmap, (plane * H + h) * W, tapsOfColumn);
      const half = h < middle ? 0 : 1;
      taps[half] += tapsOfRow[h] * row.taps;
      nonzeros[half] += row.nonzeros;
    }
    byTaps.push(taps);
    byNonzeros.push(nonzeros);
  }
  return [byTaps, byNonzeros];
}

/** Of a row of the fmap that begins at `first`: nonzeros that a tap of the kernel's row joins, and how many do in all. */
function rowLoad(
  fmap: Uint8Array,
  first: number,
  tapsOfColumn: Uint32Array,
): { readonly taps: number; readonly nonzeros: number } {
  let [taps, nonzeros] = [0, 0];
  for (const [w, joined] of tapsOfColumn.entries()) {
    if (fmap[first + w] === 0 || joined === 0) continue;
    nonzeros++;
    taps += joined;
  }
  return { taps, nonzeros };
}
