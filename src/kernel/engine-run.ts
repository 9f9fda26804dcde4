import type { CountedActivity } from "../hardware/array-events/array-events.ts";
import { memoryOf } from "../hardware/buffer/memory.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import {
  describeMapping,
  episodeCount,
  type LoopNest,
  loopNest,
  type Mapping,
} from "../hardware/dataflow/mapping.ts";
import { emapRoundSlots, fmapChunkSlots, type SwgParameters, valueBytes } from "../hardware/parameters.ts";
import { type Residency, residencies } from "../hardware/schedule/schedule.ts";
import { skips } from "../hardware/valid-data-trace/valid-data-trace.ts";
import type { Engine, EngineResidency, NumberedList } from "./engine.ts";
import type { RecordValues } from "./engine-memory.ts";

/** Episodes that the engine counts. */
const mostEpisodes = 2 ** 31 - 1;

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
  const all = episodeCount(nest);
  const results = engine.simulate(
    {
      machine: machineRecord(p),
      mapping: mappingRecord(mapping, nest),
      run: {
        episodes: Math.min(episodes, all, mostEpisodes),
        residentFmap: residents.fmap,
        residentEmap: residents.emap,
        streamBytes,
        writeQueueBytes,
        ksLists: nest.groupBlocks * nest.kBlocks,
        channelLists: nest.groupBlocks * nest.channelBlocks,
        reusesChannels: nest.kBlocks > 1,
      },
      residencies: tablesOf(residencies(counts, nest, mapping, p)),
    },
    (done) => onProgress?.(done / all),
  );
  const { macs, fmapReadBytes, emapReadBytes, gradientWriteBytes, dramReadBytes, traceVectors, routedPairs } =
    results;
  const activity = {
    cycles: results.cycles,
    macs: p.columns * p.rows,
    mapping: describeMapping(mapping),
    breakdown: results.breakdown,
    balance: { alone: results.alone, asRun: results.asRun },
    events: {
      macs,
      fmapReadBytes,
      emapReadBytes,
      dramReadBytes,
      traceVectors,
      routedPairs,
      gradientWriteBytes,
      dramWriteBytes: gradientWriteBytes,
    },
  };
  return { activity, episodeEnds: results.episodeEnds };
}

function machineRecord(p: SwgParameters): RecordValues<"Machine"> {
  const skip = skips(p);
  return {
    columns: p.columns,
    rows: p.rows,
    clusterSize: p.clusterSize,
    skipFmap: skip.fmap,
    skipEmap: skip.emap,
    gradientSkip: p.gradientSkip,
    intraColumn: p.intraColumn,
    unlimitedPorts: p.unlimitedPorts,
    slack: p.slack,
    valueBytes: valueBytes(p),
    vectorTaps: p.vectorTaps,
    accumulators: p.accumulators,
    emapRoom: Math.floor(p.emapBufferBytes / emapRoundSlots),
    fmapChunkSlots: fmapChunkSlots(p),
    columnEmapBytes: p.columnEmapBytes,
    peFmapBytes: p.peFmapBytes,
    columnDrainSums: p.columnDrainSums,
    globalBufferReadBytes: p.globalBufferReadBytes,
    globalBufferWriteBytes: p.globalBufferWriteBytes,
    dramMbps: p.dramMbps,
    clockMhz: p.clockMhz,
  };
}

function mappingRecord(
  mapping: Mapping,
  { teams, teamsPerDomain, slices }: LoopNest,
): RecordValues<"Mapping"> {
  const { domains, teamColumns, channelSlices, positionSlices, channelsPerPe, tapRows, roundKs } = mapping;
  const { bandRows, bandColumns } = mapping;
  return {
    domains,
    teamColumns,
    channelSlices,
    positionSlices,
    channelsPerPe,
    tapRows,
    roundKs,
    bandRows,
    bandColumns,
    teams,
    teamsPerDomain,
    slices,
  };
}

/** Residencies for the engine. Equal lists are one list, and come in order. */
function* tablesOf(all: Iterable<Residency>): Generator<EngineResidency> {
  const ks = new Map<Residency["ks"], NumberedList>();
  const channels = new Map<Residency["channels"], NumberedList>();
  for (const residency of all) {
    const { kernelRows, firstOfKs, firstOfChannels, lastKs } = residency;
    const [r0, r1] = kernelRows;
    yield {
      r0,
      r1,
      firstOfKs,
      firstOfChannels,
      lastKs,
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
