import { balanceBins, emptyBreakdown, type IdleCause } from "../events.ts";
import type { CountedActivity } from "../hardware/array-events/array-events.ts";
import { memoryOf } from "../hardware/buffer/memory.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import { describeMapping, episodeCount, loopNest, type Mapping } from "../hardware/dataflow/mapping.ts";
import { emapRoundSlots, fmapChunkSlots, type SwgParameters, valueBytes } from "../hardware/parameters.ts";
import { type Residency, residencies } from "../hardware/schedule/schedule.ts";
import { skips } from "../hardware/valid-data-trace/valid-data-trace.ts";
import type { Engine, NumberedList, ResidencyTables } from "./engine.ts";

interface RunOptions {
  readonly episodes?: number;
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** One layer, or its first `episodes`, under one mapping. `onProgress` is told of the share of the layer's episodes. */
export function runMapping(
  engine: Engine,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
  { episodes = Number.POSITIVE_INFINITY, onProgress }: RunOptions = {},
): { activity: CountedActivity; episodeEnds: Float64Array } {
  const nest = loopNest(counts.layer, mapping, p);
  const { residents, streamBytes, writeQueueBytes } = memoryOf(counts, nest, mapping, p);
  const skip = skips(p);
  const numbers = [
    p.columns,
    p.rows,
    p.clusterSize,
    skip.fmap,
    skip.emap,
    p.gradientSkip,
    p.intraColumn,
    p.slack,
    p.unlimitedPorts,
    valueBytes(p),
    p.vectorTaps,
    p.accumulators,
    Math.floor(p.emapBufferBytes / emapRoundSlots),
    fmapChunkSlots(p),
    p.columnEmapBytes,
    p.peFmapBytes,
    p.columnDrainSums,
    p.globalBufferReadBytes,
    p.globalBufferWriteBytes,
    p.dramMbps,
    p.clockMhz,
    mapping.domains,
    mapping.teamColumns,
    mapping.channelSlices,
    mapping.positionSlices,
    mapping.channelsPerPe,
    mapping.tapRows,
    mapping.residentKs,
    mapping.roundKs,
    mapping.bandRows,
    mapping.bandColumns,
    residents.fmap,
    residents.emap,
    streamBytes,
    writeQueueBytes,
    nest.groupBlocks * nest.kBlocks,
    nest.groupBlocks * nest.channelBlocks,
    nest.kBlocks > 1,
  ].map(Number);
  const tables = tablesOf(residencies(counts, nest, mapping, p));
  const all = episodeCount(nest);
  const counted = 7;
  const { results, episodeEnds } = engine.simulate(
    ...([numbers, tables, episodes, causes.length + counted + 2 * balanceBins] as const),
    (done) => onProgress?.(done / all),
  );
  const [cycles] = results;
  const breakdown = emptyBreakdown();
  for (const [i, cause] of causes.entries()) breakdown[cause] = results[3 + i];
  const events = results.subarray(3 + causes.length);
  const [macs, fmapReadBytes, emapReadBytes, writtenBytes, dramReadBytes, traceVectors, routedPairs] = events;
  const bins = Array.from(events.subarray(counted));
  const activity = {
    cycles,
    macs: p.columns * p.rows,
    mapping: describeMapping(mapping),
    breakdown,
    balance: { alone: bins.slice(0, balanceBins), asRun: bins.slice(balanceBins) },
    events: {
      macs,
      fmapReadBytes,
      emapReadBytes,
      dramReadBytes,
      traceVectors,
      routedPairs,
      gradientWriteBytes: writtenBytes,
      dramWriteBytes: writtenBytes,
    },
  };
  return { activity, episodeEnds };
}

/** In the order of assembly/column.ts. */
const causes: readonly ("busy" | IdleCause)[] = [
  ...(["busy", "columnImbalance", "betweenColumns", "mapping", "validDataTrace"] as const),
  ...(["fmapLoad", "emapLoad", "writeBack", "dram", "fillDrain"] as const),
];

/** Residencies as the engine reads them: assembly/residency.ts. Equal lists are one list, and come in order. */
function* tablesOf(all: Iterable<Residency>): Generator<ResidencyTables> {
  const ks = new Map<Residency["ks"], NumberedList>();
  const channels = new Map<Residency["channels"], NumberedList>();
  for (const residency of all) {
    const { kernelRows, firstOfKs, firstOfChannels, lastKs } = residency;
    yield {
      head: [...kernelRows, Number(firstOfKs), Number(firstOfChannels), Number(lastKs)],
      ks: numbered(ks, residency.ks, residency.ks),
      channels: numbered(channels, residency.channels, residency.channels.flat()),
    };
  }
}

function numbered<T>(
  known: Map<T, NumberedList>,
  key: T,
  lists: readonly (readonly number[])[],
): NumberedList {
  const found = known.get(key) ?? { number: known.size, numbers: flatten(lists), lists: lists.length };
  known.set(key, found);
  return found;
}

/** Where each list begins and the last one ends, then all lists one after the other. */
function flatten(lists: readonly (readonly number[])[]): number[] {
  const starts = [0];
  for (const list of lists) starts.push(starts[starts.length - 1] + list.length);
  return [...starts, ...lists.flat()];
}
