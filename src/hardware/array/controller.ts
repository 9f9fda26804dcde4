import { type CycleBreakdown, emptyBreakdown } from "../../events.ts";
import { type Occupancy, withoutFullMask } from "../../trace/occupancy.ts";
import { Agenda } from "../agenda.ts";
import type { LayerRun } from "../array-events/array-events.ts";
import { ChunkLoads } from "../buffer/chunk-loads.ts";
import type { Fetch } from "../buffer/fetch.ts";
import { listRoom } from "../buffer/list-memory.ts";
import { memoryOf } from "../buffer/memory.ts";
import { Port } from "../buffer/port.ts";
import { Column } from "../column/column.ts";
import { heldSets, type RowLayout, rowLayout, slotPlace } from "../dataflow/geometry.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import { describeMapping, type LoopNest, loopNest, type Mapping, wholeLayer } from "../dataflow/mapping.ts";
import type { Holders } from "../drain/drain-lane.ts";
import { doneCycles, drainLatency, GradientDrain } from "../drain/gradient-drain.ts";
import { Prefetcher } from "../dram/prefetcher.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { type SwgParameters, traceDrainSums } from "../parameters.ts";
import { type Item, ItemList } from "../schedule/items.ts";
import { residencies } from "../schedule/schedule.ts";
import { slotsOf, wantedSlots } from "../valid-data-trace/job.ts";
import type { ArrayWatch, SimulationOptions } from "./array-watch.ts";
import type { ItemWork } from "./episode.ts";
import { EpisodeQueue } from "./episode-queue.ts";
import { WorkCounts } from "./work-counts.ts";

/**
 * One layer on the array, exact to the cycle: everything that changes does so at a cycle of the agenda, in which all parts are
 * asked in turn what they do. With a `sample` only that part of
 * the layer is simulated.
 */
export function simulateLayer(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
  options: SimulationOptions = {},
): LayerRun {
  const run = new ArrayRun(occupancy, statistics, mapping, parameters, options);
  for (let now: number | undefined = 0; now !== undefined && !run.finished; now = run.agenda.after(now))
    if (run.step(now)) options.onProgress?.(run.share);
  return run.finish();
}

/** Of a list that has nothing in it. */
const notFetched: Fetch = { busy: 0, room: 0, inBuffer: 0 };

/** A trace that holds a channel slice of a team's k's. */
interface Holder {
  readonly column: Column;
  readonly trace: number;
}

class ArrayRun {
  readonly agenda = new Agenda();
  private readonly occupancy: Occupancy;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly nest: LoopNest;
  private readonly rows: RowLayout;
  private readonly readPort: Port;
  private readonly lists: readonly ItemList[];
  private readonly columns: readonly Column[];
  /** [team][channel slice] */
  private readonly holders: readonly (readonly (readonly Holder[])[])[];
  private readonly loads: ChunkLoads;
  private readonly prefetcher: Prefetcher;
  private readonly writeQueue: WriteQueue;
  private readonly episodes: EpisodeQueue;
  private readonly drain: GradientDrain;
  /** [team][slice] items of which it is known that all of its traces are done with them */
  private readonly drained: number[][];
  /** [column] cycle at which its next list was found in the global buffer */
  private readonly listSince: (number | undefined)[];
  /** [column] what its next item takes, from when its list is in the global buffer until it is asked for */
  private readonly nextWork: (ItemWork | undefined)[];
  /** words of list memory that a column's lists have */
  private readonly listRoom: number;
  /** [column] cycle at which its list port is free */
  private readonly listPortFree: number[];
  private readonly episodeEnds: number[] = [];
  /** cycle at which something happened last */
  private last = 0;
  /** [team] items that its traces had finished when it was last looked whose sums may leave */
  private readonly finishedBefore: number[];
  private readonly most: number;
  private readonly watch: ArrayWatch | undefined;
  private readonly events = new WorkCounts();

  constructor(
    given: Occupancy,
    statistics: LayerStatistics,
    mapping: Mapping,
    parameters: SwgParameters,
    { sample, watchOf, watch }: SimulationOptions,
  ) {
    this.watch = watch;
    const occupancy = withoutFullMask(given);
    this.occupancy = occupancy;
    this.mapping = mapping;
    this.parameters = parameters;
    const nest = loopNest(statistics.layer, mapping, parameters);
    this.nest = nest;
    this.rows = rowLayout(statistics.layer, mapping, parameters)!;
    const part = sample ?? wholeLayer(nest);
    this.most = part.residencies * part.rounds;
    const memory = memoryOf(statistics, nest, mapping, parameters);
    const port = (bytes: number, cycles = 1) =>
      new Port(parameters.unlimitedPorts ? Number.POSITIVE_INFINITY : bytes, cycles);
    this.readPort = port(parameters.globalBufferReadBytes);
    const dram = port(parameters.dramMbps, parameters.clockMhz);
    const writePort = port(parameters.globalBufferWriteBytes);
    const all = () => residencies(statistics, nest, mapping, parameters);
    this.lists = Array.from({ length: nest.teams }, (_, team) => new ItemList(all(), part, team));
    this.loads = new ChunkLoads(parameters.rows, this.readPort, parameters.unlimitedPorts);
    this.listSince = new Array<undefined>(parameters.columns).fill(undefined);
    this.nextWork = new Array<undefined>(parameters.columns).fill(undefined);
    this.listPortFree = new Array<number>(parameters.columns).fill(0);
    this.episodes = new EpisodeQueue(
      occupancy,
      statistics,
      nest,
      part,
      mapping,
      parameters,
      memory.residents,
    );
    const wake = (cycle: number) => this.agenda.at(cycle);
    this.prefetcher = new Prefetcher(this.episodes.requests(), dram, memory.streamBytes, wake);
    const latency = drainLatency(mapping, parameters);
    this.writeQueue = new WriteQueue(writePort, dram, memory.writeQueueBytes, latency);
    this.listRoom = listRoom(mapping, parameters);
    const held = heldSets(statistics.layer, mapping, parameters);
    // sets that are freed are of use to one team alone; to look at the others costs little
    const wakeAll = (cycle: number) => {
      for (const column of this.columns) column.wake(cycle);
    };
    this.drain = new GradientDrain(
      nest,
      mapping,
      held,
      parameters,
      this.writeQueue,
      (now) => this.readMask(now),
      (team, trace) => this.holdersOf(team, trace),
      wakeAll,
      watch,
    );
    this.finishedBefore = this.lists.map(() => -1);
    this.drained = this.lists.map(() => new Array<number>(mapping.channelSlices).fill(0));
    const chunk = (episode: number, pe: number) => this.loads.of(episode, pe);
    this.columns = Array.from({ length: parameters.columns }, (_, at) => {
      const setFree = (trace: number, sums: number) => this.drain.setFree(at, trace, sums);
      return new Column(parameters, { chunk, setFree }, wake, watchOf?.(at));
    });
    const slices = Array.from({ length: mapping.channelSlices }, (_, slice) => slice);
    this.holders = this.lists.map((_, team) => slices.map((slice) => this.holdersOfSlice(team, slice)));
  }

  private teamOf(column: number): number {
    return Math.floor(column / this.mapping.teamColumns);
  }

  private columnsOf(team: number): readonly Column[] {
    const { teamColumns } = this.mapping;
    return this.columns.slice(team * teamColumns, (team + 1) * teamColumns);
  }

  /** Whether every column is done with all that it was asked to do, and its sums have been sent. */
  get finished(): boolean {
    const done = (column: Column, at: number) => {
      const item = this.lists[this.teamOf(at)].at(column.done);
      return !item || item.episode >= this.most;
    };
    return this.columns.every(done) && this.drain.idle;
  }

  /** Share of the layer's episodes that every column is done with. */
  get share(): number {
    return this.episodeEnds.length / this.episodes.total;
  }

  /** All that happens at the start of cycle `now`. Returns whether an episode came to its end. */
  step(now: number): boolean {
    this.last = now;
    this.drain.step(now);
    for (const column of this.columns) column.finishJobs(now);
    const ended = this.endEpisodes(now);
    this.finishAll(now);
    this.loadChunks(now);
    for (const at of this.columns.keys()) this.listItems(at, now);
    for (const column of this.columns) column.beginJobs(now);
    this.watch?.stepped(now, this.columns);
    return ended;
  }

  /** Notes which episodes every column is done with. */
  private endEpisodes(now: number): boolean {
    const before = this.episodeEnds.length;
    const at = (column: Column, i: number) =>
      this.lists[this.teamOf(i)].at(column.done)?.episode ?? Number.POSITIVE_INFINITY;
    const slowest = Math.min(this.episodes.total, ...this.columns.map(at));
    while (this.episodeEnds.length < slowest) this.episodeEnds.push(now);
    this.episodes.forget(slowest);
    return this.episodeEnds.length > before;
  }

  /** Hands sums over to be drained whose traces are all done with them. */
  private finishAll(now: number): void {
    for (const team of this.lists.keys()) {
      const finished = this.columnsOf(team).reduce((sum, column) => sum + column.finished, 0);
      if (finished > this.finishedBefore[team])
        for (let slice = 0; slice < this.mapping.channelSlices; slice++) this.finishSums(team, slice, now);
      this.finishedBefore[team] = finished;
    }
  }

  private finishSums(team: number, slice: number, now: number): void {
    const holders = this.holders[team][slice];
    let done = Number.POSITIVE_INFINITY;
    for (const { column, trace } of holders) done = Math.min(done, column.nextOf(trace));
    for (; this.drained[team][slice] < done; this.drained[team][slice]++) {
      const item = this.lists[team].at(this.drained[team][slice])!;
      if (!item.last || item.k === undefined) continue;
      const channels = item.residency.channels[Math.floor(team / this.nest.teamsPerDomain)][slice];
      const { pass } = item.residency;
      const slots = slotsOf(channels, pass);
      const wanted = wantedSlots(this.occupancy, item.k, slots, this.parameters.gradientSkip);
      const places = wanted.map((i) => slotPlace(slots[i], channels, pass, this.rows, this.parameters));
      const couples = new Set(places.map((place) => Math.floor(place / traceDrainSums))).size;
      this.drain.finished(team, slice, { wanted: wanted.length, couples, known: now + doneCycles });
      this.events.drainedCouples += couples * holders.length;
    }
  }

  /** Asks for the mask of a slice's sums. Returns the cycle at which it has been read. */
  private readMask(now: number): number {
    if (!this.parameters.gradientSkip || !this.occupancy.mask) return now;
    const { channelsPerTrace, passRows, passColumns } = this.mapping;
    const bytes = Math.ceil((channelsPerTrace * passRows * passColumns) / 8);
    this.events.maskReadBytes += bytes;
    return this.readPort.transfer(now, bytes);
  }

  /** The same trace of all columns of a team, which are read together. */
  private holdersOf(team: number, trace: number): Holders {
    return {
      hold: () => Math.max(...this.columnsOf(team).map((column) => column.hold(trace))),
      release: (end) => {
        for (const column of this.columnsOf(team)) column.release(trace, end);
      },
    };
  }

  /** Traces that hold a channel slice of a team's k's. */
  private holdersOfSlice(team: number, slice: number): Holder[] {
    const { channelSlices, positionSlices } = this.mapping;
    const positions = Array.from({ length: positionSlices }, (_, position) => position);
    return this.columnsOf(team).flatMap((column) =>
      positions.map((position) => ({ column, trace: position * channelSlices + slice })),
    );
  }

  /** Asks for chunks for which there is room in every column, the oldest episode first. */
  private loadChunks(now: number): void {
    const { loads } = this;
    const rows = Array.from({ length: this.parameters.rows }, (_, row) => row);
    rows.sort((a, b) => loads.nextOf(a) - loads.nextOf(b));
    for (const row of rows) if (this.canLoad(row, now)) this.loadChunk(row, now);
  }

  private loadChunk(row: number, now: number): void {
    const episode = this.loads.nextOf(row);
    const { fmapItem, work } = this.episodes.at(episode)!;
    const size = work.chunkSize(row);
    const found = this.loads.foundAt(row)!;
    const { there } = this.loads.load(row, now, size, this.prefetcher.fetchOf(fmapItem)!);
    this.watch?.chunks(row, { found, asked: now, there });
    this.lookForRoom(row, now);
    this.prefetcher.take(fmapItem, now);
    this.events.fmapReadBytes += size.bytes;
    for (const column of this.columns) column.wake(there);
  }

  private canLoad(row: number, now: number): boolean {
    const episode = this.loads.nextOf(row);
    if (episode >= Math.min(this.episodes.total, this.most)) return false;
    const queued = this.episodes.at(episode);
    const found = queued !== undefined && this.arrived(queued.fmapItem, now);
    if (found) this.loads.find(row, now);
    this.lookForRoom(row, now);
    return this.loads.knowsRoom(row, now) && found;
  }

  /** Notes from when on it is known that there is room for a row's next chunks, when there is. */
  private lookForRoom(row: number, now: number): void {
    if (this.loads.lacksRoom(row) && this.hasRoom(row, this.loads.nextOf(row)))
      this.agenda.at(this.loads.makeRoom(row, now));
  }

  /** Whether the traces of a row are done with the chunk whose place that of `episode` takes, in every column. */
  private hasRoom(row: number, episode: number): boolean {
    const { chunks, traces } = this.parameters;
    return this.columns.every((column, at) => {
      for (let trace = row * traces; trace < (row + 1) * traces; trace++) {
        const item = this.lists[this.teamOf(at)].at(column.nextOf(trace));
        if (item && item.episode <= episode - chunks) return false;
      }
      return true;
    });
  }

  /** Whether something that was asked of DRAM is in the global buffer. */
  private arrived(item: number, now: number): boolean {
    const cycle = this.prefetcher.arrival(item);
    return cycle !== undefined && cycle <= now;
  }

  /** Asks for a column's next list if there is room for it (assumed, D76): for one in a cycle. */
  private listItems(at: number, now: number): void {
    const column = this.columns[at];
    column.releaseLists(now);
    const item = this.nextItem(at);
    if (!item) return;
    const dramItem = this.emapItemOf(item);
    if (dramItem !== undefined && !this.arrived(dramItem, now)) return;
    this.listSince[at] ??= now;
    if (column.listedCount >= column.released + this.parameters.listAhead) return;
    this.nextWork[at] ??= this.workOf(at, item);
    const work = this.nextWork[at];
    const held = column.heldWords;
    if (held > 0 && held + work.words > this.listRoom) return;
    this.nextWork[at] = undefined;
    this.listItem(at, item, work, dramItem, now);
    this.agenda.at(now + 1);
  }

  /** The item whose lists a column asks for next; none as long as its episode is not known. */
  private nextItem(at: number): Item | undefined {
    const item = this.lists[this.teamOf(at)].at(this.columns[at].listedCount);
    if (!item || item.episode >= this.most) return undefined;
    return this.episodes.at(item.episode) && item;
  }

  /** Number of what DRAM is asked for an item; nothing for one without a k. */
  private emapItemOf({ k, episode, inEpisode }: Item): number | undefined {
    return k === undefined ? undefined : this.episodes.at(episode)!.emapItem(inEpisode);
  }

  private workOf(at: number, { episode, k }: Item): ItemWork {
    return this.episodes.at(episode)!.work.item(this.teamOf(at), at % this.mapping.teamColumns, k);
  }

  private listItem(at: number, item: Item, work: ItemWork, dramItem: number | undefined, now: number): void {
    const fetch = dramItem === undefined ? notFetched : this.prefetcher.fetchOf(dramItem)!;
    const portCycles = this.parameters.unlimitedPorts ? 0 : work.portCycles;
    const port = Math.max(now, this.listPortFree[at]) + portCycles;
    this.listPortFree[at] = port;
    const inPes = Math.max(port, this.readPort.transfer(now, work.emapBytes + work.maskBytes));
    if (dramItem !== undefined) this.prefetcher.take(dramItem, now);
    const { jobs, headers, rowWords, words } = work;
    this.watch?.lists(at, { found: this.listSince[at]!, asked: now, words, port, inPes });
    this.listSince[at] = undefined;
    this.columns[at].list({ item, jobs, headers, rowWords, words, fetch, asked: now, inPes });
    this.events.add(work);
  }

  /** What came of it, when the last gradients are in DRAM. */
  finish(): LayerRun {
    const { columns, drain } = this;
    const finished = Math.max(...columns.map((column) => column.end));
    // the last lists may have nothing to do, and are passed later than the last job ends
    const cycles = Math.max(1, this.last, this.writeQueue.written);
    const breakdown = emptyBreakdown();
    for (const column of columns) {
      column.finishLayer(finished, cycles);
      for (const [cause, macCycles] of Object.entries(column.breakdown))
        breakdown[cause as keyof CycleBreakdown] += macCycles;
    }
    return {
      cycles,
      breakdown,
      mapping: describeMapping(this.mapping),
      events: {
        ...this.events,
        routedPairs: columns.reduce((sum, { moved }) => sum + moved, 0),
        routedVisits: columns.reduce((sum, { movedVisits }) => sum + movedVisits, 0),
        rowWords: columns.reduce((sum, { activated }) => sum + activated, 0),
        dramReadBytes: this.episodes.dramBytes,
        gradientWriteBytes: drain.writtenBytes,
      },
      episodeEnds: this.episodeEnds,
    };
  }
}
