import { Episode } from "../../hardware/array/episode.ts";
import { chunkLayout, type Group, heldSets, rowLayout, slotPlace } from "../../hardware/dataflow/geometry.ts";
import { layerStatistics } from "../../hardware/dataflow/layer-statistics.ts";
import {
  chunkNumber,
  chunkOf as groupsOfChunk,
  loopNest,
  type Mapping,
  type Pass,
  roundOf,
  type Sample,
} from "../../hardware/dataflow/mapping.ts";
import { helps, type SwgParameters, tracesOf } from "../../hardware/parameters.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import { type Item, ItemList } from "../../hardware/schedule/items.ts";
import { type Residency, residencies } from "../../hardware/schedule/schedule.ts";
import {
  type ChunkPosition,
  chunkPositions,
  listOf,
  pixelOf,
  type Slot,
  slotsOf,
  wantedSlots,
} from "../../hardware/valid-data-trace/job.ts";
import { occupancy, withoutFullMask } from "../../trace/occupancy.ts";
import type { LayerTrace } from "../../trace/trace.ts";
import type {
  ChunkPlaces,
  ColumnEpisode,
  ColumnItem,
  ColumnLayer,
  ColumnWork,
  PeList,
} from "./column-work.ts";
import { slotCount } from "./column-work.ts";
import { type Chunk, chunkOf, type Entry, headedWordsOf, listWordsOf, type RowBit } from "./storage.ts";

/** What a column has to do for a real layer as it is mapped, in the form in which it comes to the hardware. Values are bf16. */

const { round, multiply, add } = arithmetic.bf16;

/** What one column does of a sample of a layer, which is flat where it is pointwise. */
export function layerColumnWork(
  given: LayerTrace,
  mapping: Mapping,
  p: SwgParameters,
  column: number,
  sample: Sample,
): ColumnWork {
  const layer = new MappedColumn(given, mapping, p, column);
  const all = [...layer.episodes(sample)];
  return {
    p,
    layer: layer.columnLayer(),
    episodes: all.map(({ episode }) => episode),
    items: all.flatMap(({ items }) => items),
    sums: layer.sums,
    wanted: layer.wanted,
  };
}

/** An episode of a column, and the items in it; whether the column has none behind them. */
export interface EpisodeItems {
  readonly episode: ColumnEpisode;
  readonly items: readonly ColumnItem[];
  readonly last: boolean;
}

/** A column of the array, and a layer mapped to it. */
export class MappedColumn {
  readonly codes: { readonly fmap: Int32Array; readonly emap: Int32Array };
  readonly maps;
  readonly nest;
  readonly rows;
  readonly mapping: Mapping;
  readonly p: SwgParameters;
  readonly team: number;
  readonly member: number;
  readonly headers: boolean;
  /** [row][trace] number of its position slice among those of its PE; 0 for one that is not used */
  readonly share: readonly (readonly number[])[];
  /** [trace][number of sums] */
  readonly sums: Float64Array[][];
  /** [channel slice][number of sums] */
  readonly wanted: number[][];
  /** [channel slice][number of sums][slot] element of the gradient, [K][C/groups][R][S]; undefined where there is none */
  readonly elements: (number | undefined)[][][];
  private readonly places = new Map<string, ChunkPlaces>();

  constructor(given: LayerTrace, mapping: Mapping, p: SwgParameters, column: number) {
    this.codes = { fmap: round(given.fmap).codes, emap: round(given.emap).codes };
    this.maps = withoutFullMask(occupancy(given));
    this.nest = loopNest(given.layer, mapping, p);
    this.rows = rowLayout(given.layer, mapping, p)!;
    this.mapping = mapping;
    this.p = p;
    this.team = Math.floor(column / mapping.teamColumns);
    this.member = column % mapping.teamColumns;
    this.headers = this.maps.mask !== undefined || mapping.positionSlices > 1;
    this.share = Array.from({ length: p.rows }, (_, row) => {
      const slices = this.slicesOf(row);
      const own = [...new Set(slices.filter((slice) => slice !== undefined))];
      return slices.map((slice) => (slice === undefined ? 0 : own.indexOf(slice)));
    });
    this.sums = Array.from({ length: tracesOf(p) }, () => []);
    this.wanted = Array.from({ length: mapping.channelSlices }, () => []);
    this.elements = Array.from({ length: mapping.channelSlices }, () => []);
  }

  /** Episode by episode. Sums are whole when their last item is there. */
  *episodes(sample: Sample): Generator<EpisodeItems> {
    const { maps, nest, mapping, p, team } = this;
    const order = () => residencies(layerStatistics(maps), nest, mapping, p);
    const list = new ItemList(order(), sample, team);
    let [next, number] = [0, 0];
    for (const residency of order())
      for (let i = 0; i < sample.rounds; i++, number++) {
        if (number === sample.residencies * sample.rounds) return;
        const work = new EpisodeWork(this, residency, roundOf(nest, sample, i));
        const items: ColumnItem[] = [];
        for (let item = list.at(next); item?.episode === number; item = list.at(++next))
          items.push(work.item(item));
        yield { episode: work.episode, items, last: list.at(next) === undefined };
      }
  }

  columnLayer(): ColumnLayer {
    const { share, headers, p, maps, mapping } = this;
    const sharesLog = Math.ceil(Math.log2(Math.max(...share.flat()) + 1));
    return {
      help: helps(p),
      headers,
      sharesLog,
      share,
      sets: heldSets(maps.layer, mapping, p),
      channelSlices: mapping.channelSlices,
      positionSlices: mapping.positionSlices,
      listRoom: p.listWords >> sharesLog,
    };
  }

  /** Position slice of a trace; undefined for one that the mapping does not use. */
  sliceOf(trace: number): number | undefined {
    const slice = Math.floor(trace / this.mapping.channelSlices);
    return slice < this.mapping.positionSlices ? slice : undefined;
  }

  slicesOf(row: number): (number | undefined)[] {
    const { traces } = this.p;
    return Array.from({ length: traces }, (_, t) => this.sliceOf(row * traces + t));
  }

  /** How a pass's chunks lie, and where a slot's bit is among the lanes of a window. */
  placesOf({ r0, r1, s0, s1 }: Pass): ChunkPlaces {
    const { channelLanes, laneChannels, pitch, outputs } = this.rows;
    const passLanes = r1 - r0 > 1 ? r1 - r0 : channelLanes;
    const laneBits = (s1 - s0) * laneChannels;
    const key = `${passLanes} ${laneBits}`;
    const found = this.places.get(key) ?? {
      groupLog: Math.ceil(Math.log2(outputs)),
      columnStep: pitch * laneChannels,
      passLanes,
      laneBits,
    };
    this.places.set(key, found);
    return found;
  }
}

/** One trace in an episode. */
interface TraceWork {
  readonly channels: readonly number[];
  readonly chunk: Chunk;
  readonly slots: readonly Slot[];
  readonly positions: readonly ChunkPosition[];
}

/** One episode of a column. */
class EpisodeWork {
  readonly episode: ColumnEpisode;
  private readonly layer: MappedColumn;
  private readonly pass: Pass;
  private readonly model: Episode;
  /** [channel slice] */
  private readonly channels: readonly (readonly number[])[];
  /** [position slice] */
  private readonly groups: readonly (readonly Group[])[];
  /** [trace] undefined where it has no chunk */
  private readonly traces: readonly (TraceWork | undefined)[];

  constructor(layer: MappedColumn, residency: Residency, at: number) {
    const { nest, mapping, p, maps, member, team } = layer;
    this.layer = layer;
    this.pass = residency.pass;
    this.model = new Episode(maps, nest, mapping, p, residency, at);
    this.groups = Array.from({ length: mapping.positionSlices }, (_, slice) =>
      groupsOfChunk(nest, mapping, chunkNumber(nest, at, member * mapping.positionSlices + slice)),
    );
    const channels = residency.channels[Math.floor(team / nest.teamsPerDomain)];
    this.channels = channels;
    this.traces = layer.share.flat().map((_, trace) => {
      const slice = layer.sliceOf(trace);
      return slice === undefined ? undefined : this.traceWork(slice, channels[trace % mapping.channelSlices]);
    });
    const chunks = layer.share.map((ofRow, row) =>
      ofRow.map((_, t) => this.traces[row * p.traces + t]?.chunk),
    );
    this.episode = { layout: layer.placesOf(residency.pass), chunks };
  }

  private traceWork(slice: number, channels: readonly number[]): TraceWork | undefined {
    const { maps, rows, codes } = this.layer;
    const groups = this.groups[slice];
    if (groups.length === 0 || channels.length === 0) return undefined;
    const { words, firstWord } = chunkLayout(maps.layer, groups, this.pass, rows);
    const { C, H, W } = maps.layer;
    const bitsOf = ({ n, y, xs, lane }: (typeof words)[number]): RowBit[] => {
      if (y < 0 || y >= H) return [];
      const first = rows.channelLanes > 1 ? lane * rows.laneChannels : 0;
      const own = channels.slice(first, first + rows.laneChannels);
      return xs.flatMap((x, i) =>
        own.flatMap((c, j) => {
          const pixel = ((n * C + c) * H + y) * W + x;
          const there = x >= 0 && x < W && maps.fmap[pixel] !== 0;
          return there ? [{ at: i * rows.laneChannels + j, code: codes.fmap[pixel] }] : [];
        }),
      );
    };
    return {
      channels,
      chunk: chunkOf(words.map(bitsOf), firstWord, this.layer.p),
      slots: slotsOf(channels, this.pass),
      positions: chunkPositions(groups),
    };
  }

  item(item: Item): ColumnItem {
    const { layer, model } = this;
    const { jobs, rowWords } = model.item(layer.team, layer.member, item.k);
    const lists = this.groups.map((groups) => this.listOf(groups, item.k));
    const masks = this.traces.map((work, trace) =>
      work && item.k !== undefined ? this.multiply(work, trace, item) : 0,
    );
    const ofPes = layer.headers ? this.headedLists(lists, masks) : [commonList(lists[0])];
    if (item.k !== undefined) for (const own of layer.sums) own[item.sums] ??= new Float64Array(slotCount);
    if (item.k !== undefined && item.first) this.placeElements(item.k, item.sums);
    return {
      episode: item.episode,
      first: item.first,
      last: item.last,
      sums: item.sums,
      length: layer.headers ? 1 : ofPes[0].words.length,
      lists: ofPes,
      jobs,
      rowWords,
    };
  }

  private placeElements(k: number, sums: number): void {
    const { layer, channels, pass } = this;
    const { C, groups, R, S } = layer.maps.layer;
    for (const [slice, own] of channels.entries()) {
      const elements = new Array<number | undefined>(slotCount).fill(undefined);
      for (const slot of slotsOf(own, pass)) {
        const channel = k * (C / groups) + (slot.c % (C / groups));
        elements[slotPlace(slot, own, pass, layer.rows, layer.p)] = (channel * R + slot.r) * S + slot.s;
      }
      layer.elements[slice][sums] = elements;
    }
  }

  private listOf(
    groups: readonly Group[],
    k: number | undefined,
  ): (Entry & { readonly of: ChunkPosition })[] {
    const { maps, codes, rows } = this.layer;
    if (k === undefined) return [];
    const { K, P, Q } = maps.layer;
    const log = Math.ceil(Math.log2(rows.outputs));
    return listOf(maps, chunkPositions(groups), k, true).map((of) => ({
      position: (of.group << log) | of.column,
      code: codes.emap[((of.n * K + k) * P + of.p) * Q + of.q],
      of,
    }));
  }

  /** Each PE's lists, with the masks of its own traces; without a mask one for all, in which there is what any of them has. */
  private headedLists(lists: readonly (readonly Entry[])[], ofTraces: readonly number[]): PeList[] {
    const all = ofTraces.reduce((any, mask) => any | mask, 0);
    const masks = this.layer.maps.mask === undefined ? ofTraces.map(() => all) : ofTraces;
    const { traces } = this.layer.p;
    return this.layer.share.flatMap((shares, row) => {
      const slices = this.layer.slicesOf(row);
      const own = masks.slice(row * traces, (row + 1) * traces);
      return slices.flatMap((slice, t) =>
        slice === undefined || slices.indexOf(slice) < t
          ? []
          : [{ row, share: shares[t], slice, words: headedWordsOf(lists[slice], own) }],
      );
    });
  }

  /** Adds a trace's pairs to its sums, in the hardware's order: tile by tile, slot by slot. Returns its mask. */
  private multiply({ slots, channels, positions }: TraceWork, trace: number, { k, sums }: Item): number {
    const { layer, pass } = this;
    const { maps, codes } = layer;
    layer.sums[trace][sums] ??= new Float64Array(slotCount);
    const into = layer.sums[trace][sums];
    const wanted = wantedSlots(maps, k!, slots, true)
      .map((i) => ({ slot: slots[i], number: slotPlace(slots[i], channels, pass, layer.rows, layer.p) }))
      .sort((a, b) => a.number - b.number);
    const { K, P, Q } = maps.layer;
    const list = listOf(maps, positions, k!, true);
    for (let from = 0; from < list.length; from += 4)
      for (const { slot, number } of wanted)
        for (const { n, p, q } of list.slice(from, from + 4)) {
          const pixel = pixelOf(maps.layer, { n, p, q }, slot);
          if (pixel === undefined || maps.fmap[pixel] === 0) continue;
          const emap = codes.emap[((n * K + k!) * P + p) * Q + q];
          into[number] = add(into[number], multiply(emap, codes.fmap[pixel]));
        }
    const mask = wanted.reduce((bits, { number }) => bits | (1 << number), 0);
    layer.wanted[trace % layer.mapping.channelSlices][sums] = mask;
    return mask;
  }
}

/** A list that all PEs have. */
const commonList = (entries: readonly Entry[]): PeList => ({
  row: undefined,
  share: 0,
  words: listWordsOf(entries),
});
