import type { WriteQueue } from "../dram/write-queue.ts";
import type { SwgParameters } from "../parameters.ts";
import { valueBytes } from "../parameters.ts";

/** Sums of a trace that are read in a cycle: a word of its memory. */
export const traceDrainSums = 2;

/** Sums on their way out: their traces pause from `start` to `end`. */
export interface Drain {
  readonly start: number;
  readonly end: number;
}

/**
 * Takes finished sums out of a team's traces. Traces that hold the same channels, of all position slices and columns of the team,
 * send theirs together: they are added up on the way. A column sends `columnDrainSums` a cycle, so a few slices at a time.
 */
export class GradientDrain {
  writtenBytes = 0;
  /** [lane] cycle at which it is free */
  private readonly lanes: number[];
  /** [slice][number of sums] cycle at which they had left; sums without a wanted gradient leave at once */
  private readonly left: number[][];
  private readonly held: number;
  private readonly queue: WriteQueue;
  private readonly parameters: SwgParameters;

  /** A trace holds `held` sets of sums. */
  constructor(slices: number, held: number, queue: WriteQueue, parameters: SwgParameters) {
    const lanes = Math.max(1, Math.floor(parameters.columnDrainSums / traceDrainSums));
    this.lanes = new Array<number>(lanes).fill(0);
    this.left = Array.from({ length: slices }, () => []);
    this.held = held;
    this.queue = queue;
    this.parameters = parameters;
  }

  /** Cycle at which a slice has a set for sums number `sums`; undefined as long as those in it have not been sent. */
  setFree(slice: number, sums: number): number | undefined {
    return sums < this.held ? 0 : this.left[slice].at(sums - this.held);
  }

  /** Sends a slice's next sums, `wanted` of them, which are finished at `now`. */
  send(slice: number, wanted: number, now: number): Drain | undefined {
    if (wanted === 0) {
      this.left[slice].push(now);
      return undefined;
    }
    const lane = this.lanes.indexOf(Math.min(...this.lanes));
    const bytes = wanted * valueBytes(this.parameters);
    const cycles = this.parameters.unlimitedPorts ? 0 : Math.ceil(wanted / traceDrainSums);
    const drain = this.queue.put(Math.max(now, this.lanes[lane]), bytes, cycles);
    this.lanes[lane] = drain.end;
    this.left[slice].push(drain.end);
    this.writtenBytes += bytes;
    return drain;
  }
}
