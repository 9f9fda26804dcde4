import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { onceFor } from "../once.ts";
import { compressedBytes, type SwgParameters, valueBytes } from "../parameters.ts";
import { Port } from "./port.ts";

/** Which map stays in the global buffer once it was read. */
export interface Residents {
  readonly fmap: boolean;
  readonly emap: boolean;
}

/** The memory around the array for one layer: rates of its ports, and how the global buffer is divided. */
export interface Memory {
  readonly residents: Residents;
  /** room for maps on their way from DRAM to the array */
  readonly streamBytes: number;
  readonly writeQueueBytes: number;
  readonly dram: Port;
  readonly readPort: Port;
  readonly writePort: Port;
}

export function memoryOf(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
): Memory {
  const p = parameters;
  const port = (bytes: number, cycles = 1) =>
    new Port(p.unlimitedPorts ? Number.POSITIVE_INFINITY : bytes, cycles);
  const readPort = port(p.globalBufferReadBytes);
  const { mapBytes, writeQueueBytes } = division(p);
  const { residents, bytes } = chooseResidents(statistics, nest, mapping, parameters);
  return {
    residents,
    streamBytes: mapBytes - bytes,
    writeQueueBytes,
    dram: port(p.dramMbps, p.clockMhz),
    readPort,
    writePort: port(p.globalBufferWriteBytes),
  };
}

/** Bytes of the global buffer for the maps, and for gradients on their way to DRAM. */
function division(p: SwgParameters): { mapBytes: number; writeQueueBytes: number } {
  const total = p.globalBufferKib * 1024;
  const writeQueueBytes = Math.min(p.writeQueueKib * 1024, Math.floor(total / 2));
  return { mapBytes: total - writeQueueBytes, writeQueueBytes };
}

/** Keeps the emap of a k block in the global buffer if it is read again and fits in half of it; then the fmap. */
export function chooseResidents(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
): { residents: Residents; bytes: number } {
  const { layer } = statistics;
  const room = division(parameters).mapBytes;
  const bytes = valueBytes(parameters);
  const blockKs = Math.min(layer.K, nest.teams * mapping.residentKs);
  const kept = heaviestEmaps(statistics)[blockKs];
  const emapBytes = compressedBytes(blockKs * layer.N * layer.P * layer.Q, kept, bytes);
  const fmapBytes = compressedBytes(layer.N * layer.C * layer.H * layer.W, totalsOf(statistics).fmap, bytes);
  const emap = nest.passes.length * nest.channelBlocks > 1 && emapBytes <= room / 2;
  const left = room - (emap ? emapBytes : 0);
  const fmap = nest.kBlocks * nest.passes.length > 1 && nest.groupBlocks === 1 && fmapBytes <= left / 2;
  return { residents: { emap, fmap }, bytes: (emap ? emapBytes : 0) + (fmap ? fmapBytes : 0) };
}

/** [n] nonzeros of the n emap channels that have most. */
const heaviestEmaps = onceFor(({ layer, emapNonzeros }: LayerCounts): Float64Array => {
  const sums = new Float64Array(layer.K + 1);
  for (const [i, count] of emapNonzeros.toSorted((a, b) => b - a).entries()) sums[i + 1] = sums[i] + count;
  return sums;
});
