import type { Column } from "../../hardware/column/column.ts";
import type { Random } from "../../random.ts";
import type { ColumnItem, ColumnWork, PeList } from "./column-work.ts";
import { PortBits } from "./port-bits.ts";
import type { Subject } from "./subject.ts";

const wordBits = 64;
/** Cycles between two words at most, on average. */
const slowest = 8;

/** Brings the lists of one item after another, as soon as there is room for them or some time later. */
export class ListFeed {
  private readonly subject: Subject;
  private readonly work: ColumnWork;
  private readonly random: Random;
  /** item that comes, or comes next */
  private number = 0;
  private due = false;
  private inPes: number | undefined;
  private slow = 1;
  /** [port] words that have not come */
  private readonly words: { readonly list: PeList; readonly word: bigint }[][];
  private readonly inputs = new PortBits([
    "list_valid",
    "list_share",
    "list_word",
    "list_comes",
    "comes_episode",
    "comes_length",
    "comes_first",
    "comes_set",
  ]);

  constructor(subject: Subject, work: ColumnWork, random: Random) {
    this.subject = subject;
    this.work = work;
    this.random = random;
    this.words = Array.from({ length: work.p.listPorts }, () => []);
  }

  /** The port that a PE is behind. */
  private portOf(row: number): number {
    const { rows, listPorts } = this.work.p;
    return Math.floor(row / Math.ceil(rows / listPorts));
  }

  cycle(now: number, column: Column): void {
    const { items } = this.work;
    if (this.inPes === now) {
      column.list(listed(items[this.number], Number(this.work.layer.headers), now));
      this.number++;
      this.inPes = undefined;
    }
    if (!this.due && this.hasRoom(column)) {
      this.due = true;
      for (const list of items[this.number].lists) this.queue(list);
    }
    if (this.due && this.random.below(this.slow) === 0) this.bring(items[this.number], now);
    this.inputs.apply(this.subject);
  }

  /** A list waits at the port of its PE, or at all. */
  private queue(list: PeList): void {
    for (const [port, waiting] of this.words.entries())
      if (list.row === undefined || this.portOf(list.row) === port)
        waiting.push(...list.words.map((word) => ({ list, word })));
  }

  private hasRoom({ done }: Column): boolean {
    const { p, items, layer } = this.work;
    if (this.number >= items.length || this.number >= done + p.listAhead || this.inPes !== undefined)
      return false;
    const held = new Map<string, number>();
    for (const { lists } of items.slice(done, this.number + 1))
      for (const { row, share, words } of lists) {
        const sequence = `${row} ${share}`;
        held.set(sequence, (held.get(sequence) ?? 0) + words.length);
      }
    return [...held.values()].every((words) => words <= layer.listRoom);
  }

  private bring(item: ColumnItem, now: number): void {
    const { inputs, random } = this;
    let any = false;
    for (const [port, queue] of this.words.entries()) {
      // now and then one port has nothing to give
      const next = random.below(8) > 0 ? queue.shift() : undefined;
      if (next) this.bringWord(port, next.list, next.word);
      any ||= next !== undefined;
    }
    if (this.words.some(({ length }) => length > 0) || (any && random.below(2) === 0)) return;
    inputs.set("list_comes", 0, 1, true);
    inputs.set("comes_episode", 0, 2, item.episode % 4);
    inputs.set("comes_length", 0, 5, item.length);
    inputs.set("comes_first", 0, 1, item.first);
    inputs.set("comes_set", 0, 3, item.sums % this.work.layer.sets);
    this.due = false;
    this.inPes = now + 1;
    if (random.below(10) === 0) this.slow = 1 + random.below(slowest);
  }

  private bringWord(port: number, { row, share }: PeList, word: bigint): void {
    this.inputs.set("list_word", port, wordBits, word);
    for (let at = 0; at < this.work.p.rows; at++) {
      if (this.portOf(at) !== port || (row !== undefined && row !== at)) continue;
      this.inputs.set("list_valid", at, 1, true);
      this.inputs.set("list_share", at, 2, share);
    }
  }
}

/** An item as the cycle model takes it; what a column waited for does not matter here. */
const listed = (item: ColumnItem, headers: number, now: number) => ({
  item: {
    residency: {
      ks: [],
      channels: [],
      pass: { r0: 0, r1: 1, s0: 0, s1: 1 },
      firstOfKs: true,
      firstOfChannels: true,
      lastKs: true,
    },
    episode: item.episode,
    inEpisode: 0,
    k: 0,
    first: item.first,
    last: item.last,
    sums: item.sums,
  },
  jobs: item.jobs,
  rowWords: item.rowWords,
  headers,
  words: 1,
  fetch: { busy: 0, room: 0, inBuffer: 0 },
  asked: 0,
  inPes: now,
});
