import type { Occupancy } from "../trace/occupancy.ts";
import type { Components, LogicComponent } from "./components.ts";
import { bufferedArray, type Compute, type MemoryParameters } from "./memory-limits.ts";

/** The array of SCNN: PEs that tile the picture, in each a small array of multipliers. */
export const cartesianParameters = {
  peRows: { value: 4, unit: "PEs", about: "PEs that a column of the picture is tiled over" },
  peColumns: { value: 4, unit: "PEs", about: "PEs that a row of the picture is tiled over" },
  fmapVector: { value: 4, unit: "values", about: "fmap nonzeros that a PE multiplies in a cycle" },
  emapVector: { value: 4, unit: "values", about: "with so many emap nonzeros, every one with every other" },
} as const;

type CartesianSize = Readonly<Record<keyof typeof cartesianParameters, number>>;

/** PEs of `fmapVector` x `emapVector` multipliers; a crossbar takes each product to its sum. */
export function cartesianArray(
  p: CartesianSize & MemoryParameters,
  logic: readonly LogicComponent[] = [],
): Components {
  const ofPe = p.fmapVector * p.emapVector;
  const macs = p.peRows * p.peColumns * ofPe;
  const levels = Math.max(1, Math.ceil(Math.log2(ofPe) / 2));
  const crossbar: LogicComponent = { purpose: "interconnect", block: "crossbar", count: macs * levels };
  return bufferedArray(p, macs, ofPe, [crossbar, ...logic]);
}

/** Inclusive edges of a part of the picture: rows `top` to `bottom`, columns `left` to `right`. */
export type Box = [top: number, left: number, bottom: number, right: number];

/**
 * Which nonzeros of one image's emap, over all k's of a group, are multiplied with a vector of fmap nonzeros that lies
 * within `box`.
 */
export interface EmapSelection {
  selected(...box: Box): number;
  /** cycles to hand out `selected` of them */
  cycles(selected: number, ...box: Box): number;
}

/**
 * A layer on PEs that multiply every value of a vector with every value of another. `selectionOf(n, group)` says which
 * values of the emap are chosen. Of these mappings the one that takes the least cycles, the first of equals:
 * - planes: a PE takes one plane (n, c) of the fmap at a time, and all k's of its group; planes are handed out perfectly
 * - tiles: every PE takes its tile of every plane; no PE waits for another before the end
 * - one position at a time, where R = S = 1: all channels of a group with all its k's; every product is valid
 * What vectors leave empty is booked as `columnImbalance`, PEs that are done early as `betweenColumns`.
 */
export function cartesianProduct(
  occupancy: Occupancy,
  p: CartesianSize,
  selectionOf: (n: number, group: number) => EmapSelection,
): Compute {
  const { layer } = occupancy;
  const candidates = [planes(occupancy, p, selectionOf), tiles(occupancy, p, selectionOf)];
  if (layer.R * layer.S === 1) candidates.push(positions(occupancy, p));
  const best = candidates.reduce((least, next) => (next.cycles < least.cycles ? next : least));
  const pes = p.peRows * p.peColumns;
  const multipliers = p.fmapVector * p.emapVector;
  const { cycles, products, peCycles, mapping } = best;
  return {
    ...{ cycles, macs: pes * multipliers, mapping },
    breakdown: {
      busy: products,
      columnImbalance: peCycles * multipliers - products,
      betweenColumns: (cycles * pes - peCycles) * multipliers,
    },
  };
}

interface Candidate {
  readonly cycles: number;
  readonly products: number;
  /** cycles of all PEs together */
  readonly peCycles: number;
  readonly mapping: string;
}

function planes(
  occupancy: Occupancy,
  p: CartesianSize,
  selectionOf: (n: number, group: number) => EmapSelection,
): Candidate {
  let [peCycles, longest] = [0, 0];
  const products = sweep(occupancy, 1, 1, p.fmapVector, selectionOf, (_, cycles) => {
    peCycles += cycles;
    longest = Math.max(longest, cycles);
  });
  const cycles = Math.max(longest, Math.ceil(peCycles / (p.peRows * p.peColumns)));
  return { cycles, products, peCycles, mapping: "planes over PEs" };
}

function tiles(
  occupancy: Occupancy,
  p: CartesianSize,
  selectionOf: (n: number, group: number) => EmapSelection,
): Candidate {
  const loads = new Float64Array(p.peRows * p.peColumns);
  const products = sweep(occupancy, p.peRows, p.peColumns, p.fmapVector, selectionOf, (pe, cycles) => {
    loads[pe] += cycles;
  });
  const peCycles = loads.reduce((sum, load) => sum + load, 0);
  const cycles = loads.reduce((most, load) => Math.max(most, load), 0);
  return { cycles, products, peCycles, mapping: "tiles of the picture over PEs" };
}

/**
 * Cuts every plane of the fmap into tilesDown x tilesAcross tiles and reports each tile's cycles. The nonzeros of a tile
 * form vectors in row-major order, the last one short. Returns the products made.
 */
function sweep(
  { layer, fmap }: Occupancy,
  tilesDown: number,
  tilesAcross: number,
  vector: number,
  selectionOf: (n: number, group: number) => EmapSelection,
  onTile: (tile: number, cycles: number) => void,
): number {
  const { N, C, H, W, groups } = layer;
  const height = Math.ceil(H / tilesDown);
  const width = Math.ceil(W / tilesAcross);
  let products = 0;
  for (let n = 0; n < N; n++)
    for (let group = 0; group < groups; group++) {
      const selection = selectionOf(n, group);
      for (let c = (group * C) / groups; c < ((group + 1) * C) / groups; c++)
        for (let tile = 0; tile < tilesDown * tilesAcross; tile++) {
          const firstRow = Math.floor(tile / tilesAcross) * height;
          const firstColumn = (tile % tilesAcross) * width;
          let [cycles, held] = [0, 0];
          let [top, left, bottom, right] = [0, W, 0, 0];
          const flush = () => {
            const selected = selection.selected(top, left, bottom, right);
            products += held * selected;
            cycles += selection.cycles(selected, top, left, bottom, right);
            [held, left, right] = [0, W, 0];
          };
          for (let h = firstRow; h < Math.min(H, firstRow + height); h++)
            for (let w = firstColumn; w < Math.min(W, firstColumn + width); w++) {
              if (fmap[((n * C + c) * H + h) * W + w] === 0) continue;
              if (held === 0) top = h;
              bottom = h;
              if (w < left) left = w;
              if (w > right) right = w;
              if (++held === vector) flush();
            }
          if (held > 0) flush();
          onTile(tile, cycles);
        }
    }
  return products;
}

/** A layer with R = S = 1, one position at a time: every channel meets every k of its group where the positions match. */
function positions(occupancy: Occupancy, p: CartesianSize): Candidate {
  const { layer, fmap } = occupancy;
  const { N, C, H, W, P, Q, stride, padding, groups } = layer;
  let [products, peCycles, longest] = [0, 0, 0];
  const inFmap = new Uint32Array(P * Q);
  const work = new Float64Array(P * Q);
  for (let n = 0; n < N; n++) {
    work.fill(0);
    for (let group = 0; group < groups; group++) {
      inFmap.fill(0);
      const inEmap = emapCounts(occupancy, n, group);
      for (let c = (group * C) / groups; c < ((group + 1) * C) / groups; c++)
        for (let i = 0; i < P * Q; i++) {
          const h = Math.floor(i / Q) * stride[0] - padding[0];
          const w = (i % Q) * stride[1] - padding[1];
          if (h >= 0 && h < H && w >= 0 && w < W) inFmap[i] += fmap[((n * C + c) * H + h) * W + w];
        }
      for (let i = 0; i < P * Q; i++) {
        products += inFmap[i] * inEmap[i];
        work[i] += Math.ceil(inFmap[i] / p.fmapVector) * Math.ceil(inEmap[i] / p.emapVector);
      }
    }
    for (const cycles of work) {
      peCycles += cycles;
      longest = Math.max(longest, cycles);
    }
  }
  const cycles = Math.max(longest, Math.ceil(peCycles / (p.peRows * p.peColumns)));
  return { cycles, products, peCycles, mapping: "channels x k's at one position after another" };
}

/** Nonzeros of image n's emap over all k's of a group: how many at each position, [P][Q]. */
export function emapCounts({ layer, emap }: Occupancy, n: number, group: number): Uint32Array {
  const { K, groups } = layer;
  const plane = layer.P * layer.Q;
  const counts = new Uint32Array(plane);
  for (let k = (group * K) / groups; k < ((group + 1) * K) / groups; k++)
    for (let i = 0; i < plane; i++) counts[i] += emap[(n * K + k) * plane + i];
  return counts;
}
