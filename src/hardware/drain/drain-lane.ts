import { readCycles } from "../parameters.ts";

/** Sums of a k that a team's traces have finished, of one channel slice. */
export interface FinishedSums {
  /** gradients that the mask wants, and couples of sums in which there is one */
  readonly wanted: number;
  readonly couples: number;
  /** cycle from which it is known that all of their traces are done with them */
  readonly known: number;
}

/** The traces that are read at the same time for a slice's sums. */
export interface Holders {
  /** They begin no new job. Returns the cycle at which the last of their jobs ends, or has ended. */
  hold(now: number): number;
  /** Their sums have been read at `end`: they go on. */
  release(end: number): void;
}

/** A channel slice of a team: what it has finished, and who holds it. */
export interface Source {
  /** those whose mask has not been asked for */
  readonly waiting: FinishedSums[];
  /** [step] who is read one after the other: a position slice each, in all columns of the team */
  readonly steps: readonly Holders[];
  /** [step][number of sums] cycle at which their set was free again */
  readonly freed: number[][];
}

/** Sums whose mask has been asked for. */
interface AskedSums {
  readonly source: Source;
  readonly sums: FinishedSums;
  /** cycle from which they can be taken */
  readonly ready: number;
}

/** One step of some sums. */
interface Read {
  readonly source: Source;
  readonly step: number;
  readonly sums: FinishedSums;
  /** cycle at which it was taken; the traces are held from the next one on */
  readonly taken: number;
  /** cycle from which they can be read; undefined until they are held */
  rest: number | undefined;
  /** cycle at which all couples have been read; undefined while the traces or the lane's buffer are waited for */
  end: number | undefined;
}

/** What a lane asks of the array around it. */
export interface LanePorts {
  /** Sends gradients from a cycle on, one couple a cycle. Returns the cycles at which the first one begins to leave and the last one has left. */
  send(sums: FinishedSums, now: number): { readonly start: number; readonly end: number };
  /** Asks for the mask of the next sums of the source at a place. Returns the cycle at which it has been read. */
  readMask(place: number, now: number): number;
  /** is told when it asked for one, and when that has come */
  asked?(place: number, now: number, there: number): void;
}

/** Cycles that a trace must be at rest before it is read: two in which its last sum is written, and one until that is known to its way (assumed, D15). */
export const restCycles = 3;

/** Sums of a lane whose mask has been asked for and that have not been taken, at most. */
export const masksAhead = 2;

/** Cycles from when a mask has come to when its sums can be taken. */
export const maskCycles = 2;

/** A slice is asked after again so many cycles later: only then it is known what it has beside the sums whose mask was asked for. */
export const askAgainCycles = 2;

/**
 * One way out of a column, or the same one of all columns of a team. It reads a couple of sums a cycle, adds the steps of a slice up in a buffer, and sends what is in it when the last step
 * has been read, while the next sums come in behind. It holds the traces of its next step a cycle after it begins to read those of the one before. Its slices take turns when it asks for the masks of
 * sums that they have finished, some ahead; sums leave in that order.
 */
export class DrainLane {
  private readonly sources: readonly Source[];
  private readonly ports: LanePorts;
  private readonly wake: (cycle: number) => void;
  /** cycles that a couple takes */
  private readonly pace: number;
  /** place of the source that has its turn */
  private turn = 0;
  /** in order */
  private readonly asked: AskedSums[] = [];
  /** of the mask that was asked for last: whose it is, when it was asked for, and when it has come */
  private lastAsked = { place: -1, cycle: 0, there: -1 };
  private current: Read | undefined;
  private ahead: Read | undefined;
  private last: Read | undefined;
  /** all steps have been read, and they wait for the ones before to be sent */
  private full: FinishedSums | undefined;
  /** of the sums that were sent last */
  private sent = { start: -1, end: 0 };

  /** `wake` is told of cycles at which something may happen. Where ports have no limits nothing takes time. */
  constructor(
    sources: readonly Source[],
    unlimited: boolean,
    ports: LanePorts,
    wake: (cycle: number) => void,
  ) {
    this.sources = sources;
    this.ports = ports;
    this.wake = wake;
    this.pace = unlimited ? 0 : 1;
  }

  /** Whether all that was finished has been sent. */
  get idle(): boolean {
    const { current, ahead, full, asked, sources } = this;
    const any = current ?? ahead ?? full ?? asked.at(0);
    return !any && sources.every(({ waiting }) => waiting.length === 0);
  }

  /** What is read and sent, who is held for it, and which mask is asked for, from `now` on. */
  step(now: number): void {
    while (this.goesOn(now)) {}
    this.askNext(now);
  }

  /** Asks for the mask of the sums that have their turn, one in a cycle. */
  private askNext(now: number): void {
    const { length } = this.sources;
    const places = this.sources.map((_, i) => (this.turn + i) % length);
    if (this.asked.length === masksAhead) return;
    const next = places.find((place) => this.askFrom(place) <= now);
    if (next !== undefined) this.ask(next, now);
    const later = Math.min(...places.map((place) => this.askFrom(place)));
    if (later < Number.POSITIVE_INFINITY) this.wake(Math.max(later, now + 1));
  }

  /** Cycle from which a source's next mask can be asked for. */
  private askFrom(place: number): number {
    const sums = this.sources[place].waiting.at(0);
    if (!sums) return Number.POSITIVE_INFINITY;
    const { place: before, cycle } = this.lastAsked;
    return place === before ? Math.max(sums.known, cycle + askAgainCycles) : sums.known;
  }

  /** A mask comes a cycle after it was asked for at the earliest, and one in a cycle. */
  private ask(place: number, now: number): void {
    const source = this.sources[place];
    const sums = source.waiting.shift()!;
    const read = this.ports.readMask(place, now);
    const there = Math.max(read, now + 1, this.lastAsked.there + 1);
    this.ports.asked?.(place, now, there);
    this.lastAsked = { place, cycle: now, there };
    this.turn = (place + 1) % this.sources.length;
    const ready = there + maskCycles;
    this.asked.push({ source, sums, ready });
    this.wake(ready);
  }

  /** Whether something happened that lets more happen. */
  private goesOn(now: number): boolean {
    if (this.full && this.sent.end <= now) {
      this.sent = this.ports.send(this.full, now);
      this.full = undefined;
      this.wake(this.sent.end);
      this.wake(this.sent.start);
      return true;
    }
    this.current ??= this.take(now);
    if (!this.current) return false;
    this.holdTaken(now);
    if (this.current.end === undefined && !this.begin(this.current, now)) return false;
    this.ahead ??= this.take(now);
    return this.current.end! <= now && this.finish(this.current);
  }

  /** Holds the traces of what was taken a cycle before. */
  private holdTaken(now: number): void {
    for (const read of [this.current, this.ahead]) {
      if (!read || read.rest !== undefined || read.taken + this.pace > now) continue;
      const { source, step, taken } = read;
      read.rest = Math.max(taken, source.steps[step].hold(now)) + restCycles * this.pace;
    }
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
    if (this.full || rest === undefined) return false;
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

  /** The next step: of the same sums, or of those whose mask was asked for first. Nobody is held for sums of which none is wanted. */
  private take(now: number): Read | undefined {
    const before = this.last;
    if (before && before.sums.wanted > 0 && before.step + 1 < before.source.steps.length)
      return this.readOf(before.source, before.step + 1, before.sums, now);
    const next = this.asked.at(0);
    if (!next || next.ready > now) return undefined;
    this.asked.shift();
    const { source, sums } = next;
    return this.readOf(source, sums.wanted > 0 ? 0 : source.steps.length - 1, sums, now);
  }

  private readOf(source: Source, step: number, sums: FinishedSums, now: number): Read {
    const rest = sums.wanted > 0 ? undefined : now;
    this.last = { source, step, sums, taken: now, rest, end: undefined };
    this.wake(now + this.pace);
    return this.last;
  }
}
