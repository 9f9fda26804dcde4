import type { LayerRun } from "../hardware/array-events/array-events.ts";
import { listRoom } from "../hardware/buffer/list-memory.ts";
import { memoryOf } from "../hardware/buffer/memory.ts";
import { heldSets } from "../hardware/dataflow/geometry.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import {
  describeMapping,
  type LoopNest,
  loopNest,
  type Mapping,
  residencyCount,
  type Sample,
  wholeLayer,
} from "../hardware/dataflow/mapping.ts";
import { drainLatency } from "../hardware/drain/gradient-drain.ts";
import type { TrialOptions, TrialRun } from "../hardware/mapper/choose-mapping.ts";
import {
  compressedBytes,
  headerWords,
  helps,
  packedRowWords,
  type SwgParameters,
  skips,
  tileLooks,
  tileValues,
  valueBytes,
} from "../hardware/parameters.ts";
import { type Residency, residencies } from "../hardware/schedule/schedule.ts";
import type { Engine, EngineResidency, EngineResults, SharedLists } from "./engine.ts";
import { shapeRecord } from "./engine-counts.ts";
import type { RecordValues } from "./engine-memory.ts";

/** Episodes that the engine counts. */
const mostEpisodes = 2 ** 31 - 1;

interface RunOptions {
  readonly sample?: Sample | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** What the engine is told of a run: all that is counted, or only what a trial is asked for. */
interface EngineOptions extends RunOptions, TrialOptions {
  readonly trial: boolean;
}

/** `simulateLayer` on the engine: one layer, or a sample of it, under one mapping. */
export function runMapping(
  engine: Engine,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
  options: RunOptions = {},
): LayerRun {
  const done = run(engine, counts, mapping, p, { ...options, trial: false })!;
  const { cycles, breakdown, episodeEnds, ...results } = done;
  const { episodes: _, ...events } = results;
  return {
    cycles,
    breakdown,
    mapping: describeMapping(mapping),
    events,
    episodeEnds: Array.from(episodeEnds),
  };
}

/** What a trial is asked for, as far as it is of use; sooner, since nothing else is counted. */
export function tryMapping(
  engine: Engine,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
  options: TrialOptions,
): TrialRun | undefined {
  const done = run(engine, counts, mapping, p, { ...options, trial: true });
  return done && { cycles: done.cycles, episodeEnds: done.episodeEnds, events: { macs: done.macs } };
}

function run(
  engine: Engine,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
  { sample, latestEnds, onProgress, trial }: EngineOptions,
): EngineResults | undefined {
  const nest = loopNest(counts.layer, mapping, p);
  const { residents, streamBytes, writeQueueBytes } = memoryOf(counts, nest, mapping, p);
  const { residencies: some, rounds } = sample ?? wholeLayer(nest);
  const all = residencyCount(nest) * rounds;
  return engine.simulate(
    {
      machine: machineRecord(p),
      shape: shapeRecord(counts.layer, mapping, p),
      mapping: mappingRecord(counts, mapping, nest, p),
      run: {
        rounds,
        total: Math.min(all, mostEpisodes),
        most: Math.min(some * rounds, mostEpisodes),
        trial,
        residentFmap: residents.fmap,
        residentEmap: residents.emap,
        streamBytes,
        writeQueueBytes,
        drainLatency: drainLatency(mapping, p),
      },
      latestEnds: latestEnds ?? [],
      residencies: tablesOf(residencies(counts, nest, mapping, p), counts, p),
    },
    (episodes) => onProgress?.(episodes / all),
  );
}

function machineRecord(p: SwgParameters): RecordValues<"Machine"> {
  const skip = skips(p);
  return {
    columns: p.columns,
    rows: p.rows,
    macs: p.macs,
    traces: p.traces,
    skipFmap: skip.fmap,
    skipEmap: skip.emap,
    gradientSkip: p.gradientSkip,
    help: helps(p),
    unlimitedPorts: p.unlimitedPorts,
    valueBytes: valueBytes(p),
    chunks: p.chunks,
    listAhead: p.listAhead,
    tileValues: tileValues(p),
    headerWords: headerWords(p),
    tileLooks: tileLooks(p),
    listPorts: Math.min(p.rows, p.listPorts),
    packedRowWords: packedRowWords(p),
    globalBufferReadBytes: p.globalBufferReadBytes,
    globalBufferWriteBytes: p.globalBufferWriteBytes,
    laneBits: p.laneBits,
    drainLanes: p.drainLanes,
    dramMbps: p.dramMbps,
    clockMhz: p.clockMhz,
  };
}

function mappingRecord(
  { layer }: LayerCounts,
  mapping: Mapping,
  { turn, teams, teamsPerDomain, episodes }: LoopNest,
  p: SwgParameters,
): RecordValues<"Mapping"> {
  const { domains, teamColumns, channelSlices, positionSlices } = mapping;
  const slots = mapping.channelsPerTrace * mapping.passRows * mapping.passColumns;
  return {
    domains,
    teamColumns,
    channelSlices,
    positionSlices,
    turn,
    teams,
    teamsPerDomain,
    episodes,
    slots,
    held: heldSets(layer, mapping, p),
    listRoom: listRoom(mapping, p),
  };
}

/** Residencies for the engine; lists that are the same object are handed over once. */
function* tablesOf(
  all: Iterable<Residency>,
  counts: LayerCounts,
  p: SwgParameters,
): Generator<EngineResidency> {
  const shared = new WeakMap<object, SharedLists>();
  const bytes = new WeakMap<object, number>();
  for (const { ks, channels, pass, firstOfKs, firstOfChannels, lastKs } of all) {
    const fmapBytes = bytes.get(channels) ?? fmapBytesOf(channels, counts, p);
    bytes.set(channels, fmapBytes);
    yield {
      ...pass,
      firstOfKs,
      firstOfChannels,
      lastKs,
      fmapBytes,
      ks: listsOf(shared, ks, ks),
      channels: listsOf(shared, channels, channels.flat()),
    };
  }
}

/** Bytes of a residency's channels as they come from DRAM. */
function fmapBytesOf(
  channels: Residency["channels"],
  { layer: { N, H, W }, fmapNonzeros }: LayerCounts,
  p: SwgParameters,
): number {
  const bytes = channels.flat(2).map((c) => compressedBytes(N * H * W, fmapNonzeros[c], valueBytes(p)));
  return bytes.reduce((sum, n) => sum + n, 0);
}

function listsOf(
  shared: WeakMap<object, SharedLists>,
  key: object,
  lists: readonly (readonly number[])[],
): SharedLists {
  const found = shared.get(key) ?? { numbers: flatten(lists), lists: lists.length };
  shared.set(key, found);
  return found;
}

/** Where each list begins and the last one ends, then all lists one after the other. */
function flatten(lists: readonly (readonly number[])[]): number[] {
  const starts = [0];
  for (const list of lists) starts.push(starts[starts.length - 1] + list.length);
  return [...starts, ...lists.flat()];
}
