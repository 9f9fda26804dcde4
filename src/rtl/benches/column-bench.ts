import { Column } from "../../hardware/column/column.ts";
import { tracesOf } from "../../hardware/parameters.ts";
import type { Random } from "../../random.ts";
import { ChunkFeed } from "./chunk-feed.ts";
import type { ColumnWork } from "./column-work.ts";
import { DrainFeed } from "./drain-feed.ts";
import { ListFeed } from "./list-feed.ts";
import { PortBits } from "./port-bits.ts";
import { ColumnDifference, type Expected, type Subject } from "./subject.ts";

const none = { busy: 0, room: 0, inBuffer: 0 };
const mostCycles = 200_000;
const resetCycles = 4;

/** A subject that is to do what the cycle model's column does, with the same work at the same times. */
export class ColumnBench {
  private readonly column: Column;
  private readonly subject: Subject;
  private readonly work: ColumnWork;
  private readonly chunks: ChunkFeed;
  private readonly lists: ListFeed;
  private readonly drain: DrainFeed;
  /** [trace] cycles from and to which it is served */
  private readonly served: { start: number; end: number }[];
  private now = 0;

  constructor(subject: Subject, work: ColumnWork, random: Random) {
    this.subject = subject;
    this.work = work;
    this.chunks = new ChunkFeed(subject, work, random);
    this.lists = new ListFeed(subject, work, random);
    this.served = Array.from({ length: tracesOf(work.p) }, () => ({ start: 0, end: 0 }));
    const parameters = { ...work.p, columns: 1, intraColumn: work.layer.help };
    const around = {
      chunk: (episode: number, row: number) => {
        const there = this.chunks.there(row, episode);
        return there === undefined ? undefined : { free: 0, fetch: none, asked: 0, there };
      },
      setFree: (trace: number, sums: number) => this.drain.setFree(trace, sums),
    };
    this.column = new Column(parameters, around, () => undefined, {
      job: (_mac, trace, { cycles }, start) => {
        this.served[trace] = { start, end: start + cycles };
      },
      waited: () => undefined,
    });
    this.drain = new DrainFeed(subject, work, random, this.column);
  }

  /** All of the work. Returns its cycles; throws a `ColumnDifference` where the work has no end. */
  run(): number {
    this.reset();
    while (this.column.done < this.work.items.length || !this.drain.done) {
      if (this.now > mostCycles)
        throw new ColumnDifference(`the work must end within ${mostCycles} cycles, does not`);
      this.cycle();
    }
    return this.now;
  }

  /** Under reset, what does not change in a layer is set, and sums of the layer before are cleared. */
  private reset(): void {
    const { subject } = this;
    const { p, layer } = this.work;
    const { help, headers, sharesLog, share, sets } = layer;
    subject.set("reset", 1);
    subject.set("help", help);
    subject.set("headers", headers);
    subject.set("shares_log", sharesLog);
    subject.set("sets", sets);
    const shares = new PortBits(["share"]);
    for (const [i, own] of share.flat().entries()) shares.set("share", i, 2, own);
    shares.apply(subject);
    // a team of one column
    subject.set("levels", 0);
    subject.set("level", 0);
    subject.set("is_last", 1);
    for (let cycle = 0; cycle < resetCycles; cycle++) subject.cycle([]);
    subject.set("clear_all", 1);
    for (let address = 0; address < p.sums / 2; address++) {
      subject.set("clear_all_address", address);
      subject.cycle([]);
    }
    subject.set("clear_all", 0);
    subject.set("reset", 0);
  }

  private cycle(): void {
    const { column, now } = this;
    column.finishJobs(now);
    this.chunks.cycle(now, column);
    this.lists.cycle(now, column);
    column.beginJobs(now);
    this.drain.cycle(now);
    this.subject.cycle([...this.expected(), ...this.drain.expected(now)]);
    this.now++;
  }

  private expected(): Expected[] {
    const { column, now } = this;
    let [run, next] = [0n, 0n];
    for (const [trace, { start, end }] of this.served.entries()) {
      const runs = start <= now && now < end;
      if (runs) run |= 1n << BigInt(trace);
      // a list that is worked on since a cycle is no more the next one
      const number = (column.nextOf(trace) + Number(runs && start < now)) % 16;
      next |= BigInt(number) << BigInt(4 * trace);
    }
    return [
      { port: "run", value: run },
      { port: "next", value: next },
    ];
  }
}
