import {
  type Activity,
  type CycleBreakdown,
  type EventCounts,
  emptyBreakdown,
  type IdleCause,
} from "../events.ts";
import { compressedBytes, formatBytes } from "../hardware/parameters.ts";
import type { ParameterValues } from "../parameter.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";

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

/** What a machine does with a layer when its data is always there: a breakdown that sums to macs x cycles. */
export interface Compute {
  readonly cycles: number;
  readonly macs: number;
  readonly breakdown: Partial<CycleBreakdown> & { readonly busy: number };
  readonly mapping: string;
}

/** Bytes that a layer's tensors have where they are stored and moved. */
export interface TensorBytes {
  readonly fmap: number;
  readonly emap: number;
  readonly gradient: number;
}

/** Every value of every tensor, masked gradients as well. */
export function denseBytes(layer: Layer, { format }: MemoryParameters): TensorBytes {
  const bytes = formatBytes[format];
  return {
    fmap: fmapSize(layer) * bytes,
    emap: emapSize(layer) * bytes,
    gradient: gradientSize(layer) * bytes,
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
  };
}

/**
 * A layer's activity once memory has its say. Of the loop orders below the one that reads least from DRAM; what comes
 * from DRAM crosses the read port once, for the array's registers have their best case too; gradients leave once.
 * Compute, ports and DRAM overlap perfectly: the slowest of them is the time, and one cycle is the least.
 */
export function withMemory(
  layer: Layer,
  { cycles: computeCycles, macs, breakdown: spent, mapping }: Compute,
  tensors: TensorBytes,
  p: MemoryParameters,
): Activity {
  const order = bestLoopOrder(layer, tensors, p.localBufferKib * 1024);
  const read = order.fmapBytes + order.emapBytes;
  const written = tensors.gradient;
  const breakdown: CycleBreakdown = { ...emptyBreakdown(), ...spent };
  let cycles = Math.max(1, computeCycles);
  breakdown.mapping += (cycles - computeCycles) * macs;
  if (!p.unlimitedPorts) {
    const limits: [IdleCause, number][] = [
      ["dram", Math.ceil(((read + written) * p.clockMhz) / p.dramMbps)],
      [
        order.emapBytes > order.fmapBytes ? "emapLoad" : "fmapLoad",
        Math.ceil(read / p.globalBufferReadBytes),
      ],
      ["writeBack", Math.ceil(written / p.globalBufferWriteBytes)],
    ];
    const [cause, slowest] = limits.reduce((worst, limit) => (limit[1] > worst[1] ? limit : worst));
    const waited = Math.max(0, slowest - cycles);
    breakdown[cause] += waited * macs;
    cycles += waited;
  }
  const events: EventCounts = {
    ...{ macs: breakdown.busy, fmapReadBytes: order.fmapBytes, emapReadBytes: order.emapBytes },
    ...{ gradientWriteBytes: written, dramReadBytes: read, dramWriteBytes: written, traceVectors: 0 },
  };
  return { cycles, macs, breakdown, events, mapping: `${mapping}; ${order.words}` };
}

/** Bytes read from DRAM under one loop order. */
interface LoopOrder {
  readonly words: string;
  readonly fmapBytes: number;
  readonly emapBytes: number;
}

/**
 * The loop order that reads least from DRAM, each group by itself:
 * - gradients held: sums of a block of k's x channels stay while all positions stream by, so the fmap is read once
 *   for each block of k's and the emap once for each block of channels (all block shapes that fit are tried)
 * - emap held: the emap of a block of k's stays with the sums of one channel; the fmap is read once for each block
 * - fmap held: the same with channels and k's exchanged
 */
function bestLoopOrder(layer: Layer, { fmap, emap }: TensorBytes, room: number): LoopOrder {
  const ks = layer.K / layer.groups;
  const channels = layer.C / layer.groups;
  const sums = layer.R * layer.S * 4;
  const order = (words: string, kBlocks: number, channelBlocks: number): LoopOrder => ({
    words,
    fmapBytes: fmap * kBlocks,
    emapBytes: emap * channelBlocks,
  });

  const total = ({ fmapBytes, emapBytes }: LoopOrder) => fmapBytes + emapBytes;

  const pairsHeld = Math.max(1, Math.floor(room / sums));
  let best = order("gradients held", ks, channels);
  for (let kBlocks = Math.ceil(ks / pairsHeld); kBlocks <= ks && kBlocks * fmap < total(best); kBlocks++) {
    const channelsHeld = Math.floor(pairsHeld / Math.ceil(ks / kBlocks));
    const next = order("gradients held", kBlocks, Math.ceil(channels / channelsHeld));
    if (total(next) < total(best)) best = next;
  }
  const ksHeld = Math.floor(room / (emap / layer.K + sums));
  const channelsHeld = Math.floor(room / (fmap / layer.C + sums));
  const alternatives = [
    ...(ksHeld > 0 ? [order("emap held", Math.ceil(ks / ksHeld), 1)] : []),
    ...(channelsHeld > 0 ? [order("fmap held", 1, Math.ceil(channels / channelsHeld))] : []),
  ];
  return alternatives.reduce((least, next) => (total(next) < total(least) ? next : least), best);
}
