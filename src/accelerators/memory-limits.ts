import {
  type Activity,
  type CycleBreakdown,
  type EventCounts,
  emptyBreakdown,
  type IdleCause,
  noEvents,
} from "../events.ts";
import { compressedBytes, formatBytes } from "../hardware/parameters.ts";
import type { ParameterValues } from "../parameter.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import {
  bankedBuffer,
  type Components,
  type LogicComponent,
  registerEvents,
  registersOfMacs,
} from "./components.ts";

/** Buffer, ports and DRAM, the same for every machine that swg is compared with: sizes and rates are those of swg. */
export const memoryParameters = {
  unlimitedPorts: { value: false, about: "every transfer takes no time" },
  format: {
    value: "bf16",
    choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
    about: "values of maps and gradients; sums have 4 bytes",
  },
  clockMhz: { value: 200, unit: "MHz", about: "clock of array, buffer and ports", max: 10000 },
  localBufferKib: { value: 512, unit: "KiB", about: "buffer for maps and sums", max: 1048576 },
  globalBufferReadBytes: { value: 128, unit: "bytes a cycle", about: "buffer to array" },
  globalBufferWriteBytes: { value: 128, unit: "bytes a cycle", about: "array to buffer" },
  dramMbps: { value: 25600, unit: "MB/s", about: "DRAM, both ways together", max: 10000000 },
} as const;

export type MemoryParameters = ParameterValues<typeof memoryParameters>;

/** `macs` multipliers with registers beside them and one buffer; `groupMacs` of them are close together. */
export const bufferedArray = (
  p: MemoryParameters,
  macs: number,
  groupMacs: number,
  logic: readonly LogicComponent[] = [],
): Components => ({
  ...{ clockMhz: p.clockMhz, format: p.format, ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }) },
  ...{ macs, groupMacs, crossbarLevels: 0, logic },
  memories: {
    ...registersOfMacs(macs, formatBytes[p.format]),
    globalBuffer: bankedBuffer(p.localBufferKib * 1024, p.globalBufferReadBytes),
  },
});

/** What a machine does with a layer when its data is always there: a breakdown that sums to macs x cycles. */
export interface Compute {
  readonly cycles: number;
  readonly macs: number;
  readonly breakdown: Partial<CycleBreakdown> & { readonly busy: number };
  readonly mapping: string;
}

/** Bytes that a layer's tensors have where they are read, and gradients where they are written; weights have as many. */
export interface TensorBytes {
  readonly fmap: number;
  readonly emap: number;
  readonly gradient: number;
  /** of the maps' bytes, those of bitmaps */
  readonly bitmaps: { readonly fmap: number; readonly emap: number };
}

/** Every value of every tensor, masked gradients as well. */
export function denseBytes(layer: Layer, { format }: MemoryParameters): TensorBytes {
  const bytes = formatBytes[format];
  return {
    fmap: fmapSize(layer) * bytes,
    emap: emapSize(layer) * bytes,
    gradient: gradientSize(layer) * bytes,
    bitmaps: { fmap: 0, emap: 0 },
  };
}

/** Maps as bitmap + nonzero values, wanted gradients only: what swg moves (D10). */
export function sparseBytes(
  { layer, fmap, emap, mask }: Occupancy,
  { format }: MemoryParameters,
): TensorBytes {
  const bytes = formatBytes[format];
  return {
    fmap: compressedBytes(fmap.length, countOnes(fmap), bytes),
    emap: compressedBytes(emap.length, countOnes(emap), bytes),
    gradient: (mask ? countOnes(mask) : gradientSize(layer)) * bytes,
    bitmaps: { fmap: compressedBytes(fmap.length, 0, bytes), emap: compressedBytes(emap.length, 0, bytes) },
  };
}

/**
 * A layer's activity once memory has its say. Of the loop orders below the one that reads least from DRAM; what comes
 * from DRAM crosses the read port once, for the array's registers have their best case too; results leave once.
 * Compute, ports and DRAM overlap perfectly: the slowest of them is the time, and one cycle is the least. Waits for the
 * read port are booked to the map of the phase, in WG to the larger one. Energy follows from the same best case: a value
 * leaves the buffer once for each time it comes from DRAM, sums leave the array once, operands and sums of a MAC are in
 * registers (assumed, D42).
 */
export function withMemory(
  layer: Layer,
  { cycles: computeCycles, macs, breakdown: spent, mapping }: Compute,
  tensors: TensorBytes,
  p: MemoryParameters,
  phase: Phase = "wg",
): Activity {
  const { operands, sumBytes, written } = productOf(phase, layer, tensors, p);
  const order = bestLoopOrder(operands, sumBytes, layer.groups, p.localBufferKib * 1024);
  const { fmap, emap, weights } = { fmap: 0, emap: 0, weights: 0, ...order.bytes };
  const read = fmap + emap + weights;
  const breakdown: CycleBreakdown = { ...emptyBreakdown(), ...spent };
  let cycles = Math.max(1, computeCycles);
  breakdown.mapping += (cycles - computeCycles) * macs;
  if (!p.unlimitedPorts) {
    const limits: [IdleCause, number][] = [
      ["dram", Math.ceil(((read + written) * p.clockMhz) / p.dramMbps)],
      [emap > fmap ? "emapLoad" : "fmapLoad", Math.ceil(read / p.globalBufferReadBytes)],
      ["writeBack", Math.ceil(written / p.globalBufferWriteBytes)],
    ];
    const [cause, slowest] = limits.reduce((worst, limit) => (limit[1] > worst[1] ? limit : worst));
    const waited = Math.max(0, slowest - cycles);
    breakdown[cause] += waited * macs;
    cycles += waited;
  }
  const gradientWriteBytes = phase === "wg" ? written : 0;
  const valueBytes = formatBytes[p.format];
  const events: EventCounts = {
    ...noEvents(),
    ...{ macs: breakdown.busy, fmapReadBytes: fmap, emapReadBytes: emap, gradientWriteBytes },
    bitmapReadBytes:
      (fmap / tensors.fmap) * tensors.bitmaps.fmap + (emap / tensors.emap) * tensors.bitmaps.emap,
    ...{ dramReadBytes: read, dramEmapReadBytes: emap, dramWriteBytes: written, dramRuns: order.passes + 1 },
    ...{ drainedSums: written / valueBytes, ...registerEvents(breakdown.busy, valueBytes) },
    ...(phase !== "wg" && { weightReadBytes: weights, mapWriteBytes: written }),
  };
  return { cycles, macs, breakdown, events, mapping: `${mapping}; ${order.words}` };
}

/** A tensor that a phase reads, in units of which each sum needs one. */
interface Operand {
  readonly name: "fmap" | "emap" | "weights";
  /** of one group */
  readonly units: number;
  /** of all groups */
  readonly bytes: number;
}

/** A phase as a product: each unit of one operand with each unit of the other, within a group. */
interface Product {
  readonly operands: readonly [Operand, Operand];
  /** of the sums that belong to a unit of each */
  readonly sumBytes: number;
  readonly written: number;
}

/**
 * WG: channels of the fmap x k's of the emap. FF: output positions of the fmap x k's of the weights. BP: input pixels of
 * the emap x channels of the weights. What positions and pixels share (halos) is not read twice. Maps that FF and BP
 * compute are written uncompressed: a trace does not say where they are zero.
 */
function productOf(phase: Phase, layer: Layer, tensors: TensorBytes, { format }: MemoryParameters): Product {
  const { N, H, W, P, Q, R, S, groups } = layer;
  const [channels, ks] = [layer.C / groups, layer.K / groups];
  const bytes = formatBytes[format];
  const fmap = (units: number): Operand => ({ name: "fmap", units, bytes: tensors.fmap });
  const emap = (units: number): Operand => ({ name: "emap", units, bytes: tensors.emap });
  const weights = (units: number): Operand => ({ name: "weights", units, bytes: tensors.gradient });
  switch (phase) {
    case "ff":
      return { operands: [fmap(N * P * Q), weights(ks)], sumBytes: 4, written: emapSize(layer) * bytes };
    case "bp":
      return {
        operands: [emap(N * H * W), weights(channels)],
        sumBytes: 4,
        written: fmapSize(layer) * bytes,
      };
    case "wg":
      return { operands: [fmap(channels), emap(ks)], sumBytes: R * S * 4, written: tensors.gradient };
  }
}

/** Bytes read from DRAM under one loop order. */
interface LoopOrder {
  readonly words: string;
  /** times that an operand is read from its start, both together */
  readonly passes: number;
  readonly bytes: Readonly<Partial<Record<Operand["name"], number>>>;
}

/**
 * The loop order that reads least from DRAM, each group by itself; in the words of WG, whose sums are gradients, and whose
 * operands are the fmap, in channels, and the emap, in k's:
 * - gradients held: sums of a block of k's x channels stay while all positions stream by, so the fmap is read once
 *   for each block of k's and the emap once for each block of channels (all block shapes that fit are tried)
 * - emap held: the emap of a block of k's stays with the sums of one channel; the fmap is read once for each block
 * - fmap held: the same with channels and k's exchanged
 */
function bestLoopOrder(
  [a, b]: readonly [Operand, Operand],
  sumBytes: number,
  groups: number,
  room: number,
): LoopOrder {
  const order = (words: string, blocksOfB: number, blocksOfA: number) => ({
    ...{ words, passes: blocksOfA + blocksOfB, total: a.bytes * blocksOfB + b.bytes * blocksOfA },
    bytes: { [a.name]: a.bytes * blocksOfB, [b.name]: b.bytes * blocksOfA },
  });

  const sumsHeld = b.name === "weights" ? "sums held" : "gradients held";
  const pairsHeld = Math.max(1, Math.floor(room / sumBytes));
  let best = order(sumsHeld, b.units, a.units);
  for (
    let blocks = Math.ceil(b.units / pairsHeld);
    blocks <= b.units && blocks * a.bytes < best.total;
    blocks++
  ) {
    const unitsOfA = Math.floor(pairsHeld / Math.ceil(b.units / blocks));
    const next = order(sumsHeld, blocks, Math.ceil(a.units / unitsOfA));
    if (next.total < best.total) best = next;
  }
  const held = ({ bytes, units }: Operand) => Math.floor(room / (bytes / (units * groups) + sumBytes));
  const alternatives = [
    ...(held(b) > 0 ? [order(`${b.name} held`, Math.ceil(b.units / held(b)), 1)] : []),
    ...(held(a) > 0 ? [order(`${a.name} held`, 1, Math.ceil(a.units / held(a)))] : []),
  ];
  return alternatives.reduce((least, next) => (next.total < least.total ? next : least), best);
}
