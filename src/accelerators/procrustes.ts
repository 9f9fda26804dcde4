import type { Occupancy } from "../trace/occupancy.ts";
import { accelerator } from "./accelerator.ts";
import { tapsOfPixels } from "./joined-taps.ts";
import { bufferedArray, type Compute, memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";

/**
 * One sparse tensor stays in the PEs, in tiles; the other operand is dense (assumed, D28).
 *
 * Array: `rows` x `columns` PEs of one MAC. The PEs of a row hold the same tile, so that only rows can be unevenly loaded:
 * every tile has two halves, and in each step of `rows` tiles the heaviest half is paired with the lightest, and so on. A
 * step takes as long as its heaviest pair. The best of these for each layer, the first of equals:
 * - fmap held (its authors' model): tiles are planes (n, c), halves their upper and lower rows; next to each other lie
 *   tiles of successive images, or of successive channels; columns take k's, or k's x taps without gaps. A nonzero takes
 *   a cycle for each tap that joins it with a position (for each tap, where columns take taps); zeros of the emap are
 *   multiplied, masked gradients computed.
 * - gradient held: the mask of the wanted gradients is that of the weights; tiles are k's or channels, halves the first
 *   and second half of their gradients; columns take positions (N x P x Q). A wanted gradient takes a cycle for each
 *   position; zeros of both maps are multiplied.
 *
 * Memory: maps compressed, wanted gradients written; the best case of `memory-limits.ts`.
 */
export default accelerator({
  title: "Procrustes: one sparse tensor in tiles, half tiles re-paired",
  source:
    "Yang et al., MICRO 2020, arXiv 2009.10976: abstract, and its authors' Timeloop model; what is unclear at its best",
  parameters: {
    columns: { value: 16, unit: "columns", about: "PEs that hold the same tile" },
    rows: { value: 16, unit: "PEs", about: "tiles at a time" },
    ...memoryParameters,
  },
  grows: "columns",
  simulate(occupancy, p) {
    const mappings = [...fmapHeld(occupancy, p.columns), ...gradientHeld(occupancy, p.columns)];
    const computes = mappings.map((mapping) => compute(mapping, p.rows, p.columns));
    const best = computes.reduce((least, next) => (next.cycles < least.cycles ? next : least));
    return withMemory(occupancy.layer, best, sparseBytes(occupancy, p), p);
  },
  // loads of half tiles, held against each other
  components: (p) =>
    bufferedArray(p, p.columns * p.rows, p.columns, [
      { purpose: "balancer", block: "comparator", count: p.rows },
      { purpose: "balancer", block: "counter", count: 2 * p.rows },
    ]),
});

/** A tile's load: what each of its halves takes of a PE. */
type Halves = readonly [number, number];

/** Steps of `rows` tiles, their halves paired anew: the loads of the heaviest pairs, added up. */
function pairedSteps(tiles: readonly Halves[], rows: number): number {
  let total = 0;
  for (let first = 0; first < tiles.length; first += rows) {
    const halves = tiles
      .slice(first, first + rows)
      .flat()
      .sort((a, b) => a - b);
    // rows without a tile of their own take halves too
    while (halves.length < 2 * rows) halves.unshift(0);
    let heaviest = 0;
    for (let i = 0; i < rows; i++) heaviest = Math.max(heaviest, halves[i] + halves[2 * rows - 1 - i]);
    total += heaviest;
  }
  return total;
}

/** A mapping's steps: each load of its tiles takes `cyclesPerLoad`; `products` are made in all. */
interface Mapping {
  readonly words: string;
  readonly tiles: readonly Halves[];
  readonly cyclesPerLoad: number;
  readonly products: number;
}

function compute({ words, tiles, cyclesPerLoad, products }: Mapping, rows: number, columns: number): Compute {
  const cycles = pairedSteps(tiles, rows) * cyclesPerLoad;
  const loaded = tiles.reduce((sum, [a, b]) => sum + a + b, 0) * cyclesPerLoad * columns;
  return {
    ...{ cycles, macs: rows * columns, mapping: words },
    breakdown: {
      busy: products,
      mapping: loaded - products,
      columnImbalance: cycles * rows * columns - loaded,
    },
  };
}

function fmapHeld(occupancy: Occupancy, columns: number): Mapping[] {
  const { N, C, K, R, S, groups } = occupancy.layer;
  const [byTaps, byNonzeros] = fmapTiles(occupancy);
  const ks = K / groups;
  const products = ks * byTaps.reduce((sum, [a, b]) => sum + a + b, 0);
  const choices = [
    { tiles: byTaps, cyclesPerLoad: Math.ceil(ks / columns), over: "K over columns" },
    { tiles: byNonzeros, cyclesPerLoad: Math.ceil((ks * R * S) / columns), over: "K x taps over columns" },
  ];
  return choices.flatMap(({ tiles, cyclesPerLoad, over }) => [
    {
      ...{ words: `fmap held, images over rows, ${over}`, cyclesPerLoad, products },
      // [N][C] becomes [C][N]
      tiles: tiles.map((_, i) => tiles[(i % N) * C + Math.floor(i / N)]),
    },
    { words: `fmap held, channels over rows, ${over}`, cyclesPerLoad, products, tiles },
  ]);
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
      let [reached, columnTaps] = [0, 0];
      for (let w = 0; w < W; w++) {
        if (fmap[(plane * H + h) * W + w] === 0 || tapsOfColumn[w] === 0) continue;
        reached++;
        columnTaps += tapsOfColumn[w];
      }
      const half = h < middle ? 0 : 1;
      taps[half] += tapsOfRow[h] * columnTaps;
      if (tapsOfRow[h] > 0) nonzeros[half] += reached;
    }
    byTaps.push(taps);
    byNonzeros.push(nonzeros);
  }
  return [byTaps, byNonzeros];
}

function gradientHeld({ layer, mask }: Occupancy, columns: number): Mapping[] {
  const { N, C, K, P, Q, R, S, groups } = layer;
  const [channels, ks] = [C / groups, K / groups];
  const ofKs = Array.from({ length: K }, (): [number, number] => [0, 0]);
  const ofChannels = Array.from({ length: C }, (): [number, number] => [0, 0]);
  for (let k = 0; k < K; k++)
    for (let c = 0; c < channels; c++) {
      const first = (k * channels + c) * R * S;
      let wanted = R * S;
      if (mask) {
        wanted = 0;
        for (let tap = 0; tap < R * S; tap++) wanted += mask[first + tap];
      }
      ofKs[k][c < channels / 2 ? 0 : 1] += wanted;
      ofChannels[Math.floor(k / ks) * channels + c][k % ks < ks / 2 ? 0 : 1] += wanted;
    }
  const wanted = ofKs.reduce((sum, [a, b]) => sum + a + b, 0);
  const cyclesPerLoad = Math.ceil((N * P * Q) / columns);
  const products = wanted * N * P * Q;
  return [
    { words: "gradient held, K over rows, positions over columns", tiles: ofKs, cyclesPerLoad, products },
    {
      ...{ words: "gradient held, channels over rows, positions over columns", cyclesPerLoad, products },
      tiles: ofChannels,
    },
  ];
}
