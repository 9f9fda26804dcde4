import type { SwgParameters } from "../../hardware/parameters.ts";
import type { ArrayRecord } from "./array-record.ts";
import type { ColumnEpisode, ColumnItem, PeList } from "./column-work.ts";
import type { EpisodeItems, MappedColumn } from "./layer-work.ts";
import type { PortFields } from "./port-fields.ts";

/** Inputs of an array by port. */
export type ArrayInputs = Readonly<Record<string, PortFields>>;

/** A word of a list, and the sequences of PEs that it is for. */
interface ListWord {
  readonly word: bigint;
  readonly to: readonly { readonly row: number; readonly share: number }[];
}

/** What a column does of a k, and whether its episode ends with it, and all that it does. */
interface PlacedItem {
  readonly item: ColumnItem;
  readonly ends: boolean;
  readonly final: boolean;
}

interface ChunkWord {
  readonly trace: number;
  readonly first: boolean;
  readonly word: bigint;
}

/** Layouts of chunks that a column knows. */
const layouts = 4;

/**
 * Brings a column of an array the words of its lists and chunks, so that all of them are there when the cycle model says so: each port has a word a cycle, and
 * those of an item or episode come one after the other up to that cycle.
 */
export class ArrayColumn {
  readonly mapped: MappedColumn;
  private readonly at: number;
  private readonly p: SwgParameters;
  private readonly record: ArrayRecord;
  private readonly ahead: Iterator<EpisodeItems>;
  /** made, and not forgotten: those from `firstEpisode` and from `told` on */
  private readonly episodes: ColumnEpisode[] = [];
  private readonly items: PlacedItem[] = [];
  private firstEpisode = 0;
  /** the one of its last list, behind which it gets no chunks; known once that was made */
  private lastEpisode: number;
  /** items whose words come, or come next, and of which it was told that they have come */
  private coming = 0;
  private told = 0;
  /** cycle at which it was told last */
  private toldAt = Number.NEGATIVE_INFINITY;
  /** [port] words of the item that comes */
  private listWords: ListWord[][] = [];
  /** [row] words of the next chunks, and cycle at which those before had come */
  private readonly chunkWords: (ChunkWord[] | undefined)[];
  private readonly layouts: unknown[] = [];

  constructor(
    mapped: MappedColumn,
    at: number,
    record: ArrayRecord,
    p: SwgParameters,
    ahead: Iterator<EpisodeItems>,
  ) {
    this.mapped = mapped;
    this.at = at;
    this.record = record;
    this.p = p;
    this.ahead = ahead;
    this.lastEpisode = record.lists[at].length === 0 ? -1 : Number.POSITIVE_INFINITY;
    this.chunkWords = new Array<undefined>(p.rows).fill(undefined);
  }

  private more(): boolean {
    const next = this.ahead.next();
    if (next.done) return false;
    this.episodes.push(next.value.episode);
    const { items, last } = next.value;
    if (last && items.length > 0) this.lastEpisode = this.firstEpisode + this.episodes.length - 1;
    for (const [i, item] of items.entries()) {
      const ends = i === items.length - 1;
      this.items.push({ item, ends, final: last && ends });
    }
    return true;
  }

  private episode(number: number): ColumnEpisode {
    while (this.firstEpisode + this.episodes.length <= number)
      if (!this.more()) throw new Error(`no episode ${number}`);
    return this.episodes[number - this.firstEpisode];
  }

  private item(number: number): PlacedItem {
    while (this.told + this.items.length <= number) if (!this.more()) throw new Error(`no item ${number}`);
    return this.items[number - this.told];
  }

  /** Forgets the episodes before `number`, as all of their chunks have come. */
  forget(number: number): void {
    while (this.firstEpisode < number) {
      this.episode(this.firstEpisode);
      this.episodes.shift();
      this.firstEpisode++;
    }
  }

  /** The number of an episode's layout among those of the layer, and the layout. */
  layoutOf(number: number) {
    const { layout } = this.episode(number);
    if (!this.layouts.includes(layout)) this.layouts.push(layout);
    const place = this.layouts.indexOf(layout);
    if (place >= layouts) throw new Error(`a layer must have ${layouts} layouts at most, has more`);
    return { place, layout };
  }

  /** A word of a row's chunks of an episode, which are to come by the end of cycle `comes`, but behind those that came by `before`. Returns whether all are there. */
  bringChunk(
    row: number,
    number: number,
    comes: number,
    before: number,
    now: number,
    inputs: ArrayInputs,
  ): boolean {
    this.chunkWords[row] ??= this.chunkWordsOf(row, number);
    const words = this.chunkWords[row];
    if (words.length > 0 && now > before && now > comes - words.length) {
      const { trace, first, word } = words.shift()!;
      const pe = this.at * this.p.rows + row;
      inputs.chunk_valid.set(pe, 1);
      inputs.chunk_first.set(pe, first);
      inputs.chunk_trace.set(pe, trace);
      inputs.chunk_word.setWord(pe, word);
    }
    return now >= comes && words.length === 0;
  }

  private chunkWordsOf(row: number, number: number): ChunkWord[] {
    const { chunks } = this.episode(number);
    if (number > this.lastEpisode) return [];
    return chunks[row].flatMap((chunk, trace) =>
      (chunk?.words ?? []).map((word, i) => ({ trace, first: i === 0, word })),
    );
  }

  /** The words of a row's next chunks are the next ones. */
  nextChunk(row: number): void {
    this.chunkWords[row] = undefined;
  }

  /** Words of lists in a cycle, and what is told of a list that has come. */
  bringLists(now: number, inputs: ArrayInputs): void {
    const times = this.record.lists[this.at];
    this.bringListWords(now, inputs);
    const next = times.at(this.told);
    if (!next || now < Math.max(next.inPes - 1, this.toldAt + 1)) return;
    if (this.coming <= this.told)
      throw new Error(`column ${this.at}, item ${this.told}: words of lists come late`);
    const { item, ends, final } = this.item(this.told);
    inputs.list_comes.set(this.at, 1);
    inputs.comes_episode.set(this.at, item.episode % 4);
    inputs.comes_length.set(this.at, item.length);
    inputs.comes_first.set(this.at, item.first);
    inputs.comes_set.set(this.at, item.sums % this.mapped.columnLayer().sets);
    inputs.comes_last.set(this.at, item.last);
    inputs.comes_ends.set(this.at, ends);
    inputs.comes_final.set(this.at, final);
    this.items.shift();
    this.told++;
    this.toldAt = now;
  }

  private bringListWords(now: number, inputs: ArrayInputs): void {
    const time = this.record.lists[this.at].at(this.coming);
    if (!time) return;
    const { listPorts } = this.p;
    if (this.listWords.length === 0 && now >= time.port - mostListWords)
      this.listWords = Array.from({ length: listPorts }, (_, port) =>
        this.wordsOf(this.item(this.coming).item, port),
      );
    for (const [port, words] of this.listWords.entries()) {
      if (words.length === 0 || now < time.port - words.length) continue;
      const { word, to } = words.shift()!;
      inputs.list_word.setWord(this.at * listPorts + port, word);
      for (const { row, share } of to) {
        inputs.list_valid.set(this.at * this.p.rows + row, 1);
        inputs.list_share.set(this.at * this.p.rows + row, share);
      }
    }
    if (now < time.port - 1) return;
    if (this.listWords.some(({ length }) => length > 0))
      throw new Error(`column ${this.at}, item ${this.coming}: words of lists come late`);
    this.coming++;
    this.listWords = [];
  }

  /** Headers with masks come to each PE; all else once to all PEs behind a port that have the slice. */
  private wordsOf({ lists }: ColumnItem, port: number): ListWord[] {
    const behind = Math.ceil(this.p.rows / this.p.listPorts);
    const rows = Array.from({ length: this.p.rows }, (_, row) => row).filter(
      (row) => Math.floor(row / behind) === port,
    );
    const own = lists.filter(({ row }) => row === undefined || rows.includes(row));
    const headers = this.mapped.maps.mask === undefined ? 0 : 1;
    const words: ListWord[] = [];
    if (headers > 0)
      for (const {
        row,
        share,
        words: [word],
      } of own)
        words.push({ word, to: [{ row: row!, share }] });
    for (const slice of new Set(own.map((list) => list.slice))) {
      const same = own.filter((list) => list.slice === slice);
      const to = same.flatMap((list) => placesOf(list, rows));
      for (const word of same[0].words.slice(headers)) words.push({ word, to });
    }
    return words;
  }
}

/** More than the words of a list memory that a port fills in one go. */
const mostListWords = 1024;

const placesOf = ({ row, share }: PeList, rows: readonly number[]) =>
  row === undefined ? rows.map((one) => ({ row: one, share })) : [{ row, share }];
