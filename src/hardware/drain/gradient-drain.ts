import type { WriteQueue } from "../dram/write-queue.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";

/** Sums of a trace that are read in a cycle: a word of its memory. */
export const traceDrainSums = 2;

/** The traces that hold a slice's sums, in all position slices and columns of a team. */
export interface Holders {
  /** They begin no new job. Returns the cycle from which all of them are at rest. */
  hold(slice: number, now: number): number;
  /** Their sums are read until `end`; then they go on. */
  release(slice: number, end: number): void;
}

/** Sums on their way out. */
interface Leaving {
  readonly slice: number;
  readonly wanted: number;
  /** cycle from which their traces are at rest */
  readonly rest: number;
  /** cycle at which the last has left; undefined while the traces are waited for */
  end: number | undefined;
}

/**
 * Takes finished sums out of a team's traces, in the order in which they were finished. Traces that hold the same channels, of all
 * position slices and columns of the team, send theirs together: they are added up on the way. They begin no new job when
 * it is their turn, and are read when all are at rest; MACs serve other traces meanwhile. A column sends `columnDrainSums` a cycle,
 * so a few slices at a time.
 */
export class GradientDrain {
  writtenBytes = 0;
  /** [lane] */
  private readonly lanes: (Leaving | undefined)[];
  private readonly waiting: { readonly slice: number; readonly wanted: number }[] = [];
  /** [slice][number of sums] cycle at which they had left, in order: sets are a ring, in which none is free before the one ahead */
  private readonly left: number[][];
  private readonly held: number;
  private readonly queue: WriteQueue;
  private readonly parameters: SwgParameters;
  private readonly holders: Holders;
  private readonly wake: (cycle: number) => void;

  /** A trace holds `held` sets of sums. `wake` is told of cycles at which something may happen in the team's columns. */
  constructor(
    slices: number,
    held: number,
    queue: WriteQueue,
    parameters: SwgParameters,
    holders: Holders,
    wake: (cycle: number) => void,
  ) {
    const lanes = Math.max(1, Math.floor(parameters.columnDrainSums / traceDrainSums));
    this.lanes = new Array<undefined>(lanes).fill(undefined);
    this.left = Array.from({ length: slices }, () => []);
    this.held = held;
    this.queue = queue;
    this.parameters = parameters;
    this.holders = holders;
    this.wake = wake;
  }

  /** Cycle at which a slice has a set for sums number `sums`; undefined as long as those in it have not been sent. */
  setFree(slice: number, sums: number): number | undefined {
    return sums < this.held ? 0 : this.left[slice].at(sums - this.held);
  }

  /** A slice's next sums, `wanted` of them, are finished at `now`. Those of which none is wanted leave with the ones before. */
  finished(slice: number, wanted: number, now: number): void {
    const left = this.left[slice];
    if (wanted > 0 || this.hasUnsent(slice)) this.waiting.push({ slice, wanted });
    else {
      const free = Math.max(now, left.at(-1) ?? 0);
      left.push(free);
      this.wake(free);
    }
  }

  private hasUnsent(slice: number): boolean {
    const isLeaving = (lane: Leaving | undefined) => lane?.slice === slice && lane.end === undefined;
    return this.waiting.some((sums) => sums.slice === slice) || this.lanes.some(isLeaving);
  }

  /** Whether all sums that are finished have been sent. */
  get idle(): boolean {
    return this.waiting.length === 0 && this.lanes.every((lane) => !lane || lane.end !== undefined);
  }

  /** What leaves, and who is held for it, from `now` on. */
  step(now: number): void {
    for (const i of this.lanes.keys()) while (this.stepLane(i, now));
  }

  /** Whether a lane is through with sums at once, so that others can follow. */
  private stepLane(i: number, now: number): boolean {
    const before = this.lanes[i];
    if (before?.end !== undefined && before.end <= now) this.lanes[i] = undefined;
    this.lanes[i] ??= this.take(now);
    const leaving = this.lanes[i];
    if (!leaving || leaving.end !== undefined || leaving.rest > now) return false;
    leaving.end = this.send(leaving, now);
    return leaving.end <= now;
  }

  /** The oldest sums whose slice sends no others. */
  private take(now: number): Leaving | undefined {
    const next = this.waiting.findIndex(({ slice }) => !this.lanes.some((lane) => lane?.slice === slice));
    if (next < 0) return undefined;
    const [{ slice, wanted }] = this.waiting.splice(next, 1);
    const rest = this.holders.hold(slice, now);
    this.wake(rest);
    return { slice, wanted, rest, end: undefined };
  }

  private send({ slice, wanted }: Leaving, now: number): number {
    const bytes = wanted * valueBytes(this.parameters);
    const cycles = this.parameters.unlimitedPorts ? 0 : Math.ceil(wanted / traceDrainSums);
    const { end } = this.queue.put(now, bytes, cycles);
    this.holders.release(slice, end);
    this.left[slice].push(end);
    this.passUnwanted(slice, end);
    this.writtenBytes += bytes;
    this.wake(end);
    return end;
  }

  /** Sums of which none is wanted have waited for those before them only. */
  private passUnwanted(slice: number, end: number): void {
    for (;;) {
      const next = this.waiting.findIndex((sums) => sums.slice === slice);
      if (next < 0 || this.waiting[next].wanted > 0) return;
      this.waiting.splice(next, 1);
      this.left[slice].push(end);
    }
  }
}
