import { readCycles } from "../parameters.ts";

/** Sums of a k that a team's traces have finished, of one channel slice. */
export interface FinishedSums {
  /** gradients that the mask wants, and couples of sums in which there is one */
  readonly wanted: number;
  readonly couples: number;
  /** cycle at which the mask of them is there, read once more */
  readonly ready: number;
}

/** The traces that are read at the same time for a slice's sums. */
export interface Holders {
  /** They begin no new job. Returns the cycle from which all of them are at rest. */
  hold(now: number): number;
  /** Their sums have been read at `end`: they go on. */
  release(end: number): void;
}

/** A channel slice of a team: what it has finished, and who holds it. */
export interface Source {
  /** those that no lane has taken */
  readonly waiting: FinishedSums[];
  /** [step] who is read one after the other: a position slice each, in all columns of the team */
  readonly steps: readonly Holders[];
  /** [step][number of sums] cycle at which their set was free again */
  readonly freed: number[][];
}

/** One step of some sums. */
interface Read {
  readonly source: Source;
  readonly step: number;
  readonly sums: FinishedSums;
  /** cycle from which the traces are at rest */
  readonly rest: number;
  /** cycle at which all couples have been read; undefined while the traces or the lane's buffer are waited for */
  end: number | undefined;
}

/** Sends gradients from a cycle on, one couple a cycle. Returns the cycles at which the first one begins to leave and the last one has left. */
type Send = (sums: FinishedSums, now: number) => { readonly start: number; readonly end: number };

/** Cycles that a trace must be at rest before it is read: as long as its last sum takes to be written (assumed, D15). */
export const restCycles = 2;

/**
 * One way out of a column, or the same one of all columns of a team. It reads a couple of sums a cycle, adds the steps of a slice up in a buffer, and sends what is in it when the last step
 * has been read, while the next sums come in behind. It holds the traces of its next step as soon as it reads those of the one before.
 */
export class DrainLane {
  private readonly sources: readonly Source[];
  private readonly send: Send;
  private readonly wake: (cycle: number) => void;
  /** cycles that a couple takes */
  private readonly pace: number;
  /** place of the source that has its turn */
  private turn = 0;
  private current: Read | undefined;
  private ahead: Read | undefined;
  private last: Read | undefined;
  /** all steps have been read, and they wait for the ones before to be sent */
  private full: FinishedSums | undefined;
  /** of the sums that were sent last */
  private sent = { start: -1, end: 0 };

  /** `wake` is told of cycles at which something may happen. Where ports have no limits nothing takes time. */
  constructor(sources: readonly Source[], unlimited: boolean, send: Send, wake: (cycle: number) => void) {
    this.sources = sources;
    this.send = send;
    this.wake = wake;
    this.pace = unlimited ? 0 : 1;
  }

  /** Whether all that was finished has been sent. */
  get idle(): boolean {
    return (
      !this.current && !this.ahead && !this.full && this.sources.every(({ waiting }) => waiting.length === 0)
    );
  }

  /** What is read and sent, and who is held for it, from `now` on. */
  step(now: number): void {
    while (this.goesOn(now)) {}
  }

  /** Whether something happened that lets more happen. */
  private goesOn(now: number): boolean {
    if (this.full && this.sent.end <= now) {
      this.sent = this.send(this.full, now);
      this.full = undefined;
      this.wake(this.sent.end);
      this.wake(this.sent.start);
      return true;
    }
    this.current ??= this.take(now);
    if (!this.current) return false;
    if (this.current.end === undefined && !this.begin(this.current, now)) return false;
    this.ahead ??= this.take(now);
    return this.current.end! <= now && this.finish(this.current);
  }

  private finish({ source, step, sums }: Read): boolean {
    if (step === source.steps.length - 1 && sums.wanted > 0) this.full = sums;
    this.current = this.ahead;
    this.ahead = undefined;
    return true;
  }

  /** Begins to read, if the traces are at rest and the buffer has room, and holds those of the next step. */
  private begin(read: Read, now: number): boolean {
    const { source, step, sums, rest } = read;
    if (this.full) return false;
    const start = sums.wanted > 0 ? Math.max(rest, this.bufferFree(step)) : rest;
    if (start > now) {
      this.wake(start);
      return false;
    }
    const end = now + Math.max(readCycles, sums.couples) * this.pace;
    read.end = end;
    this.wake(end);
    if (sums.wanted > 0) {
      source.steps[step].release(end);
      source.freed[step].push(end + this.pace);
    } else for (const freed of source.freed) freed.push(end + this.pace);
    this.wake(end + this.pace);
    return true;
  }

  /** Cycle from which the buffer takes a step: the first comes in behind what is sent, the others need the port that reads it, too. */
  private bufferFree(step: number): number {
    return step === 0 ? this.sent.start : this.sent.end;
  }

  /** The next step: of the same sums, or of those that have their turn. Nobody is held for sums of which none is wanted. */
  private take(now: number): Read | undefined {
    const before = this.last;
    if (before && before.sums.wanted > 0 && before.step + 1 < before.source.steps.length)
      return this.readOf(before.source, before.step + 1, before.sums, now);
    const { length } = this.sources;
    for (let i = 0; i < length; i++) {
      const source = this.sources[(this.turn + i) % length];
      const sums = source.waiting.at(0);
      if (!sums || sums.ready > now) continue;
      source.waiting.shift();
      this.turn = (this.turn + i + 1) % length;
      return this.readOf(source, sums.wanted > 0 ? 0 : source.steps.length - 1, sums, now);
    }
    return undefined;
  }

  private readOf(source: Source, step: number, sums: FinishedSums, now: number): Read {
    const rest = sums.wanted > 0 ? source.steps[step].hold(now) + restCycles * this.pace : now;
    this.last = { source, step, sums, rest, end: undefined };
    return this.last;
  }
}
