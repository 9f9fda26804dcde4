import {
  type Activity,
  type CycleBreakdown,
  type EventCounts,
  emptyBreakdown,
  type IdleCause,
  noEvents,
} from "../events.ts";
import { compressedBytes, formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ParameterValues } from "../parameter.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import type { Compute } from "./array-ports.ts";
import {
  bankedBuffer,
  broadcastTree,
  type Components,
  type LogicComponent,
  longestWayGates,
  type MemoryComponent,
  type MemoryName,
  productRegisters,
} from "./components.ts";
import { bestLoopOrder, productOf, type TensorBytes } from "./loop-order.ts";

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

/** An array of `macs` multipliers with memories of its own beside one buffer; `groupMacs` of them are close together (assumed, D42). */
export const bufferedArray = (
  p: MemoryParameters,
  macs: number,
  groupMacs: number,
  memories: Readonly<Partial<Record<MemoryName, MemoryComponent>>>,
  logic: readonly LogicComponent[] = [],
): Components => ({
  clockMhz: p.clockMhz,
  format: p.format,
  ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }),
  macs,
  groupMacs,
  peMacs: 1,
  longestWayGates: longestWayGates(
    p.format,
    logic.flatMap((component) => ("netlist" in component ? [component.netlist] : [])),
  ),
  logic: [broadcastTree(p.globalBufferReadBytes, macs), ...logic],
  memories: {
    ...memories,
    ...productRegisters(macs),
    globalBuffer: bankedBuffer(p.localBufferKib * 1024, p.globalBufferReadBytes, p.globalBufferWriteBytes),
  },
});

/** Every value of every tensor, masked gradients as well. */
export function denseBytes(layer: Layer, { format }: MemoryParameters): TensorBytes {
  const bytes = formatBytes[format];
  return {
    fmap: fmapSize(layer) * bytes,
    emap: emapSize(layer) * bytes,
    gradient: gradientSize(layer) * bytes,
    bitmaps: { fmap: 0, emap: 0 },
    mask: 0,
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
    // a mask that wants everything is none
    mask: mask?.includes(0) ? Math.ceil(gradientSize(layer) / 8) : 0,
  };
}

/**
 * A layer's activity once memory has its say. Operands and unfinished sums take time at the global buffer's read port for
 * each byte that enters the array, and sums that leave it at the write port; from DRAM comes what the best loop order of
 * `loop-order.ts` reads, and results leave once. The orders of loops outside and inside the array need not agree
 * (assumed, D29). Compute, ports and DRAM overlap perfectly: the slowest of them is the time, and one cycle is the least.
 * Waits for the read port are booked to the map of the phase, in WG to the one that more bytes are of.
 */
export function withMemory(
  layer: Layer,
  { cycles: computeCycles, macs, breakdown: spent, mapping, ports, events: ofArray }: Compute,
  tensors: TensorBytes,
  p: MemoryParameters,
  phase: Phase = "wg",
): Activity {
  const { operands, sumBytes, written } = productOf(phase, layer, tensors, p.format);
  const order = bestLoopOrder(operands, sumBytes, layer.groups, p.localBufferKib * 1024);
  const fromDram = { fmap: 0, emap: 0, weights: 0, ...order.bytes };
  const dramReadBytes = fromDram.fmap + fromDram.emap + fromDram.weights;
  const [fmap, emap, weights] = [ports.fmap, ports.emap, ports.weights].map(Math.ceil);
  const sums = Math.ceil(ports.sums);
  const breakdown: CycleBreakdown = { ...emptyBreakdown(), ...spent };
  let cycles = Math.max(1, computeCycles);
  breakdown.mapping += (cycles - computeCycles) * macs;
  if (!p.unlimitedPorts) {
    const limits: [IdleCause, number][] = [
      ["dram", Math.ceil(((dramReadBytes + written) * p.clockMhz) / p.dramMbps)],
      [
        emap > fmap ? "emapLoad" : "fmapLoad",
        Math.ceil((fmap + emap + weights + sums) / p.globalBufferReadBytes),
      ],
      ["writeBack", Math.ceil((written + sums) / p.globalBufferWriteBytes)],
    ];
    const [cause, slowest] = limits.reduce((worst, limit) => (limit[1] > worst[1] ? limit : worst));
    const waited = Math.max(0, slowest - cycles);
    breakdown[cause] += waited * macs;
    cycles += waited;
  }
  const bitmapShare = (map: "fmap" | "emap") => tensors.bitmaps[map] / tensors[map];
  const events: EventCounts = {
    ...noEvents(),
    macs: breakdown.busy,
    fmapReadBytes: fmap,
    emapReadBytes: emap,
    bitmapReadBytes: Math.floor(fmap * bitmapShare("fmap") + emap * bitmapShare("emap")),
    sumReadBytes: sums,
    sumWriteBytes: sums,
    gradientWriteBytes: phase === "wg" ? written : 0,
    dramReadBytes,
    dramEmapReadBytes: fromDram.emap,
    dramWriteBytes: written,
    maskReadBytes: tensors.mask,
    dramMaskReadBytes: tensors.mask,
    dramRuns: order.passes + 1,
    drainedSums: written / formatBytes[p.format],
    ...ofArray,
    ...(phase !== "wg" && {
      weightReadBytes: weights,
      dramWeightReadBytes: fromDram.weights,
      mapWriteBytes: written,
    }),
  };
  return { cycles, macs, breakdown, events, mapping: `${mapping}; ${order.words}` };
}

/**
 * WG of a machine that multiplies zeros, at its best case: a product with a zero is gated, and takes neither multiplier nor
 * adder, nor a sum that is kept for each product; what finds the zero is free. Sums that several products reach at once are
 * left as they are. `masked`: only products of wanted gradients were made.
 */
export function zerosGated(
  activity: Activity,
  occupancy: Occupancy,
  kernel: Kernel,
  masked = false,
): Activity {
  const { events } = activity;
  const { layer, fmap, emap } = occupancy;
  const useful = kernel.validPairs(masked ? occupancy : { layer, fmap, emap });
  const sumOfEach = events.accumulatorWriteBytes === 4 * events.macs;
  return {
    ...activity,
    events: {
      ...events,
      gatedProducts: events.macs - useful,
      ...(sumOfEach && { accumulatorReadBytes: 4 * useful, accumulatorWriteBytes: 4 * useful }),
    },
  };
}

/** The same in any phase; in FF and BP a masked weight is a zero too (assumed, D30). */
export const zerosGatedIn = (
  phase: Phase,
  activity: Activity,
  occupancy: Occupancy,
  kernel: Kernel,
): Activity => zerosGated(activity, phaseOccupancy(occupancy, phase), kernel, phase !== "wg");

/** What `zerosGated` assumes, for the list of what is free. */
export const gatingIsFree = "A product with a zero is gated, and what finds the zero takes nothing.";
