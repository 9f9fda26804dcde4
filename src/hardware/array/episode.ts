import type { Occupancy } from "../../trace/occupancy.ts";
import { type ChunkSize, chunkWords } from "../buffer/chunk-loads.ts";
import type { ListedItem } from "../column/column.ts";
import {
  type ChunkLayout,
  chunkLayout,
  type RowLayout,
  type RowWord,
  rowLayout,
} from "../dataflow/geometry.ts";
import { chunkNumber, chunkOf, type LoopNest, type Mapping } from "../dataflow/mapping.ts";
import { onceFor } from "../once.ts";
import {
  compressedBytes,
  headerWords,
  listWordsOf,
  type SwgParameters,
  skips,
  tileLooks,
  tileValues,
  tracesOf,
  valueBytes,
  wordBytes,
} from "../parameters.ts";
import type { Residency } from "../schedule/schedule.ts";
import {
  type ChunkPosition,
  chunkPositions,
  type Job,
  jobOf,
  listOf,
  noJob,
  type Slot,
  slotsOf,
  wantedSlots,
  windowBits,
} from "../valid-data-trace/job.ts";

/** A position slice's chunk in an episode. */
interface Chunk {
  readonly layout: ChunkLayout;
  readonly positions: readonly ChunkPosition[];
  /** [domain][channel slice] bits of the windows of its traces, the same for all k's; made when they are first asked for */
  readonly bits: (Uint8Array | undefined)[][];
}

/** What an item's list takes on its way to a column, and what its traces do with it. */
export interface ItemWork extends Pick<ListedItem, "jobs" | "headers" | "rowWords" | "words"> {
  /** through the global buffer's port: nonzeros and their bitmap, and the mask's bits */
  readonly emapBytes: number;
  readonly maskBytes: number;
  /** through the column's list ports together, and through the one that has most */
  readonly portWords: number;
  readonly portCycles: number;
  /** into the list memories of all of its PEs, and to their traces */
  readonly listWrites: number;
  readonly listReads: number;
}

/** What a trace does for an item, and row words of its chunk. */
interface TraceWork {
  readonly job: Job;
  readonly rowWords: number;
}

/** Of a trace that has no chunk. */
const noWork: TraceWork = { job: noJob, rowWords: 0 };

/** Words that a trace reads of an item's lists. Without a header one that has no chunk knows that there is nothing to do. */
function listReads({ job, rowWords }: TraceWork, header: number): number {
  if (job.cycles > 0) return header + 1 + job.tiles.length;
  return header > 0 ? header : Math.min(1, rowWords);
}

const total = (sum: number, n: number): number => sum + n;

/** [domain][channel slice] slots of the traces of a residency */
const slotsOfTraces = onceFor(({ channels, pass }: Residency) =>
  channels.map((slices) => slices.map((own) => slotsOf(own, pass))),
);

/** Which part of its team's work a trace has. */
interface TracePlace {
  readonly slice: number;
  readonly channelSlice: number;
}

/** A k in a column: its lists, and the slots that it wants (assumed, D16). */
interface ColumnWork {
  readonly domain: number;
  readonly member: number;
  /** [position slice] empty where it has no chunk */
  readonly lists: readonly (readonly ChunkPosition[])[];
  /** [channel slice] */
  readonly wanted: readonly (readonly number[])[];
}

/** One residency x one chunk of positions for every trace. */
export class Episode {
  private readonly occupancy: Occupancy;
  private readonly nest: LoopNest;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly residency: Residency;
  private readonly rows: RowLayout;
  /** [domain][channel slice] */
  private readonly slots: readonly (readonly (readonly Slot[])[])[];
  /** [member of a team][position slice] */
  private readonly chunks: (Chunk | undefined)[][];
  /** [PE row] position slices that its traces have */
  private readonly slicesOfPes: readonly (readonly number[])[];

  constructor(
    occupancy: Occupancy,
    nest: LoopNest,
    mapping: Mapping,
    parameters: SwgParameters,
    residency: Residency,
    round: number,
  ) {
    this.occupancy = occupancy;
    this.nest = nest;
    this.mapping = mapping;
    this.parameters = parameters;
    this.residency = residency;
    const { layer } = occupancy;
    this.rows = rowLayout(layer, mapping, parameters)!;
    this.slots = slotsOfTraces(residency);
    this.slicesOfPes = Array.from({ length: parameters.rows }, (_, row) => this.slicesOfPe(row));
    this.chunks = Array.from({ length: mapping.teamColumns }, (_, member) =>
      Array.from({ length: mapping.positionSlices }, (_, slice) => {
        const number = chunkNumber(nest, round, member * mapping.positionSlices + slice);
        const groups = chunkOf(nest, mapping, number);
        if (groups.length === 0) return undefined;
        const layout = chunkLayout(layer, groups, residency.pass, this.rows);
        const bits = this.slots.map((): undefined[] => []);
        return { layout, positions: chunkPositions(groups), bits };
      }),
    );
  }

  /** Position slice and channels of a trace; undefined for one that the mapping does not use. */
  private placeOf(trace: number): TracePlace | undefined {
    const { channelSlices, positionSlices } = this.mapping;
    const slice = Math.floor(trace / channelSlices);
    return slice < positionSlices ? { slice, channelSlice: trace % channelSlices } : undefined;
  }

  /** What a PE row's chunks take: each different one crosses the port once. */
  chunkSize(row: number): ChunkSize {
    const { traces } = this.parameters;
    let words = 0;
    let wordsOfPe = 0;
    for (const channels of this.residency.channels)
      for (const member of this.chunks) {
        let own = 0;
        for (let trace = row * traces; trace < (row + 1) * traces; trace++) {
          const place = this.placeOf(trace);
          const chunk = place && member[place.slice];
          if (chunk) own += this.wordsOf(chunk, channels[place.channelSlice]);
        }
        words += own;
        wordsOfPe = Math.max(wordsOfPe, own);
      }
    return { bytes: words * wordBytes, wordsOfPe };
  }

  private wordsOf({ layout }: Chunk, channels: readonly number[]): number {
    if (channels.length === 0) return 0;
    const values = storedValues(this.occupancy, layout, this.rows, channels);
    return chunkWords(layout.words.length, values, this.parameters);
  }

  /** One k in the traces of a column that is the `member`-th of its team; empty lists where there is none. */
  item(team: number, member: number, k: number | undefined): ItemWork {
    const { parameters, occupancy, mapping } = this;
    const domain = Math.floor(team / this.nest.teamsPerDomain);
    const slots = mapping.channelSlices * mapping.channelsPerTrace * mapping.passRows * mapping.passColumns;
    const masked = parameters.gradientSkip && occupancy.mask !== undefined;
    const headed = masked || mapping.positionSlices > 1;
    const header = headed ? headerWords(parameters) : 0;
    const lists = this.chunks[member].map((chunk) =>
      chunk && k !== undefined ? listOf(occupancy, chunk.positions, k, skips(parameters).emap) : [],
    );
    const wanted = this.slots[domain].map((own) =>
      k === undefined ? [] : wantedSlots(occupancy, k, own, parameters.gradientSkip),
    );
    const words = lists.map(({ length }) => listWordsOf(length, headed, parameters));
    const traces = this.tracesWork({ domain, member, lists, wanted });
    const ofPorts = this.wordsOfPorts(words, masked ? header : 0);
    return {
      jobs: traces.map(({ job }) => job),
      headers: header,
      listReads: traces.map((work) => listReads(work, header)).reduce(total, 0),
      rowWords: traces.map(({ rowWords }) => rowWords),
      words: Math.max(...words),
      listWrites: this.slicesOfPes.flat().reduce((sum, slice) => sum + words[slice], 0),
      emapBytes: k === undefined ? 0 : this.emapBytes(member, k),
      maskBytes: masked && k !== undefined ? Math.ceil(slots / 8) : 0,
      portWords: ofPorts.reduce(total, 0),
      portCycles: Math.max(...ofPorts),
    };
  }

  /** [trace] */
  private tracesWork(work: ColumnWork): TraceWork[] {
    return Array.from({ length: tracesOf(this.parameters) }, (_, trace) => {
      const place = this.placeOf(trace);
      return place ? this.traceWork(work, place) : noWork;
    });
  }

  private traceWork(
    { domain, member, lists, wanted }: ColumnWork,
    { slice, channelSlice }: TracePlace,
  ): TraceWork {
    const chunk = this.chunks[member][slice];
    const slots = this.slots[domain][channelSlice];
    if (!chunk || slots.length === 0) return noWork;
    chunk.bits[domain][channelSlice] ??= windowBits(
      this.occupancy,
      chunk.positions,
      slots,
      skips(this.parameters).fmap,
    );
    const bits = chunk.bits[domain][channelSlice];
    const ofTile = tileValues(this.parameters);
    const job = jobOf(
      lists[slice],
      bits,
      slots.length,
      wanted[channelSlice],
      ofTile,
      tileLooks(this.parameters),
    );
    return { job, rowWords: chunk.layout.words.length };
  }

  /** Bytes of a k's nonzeros and their bitmap, of all position slices of a team's `member`-th column. */
  emapBytes(member: number, k: number): number {
    const { layer, emap } = this.occupancy;
    const { K, P, Q } = layer;
    let bytes = 0;
    for (const chunk of this.chunks[member]) {
      if (!chunk) continue;
      let nonzeros = 0;
      for (const { n, p, q } of chunk.positions) nonzeros += emap[((n * K + k) * P + p) * Q + q];
      bytes += compressedBytes(chunk.positions.length, nonzeros, valueBytes(this.parameters));
    }
    return bytes;
  }

  private slicesOfPe(row: number): number[] {
    const { traces } = this.parameters;
    const slices = new Set<number>();
    for (let trace = row * traces; trace < (row + 1) * traces; trace++) {
      const place = this.placeOf(trace);
      if (place) slices.add(place.slice);
    }
    return [...slices];
  }

  /**
   * [list port] words that lists of so many take. A PE's headers have the masks of its own traces, so each gets its own; the rest of a
   * list goes to all PEs behind the port that have it.
   */
  private wordsOfPorts(words: readonly number[], header: number): number[] {
    const { rows, listPorts } = this.parameters;
    const ports = Math.min(rows, listPorts);
    const behind = Math.ceil(rows / ports);
    return Array.from({ length: ports }, (_, port) => {
      const slices = this.slicesOfPes.slice(port * behind, (port + 1) * behind).flat();
      const bodies = [...new Set(slices)].reduce((sum, slice) => sum + words[slice] - header, 0);
      return bodies + header * slices.length;
    });
  }
}

/** Values of a chunk that a trace stores: nonzeros of its row words, twice where two words have them. */
export const storedValues = (
  maps: Pick<Occupancy, "layer" | "fmap">,
  { words }: ChunkLayout,
  { channelLanes, laneChannels }: RowLayout,
  channels: readonly number[],
): number =>
  words.reduce((sum, word) => {
    const first = word.lane * laneChannels;
    const own = channelLanes === 1 ? channels : channels.slice(first, first + laneChannels);
    return sum + own.reduce((values, c) => values + valuesOf(maps, word, c), 0);
  }, 0);

function valuesOf(
  { layer, fmap }: Pick<Occupancy, "layer" | "fmap">,
  { n, y, xs }: RowWord,
  c: number,
): number {
  const { C, H, W } = layer;
  if (y < 0 || y >= H) return 0;
  const row = ((n * C + c) * H + y) * W;
  let values = 0;
  for (const x of xs) if (x >= 0 && x < W) values += fmap[row + x];
  return values;
}
