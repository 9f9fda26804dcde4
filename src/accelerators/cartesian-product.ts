import type { EventCounts } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { type Compute, type PortBytes, quickest } from "./array-ports.ts";
import {
  bankConflictsAreFree,
  bitmapSpreaders,
  type Components,
  type LogicComponent,
  localMemory,
  sumEvents,
} from "./components.ts";
import { bufferedArray, type MemoryParameters, sparseBytes } from "./memory-limits.ts";
import { type PlaneTiling, type TileProduct, tilingsOf } from "./plane-tiles.ts";
import { positionProducts } from "./position-products.ts";

/** The array of SCNN: PEs with a small array of multipliers, banks of sums, and a buffer for operands. */
export const cartesianParameters = {
  peRows: { value: 4, unit: "PEs", about: "PEs in a column" },
  peColumns: { value: 4, unit: "PEs", about: "PEs in a row" },
  fmapVector: { value: 4, unit: "values", about: "fmap nonzeros that a PE multiplies in a cycle" },
  emapVector: { value: 4, unit: "values", about: "with so many emap nonzeros, every one with every other" },
  accumulators: {
    value: 1024,
    unit: "sums",
    about: "sums in a PE, in two banks a multiplier: 32 of 32, as recalled of SCNN",
    max: 65536,
  },
  peBufferBytes: {
    value: 4096,
    unit: "bytes",
    about: "emap nonzeros of a tile in a PE, a byte of position each",
    max: 1048576,
  },
} as const;

export type CartesianParameters = MemoryParameters &
  Readonly<Record<keyof typeof cartesianParameters, number>>;

/** What is free for both machines of this array. */
export const cartesianFree: readonly string[] = [
  "Products reach banks of sums without conflicts, two banks a multiplier.",
  "Tiles and their k's are handed to PEs perfectly.",
  "The nonzeros of all k's of a tile are packed into vectors without gaps.",
  "A compressed map can be entered at any tile; positions cross the wires beside the port without taking time.",
  "The best tile of each layer is known beforehand.",
  bankConflictsAreFree,
];

/** PEs of `fmapVector` x `emapVector` multipliers; a crossbar takes each product to the bank of its sum. */
export function cartesianArray(p: CartesianParameters, logic: readonly LogicComponent[] = []): Components {
  const pes = p.peRows * p.peColumns;
  const ofPe = p.fmapVector * p.emapVector;
  const banks = banksOf(p);
  const valueBytes = formatBytes[p.format];
  return bufferedArray(
    p,
    pes * ofPe,
    ofPe,
    {
      accumulators: localMemory(pes * banks, (4 * p.accumulators) / banks, 4),
      operandBuffers: localMemory(pes, p.peBufferBytes, p.emapVector * (valueBytes + positionBytes)),
    },
    [
      bitmapSpreaders(p.globalBufferReadBytes),
      // behind the port, as many as find the positions of all values that it moves in a cycle
      {
        purpose: "validDataTrace",
        count: Math.ceil(p.globalBufferReadBytes / (nonzerosOfReader * valueBytes)),
        netlist: "nonzeroReader4",
      },
      { purpose: "validDataTrace", count: (pes * ofPe) / productsOfNetlist, netlist: "coordinates" },
      {
        purpose: "interconnect",
        count: (pes * ofPe * banks) / (productsOfNetlist * banksOfNetlist),
        netlist: "scatter",
      },
      // each bank adds, a multiplier has only one adder
      { purpose: "accumulators", count: pes * (banks - ofPe), block: "sumAdder" },
      ...logic,
    ],
  );
}

const banksOf = ({ fmapVector, emapVector }: CartesianParameters): number => 2 * fmapVector * emapVector;
/** The netlists take 16 products to 32 banks; another array costs in proportion. */
const productsOfNetlist = 16;
const banksOfNetlist = 32;
/** That one of them finds in a cycle. */
const nonzerosOfReader = 4;
/** Beside a nonzero in a PE: where in the tile it is. */
export const positionBytes = 1;

/**
 * A layer on PEs that multiply every value of a vector with every value of another, at its best case. `product` says what
 * a tile takes. Of these mappings the one that takes the least time, the first of equals:
 * - tiles of the emap plane of one of the sizes of `plane-tiles.ts`: a PE takes a tile of one image, over all k's of the
 *   group, with that part of one channel of the fmap that the tile's taps reach; tiles, and the k's of one, are handed out
 *   perfectly
 * - one position at a time, where R = S = 1: all channels of a group with all its k's; every product is valid
 * What vectors leave empty is booked as `columnImbalance`, PEs that are done early as `betweenColumns`.
 *
 * At the ports: the PEs take channels side by side and share what comes of the emap, which comes once for each round of
 * channels. A PE keeps the sums of its channel and of as many k's as it has room for, and as fit in its buffer with the
 * tile's nonzeros (a mean over the layer), over all tiles and images; the fmap's parts, halos included, come once for each
 * such block of k's.
 */
export function cartesianProduct(
  occupancy: Occupancy,
  p: CartesianParameters,
  kernel: Kernel,
  product: TileProduct,
): Compute {
  const { layer, fmap, emap } = occupancy;
  const useful = kernel.validPairs({ layer, fmap, emap });
  const ways = tilingsOf(occupancy, product).map((tiling) => tiledWay(occupancy, p, useful, tiling));
  if (layer.R * layer.S === 1) ways.push(positionWay(occupancy, p));
  return quickest(ways, p);
}

interface Work {
  readonly mapping: string;
  readonly peCycles: number;
  readonly longest: number;
  readonly products: number;
}

/** What work on this array takes; `useful` of its products are added. */
export function wayOf(
  work: Work,
  p: CartesianParameters,
  useful: number,
  ports: PortBytes,
  events: Partial<EventCounts>,
) {
  const { mapping, peCycles, longest, products } = work;
  const pes = p.peRows * p.peColumns;
  const multipliers = p.fmapVector * p.emapVector;
  const cycles = Math.max(longest, Math.ceil(peCycles / pes));
  return {
    cycles,
    macs: pes * multipliers,
    mapping,
    breakdown: {
      busy: products,
      columnImbalance: peCycles * multipliers - products,
      betweenColumns: (cycles * pes - peCycles) * multipliers,
    },
    ports,
    events: {
      ...sumEvents(useful),
      droppedProducts: products - useful,
      locatedProducts: products,
      scatteredProducts: useful,
      ...events,
    },
  };
}

function tiledWay(
  occupancy: Occupancy,
  p: CartesianParameters,
  useful: number,
  tiling: PlaneTiling,
): Compute {
  const { N, C, K, R, S, groups } = occupancy.layer;
  const bytes = formatBytes[p.format];
  const held = bytes + positionBytes;
  const channels = C / groups;
  const emapNonzeros = countOnes(occupancy.emap);
  const nonzerosOfTile = emapNonzeros / (N * groups * tiling.tilesOfPlane);
  const blocks = Math.max(
    1,
    Math.ceil(((K / groups) * R * S) / p.accumulators),
    Math.ceil((nonzerosOfTile * held) / p.peBufferBytes),
  );
  const rounds = Math.ceil(channels / (p.peRows * p.peColumns));
  const ports: PortBytes = {
    fmap: blocks * (tiling.fmapValues * bytes + tiling.fmapPixels / 8),
    emap: rounds * sparseBytes(occupancy, p).emap,
    weights: 0,
    sums: 0,
  };
  const fmapMoved = blocks * tiling.fmapValues * held;
  return wayOf(tiling, p, useful, ports, {
    vectorNonzeros: blocks * tiling.fmapValues + rounds * emapNonzeros,
    comparedCandidates: tiling.compared,
    operandBufferReadBytes: tiling.emapValues * bytes + tiling.emapPositions * positionBytes + fmapMoved,
    operandBufferWriteBytes: emapNonzeros * channels * held + fmapMoved,
  });
}

/** Sums of a rectangle of channels x k's stay in all PEs together; each map comes once for each rectangle of the other (assumed, D69). */
function positionWay(occupancy: Occupancy, p: CartesianParameters): Compute {
  const { C, K, groups } = occupancy.layer;
  const work = positionProducts(occupancy, p.fmapVector, p.emapVector);
  const sums = p.accumulators * p.peRows * p.peColumns;
  const [channels, ks] = [C / groups, K / groups];
  const heldKs = Math.min(ks, Math.max(1, Math.floor(Math.sqrt(sums)), Math.floor(sums / channels)));
  const heldChannels = Math.max(1, Math.floor(sums / heldKs));
  const { fmap, emap } = sparseBytes(occupancy, p);
  const times = { fmap: Math.ceil(ks / heldKs), emap: Math.ceil(channels / heldChannels) };
  const ports: PortBytes = { fmap: fmap * times.fmap, emap: emap * times.emap, weights: 0, sums: 0 };
  const held = formatBytes[p.format] + positionBytes;
  const moved = Math.ceil(ports.fmap + ports.emap);
  return wayOf(work, p, work.products, ports, {
    vectorNonzeros: times.fmap * countOnes(occupancy.fmap) + times.emap * countOnes(occupancy.emap),
    operandBufferReadBytes: work.emapValues * held + moved,
    operandBufferWriteBytes: moved,
  });
}
