import type { Column } from "../../hardware/column/column.ts";
import type { Random } from "../../random.ts";
import type { ColumnEpisode, ColumnWork } from "./column-work.ts";
import { PortBits, traceBits } from "./port-bits.ts";
import type { Subject } from "./subject.ts";

/** Layouts that a column knows. */
const layouts = 4;

interface ChunkWord {
  readonly trace: number;
  readonly first: boolean;
  readonly word: bigint;
}

/** What comes to a row of PEs. */
interface Row {
  /** that comes, or comes next */
  episode: number;
  due: boolean;
  readonly words: ChunkWord[];
  /** cycle at which all of it is there */
  there: number | undefined;
}

/** Brings the chunks of each PE row, as soon as there is room for them or some time later. */
export class ChunkFeed {
  private readonly subject: Subject;
  private readonly work: ColumnWork;
  private readonly random: Random;
  private readonly rows: Row[];
  /** [row][episode] cycle at which it was there */
  private readonly times: number[][];
  private readonly inputs = new PortBits([
    "chunk_valid",
    "chunk_first",
    "chunk_trace",
    "chunk_word",
    "chunk_comes",
    "comes_layout",
  ]);
  private readonly layoutInputs = new Map<string, bigint>();

  constructor(subject: Subject, work: ColumnWork, random: Random) {
    this.subject = subject;
    this.work = work;
    this.random = random;
    const ofRows = Array.from({ length: work.p.rows });
    this.rows = ofRows.map(() => ({ episode: 0, due: false, words: [], there: undefined }));
    this.times = ofRows.map(() => []);
  }

  /** Cycle at which a row's chunks of an episode were there. */
  there(row: number, episode: number): number | undefined {
    return this.times[row].at(episode);
  }

  cycle(now: number, column: Column): void {
    for (const [at, row] of this.rows.entries()) {
      if (row.there === now) {
        this.times[at].push(now);
        column.wake(now);
        row.episode++;
        row.there = undefined;
      }
      if (!row.due && row.there === undefined && this.hasRoom(at, row.episode, column)) this.begin(at, row);
      if (row.due && this.random.below(4) > 0) this.bring(at, row, now);
    }
    this.inputs.apply(this.subject);
  }

  private hasRoom(row: number, episode: number, column: Column): boolean {
    const { p, items, episodes } = this.work;
    if (episode >= episodes.length || this.random.below(20) > 0) return false;
    const working = Array.from({ length: p.traces }, (_, t) => items.at(column.nextOf(row * p.traces + t)));
    return working.every((item) => !item || item.episode > episode - p.chunks);
  }

  private begin(at: number, row: Row): void {
    const { chunks } = this.work.episodes[row.episode];
    row.due = true;
    for (const [trace, chunk] of chunks[at].entries())
      for (const [i, word] of (chunk?.words ?? []).entries()) row.words.push({ trace, first: i === 0, word });
  }

  private bring(at: number, row: Row, now: number): void {
    const { inputs } = this;
    const next = row.words.shift();
    if (next) {
      inputs.set("chunk_valid", at, 1, true);
      inputs.set("chunk_first", at, 1, next.first);
      inputs.set("chunk_trace", at, traceBits(this.work.p), next.trace);
      inputs.set("chunk_word", at, 64, next.word);
    }
    if (row.words.length > 0 || (next && this.random.below(2) === 0)) return;
    inputs.set("chunk_comes", at, 1, true);
    inputs.set("comes_layout", at, 2, this.placeLayout(this.work.episodes[row.episode]));
    row.due = false;
    row.there = now + 1;
  }

  /** A residency's layout has a place of its own: there are four of them at most. */
  private placeLayout({ layout }: ColumnEpisode): number {
    const all = [...new Set(this.work.episodes.map((episode) => episode.layout))];
    const number = all.indexOf(layout);
    if (number >= layouts) throw new Error(`a layer must have ${layouts} layouts at most, has more`);
    const put = (port: string, width: number, value: number) => {
      const at = BigInt(number * width);
      const others = (this.layoutInputs.get(port) ?? 0n) & ~(((1n << BigInt(width)) - 1n) << at);
      this.layoutInputs.set(port, others | (BigInt(value) << at));
      this.subject.set(port, this.layoutInputs.get(port)!);
    };
    put("group_log", 2, layout.groupLog);
    put("column_step", 3, layout.columnStep);
    put("pass_lanes", 2, layout.passLanes);
    put("lane_bits", 3, layout.laneBits);
    return number;
  }
}
