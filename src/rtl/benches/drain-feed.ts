import type { Column } from "../../hardware/column/column.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import type { Random } from "../../random.ts";
import { type ColumnWork, slotCount, tracesOfPe } from "./column-work.ts";
import { PortBits } from "./port-bits.ts";
import type { Expected, Subject } from "./subject.ts";

const { bitsOf } = arithmetic.bf16;
/** Cycles after which what a MAC added is in its memory. */
const writeLatency = 2;
/** Bits of a couple of sums. */
const sumBits = 64;
/** Couples of a set: with eight sets there is no place for a ninth. */
const couplesOf = (sets: number): number => (sets === 8 ? 8 : slotCount / 2);

/** The sums of a trace that leave, from when it is held on. */
interface Leaving {
  readonly trace: number;
  /** their number */
  readonly sums: number;
  readonly heldFrom: number;
  /** cycles from which its couples of sums are read, and from which it goes on */
  reads: number | undefined;
  end: number | undefined;
}

/** Reads and clears sums that are finished, those of one trace at a time, and holds them against what they must be. */
export class DrainFeed {
  private readonly subject: Subject;
  private readonly work: ColumnWork;
  private readonly random: Random;
  /** [trace][number of sums] cycle at which they had left */
  private readonly left: number[][];
  private readonly all: number;
  private readonly couples: number;
  private leaving: Leaving | undefined;
  /** what comes in the next cycle, and in this one */
  private asked: { readonly leaving: Leaving; readonly couple: number } | undefined;
  private comes: { readonly trace: number; readonly words: bigint } | undefined;
  private readonly inputs = new PortBits([
    "hold",
    "set_freed",
    "drain_read",
    "drain_address",
    "drain_clear",
    "clear_address",
  ]);

  constructor(subject: Subject, work: ColumnWork, random: Random) {
    this.subject = subject;
    this.work = work;
    this.random = random;
    this.left = Array.from({ length: work.layer.rows * tracesOfPe }, () => []);
    this.couples = couplesOf(work.layer.sets);
    this.all = work.items.filter(({ last }) => last).length;
  }

  /** Cycle at which a trace has a set for its sums of this number. */
  setFree(trace: number, sums: number): number | undefined {
    const { sets } = this.work.layer;
    return sums < sets ? 0 : this.left[trace].at(sums - sets);
  }

  /** Whether all sums have left. */
  get done(): boolean {
    return this.leaving === undefined && this.left.every(({ length }) => length === this.all);
  }

  /** Begins to hold the trace whose sums leave next. */
  hold(now: number, column: Column): void {
    const { leaving, random } = this;
    if (leaving?.heldFrom !== now) return;
    const rest = column.hold(leaving.trace, now);
    leaving.reads = rest + writeLatency + random.below(3);
    leaving.end = leaving.reads + this.couples + 1 + random.below(3);
  }

  cycle(now: number, column: Column): void {
    if (!this.leaving && this.random.below(5) === 0) this.choose(now, column);
    this.comes = this.asked && {
      trace: this.asked.leaving.trace,
      words: this.wordsOf(this.asked.leaving, this.asked.couple),
    };
    this.asked = undefined;
    if (this.leaving) this.go(this.leaving, now, column);
    this.inputs.apply(this.subject);
  }

  /** What was asked for in the cycle before comes in this one. */
  expected(): Expected[] {
    if (!this.comes) return [];
    const { trace, words } = this.comes;
    const at = BigInt(sumBits * trace);
    return [{ port: "sum_word", value: words << at, mask: ((1n << BigInt(sumBits)) - 1n) << at }];
  }

  /** A trace that is done with its oldest sums. */
  private choose(now: number, column: Column): void {
    const trace = this.random.below(this.left.length);
    const sums = this.left[trace].length;
    const last = this.work.items.findIndex((item) => item.last && item.sums === sums);
    if (last < 0 || column.nextOf(trace) <= last) return;
    this.leaving = { trace, sums, heldFrom: now + 1, reads: undefined, end: undefined };
  }

  private go(leaving: Leaving, now: number, column: Column): void {
    const { inputs } = this;
    const { trace, reads, end } = leaving;
    if (reads === undefined || end === undefined) {
      inputs.set("hold", trace, 1, true);
      return;
    }
    const row = Math.floor(trace / tracesOfPe);
    const couple = now - reads;
    if (couple >= 0 && couple < this.couples) {
      inputs.set("drain_read", trace, 1, true);
      inputs.set("drain_address", row, 6, this.addressOf(leaving, couple));
      this.asked = { leaving, couple };
    }
    if (couple >= 1 && couple <= this.couples) {
      inputs.set("drain_clear", trace, 1, true);
      inputs.set("clear_address", row, 6, this.addressOf(leaving, couple - 1));
    }
    if (now < end - 1) inputs.set("hold", trace, 1, true);
    if (now === end - 2) {
      inputs.set("set_freed", trace, 1, true);
      this.left[trace].push(end);
      column.release(trace, end);
    }
    if (now === end) this.leaving = undefined;
  }

  private addressOf({ sums }: Leaving, couple: number): number {
    const set = sums % this.work.layer.sets;
    return couple < 8 ? set * 8 + couple : 56 + set;
  }

  private wordsOf({ trace, sums }: Leaving, couple: number): bigint {
    const values = this.work.sums[trace][sums];
    const [low, high] = [bitsOf(values[2 * couple]), bitsOf(values[2 * couple + 1])];
    return BigInt(low) | (BigInt(high) << 32n);
  }
}
