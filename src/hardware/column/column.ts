import { emptyBreakdown, type IdleCause } from "../../events.ts";
import type { Port } from "../buffer/port.ts";
import { emapRoundSlots } from "../parameters.ts";

/** What holds a round back, as cycles at which each becomes true, in the order in which they follow. */
export interface RoundNeeds {
  /** the slowest column is near enough for this episode to begin */
  readonly slackCycle: number;
  /** every column has left the chunk whose place this episode's fmap chunk takes */
  readonly chunkFreeCycle: number;
  readonly fmapInBufferCycle: number;
  readonly fmapLoadedCycle: number;
  readonly emapInBufferCycle: number;
  /** the accumulators of its k's have been drained */
  readonly drainedCycle: number;
}

/** What a round costs once it may start. */
export interface RoundWork {
  readonly emapBytes: number;
  readonly countingCycles: number;
  readonly cycles: number;
  /** pairs multiplied */
  readonly pairs: number;
  /** PEs that the mapping gave nothing to do in this round */
  readonly emptyPes: number;
}

/** Is told that every PE of a column waited from cycle `from` to `to`, in the order of time. */
export type WaitObserver = (cause: IdleCause, from: number, to: number) => void;

/** Cycles at which a round's emap chunks were asked for, were all there, and were counted; its first, and one past its last. */
export interface RoundTimes {
  readonly asked: number;
  readonly fetched: number;
  readonly counted: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A column works on its rounds in order, three at a time: while one is multiplied, the next is counted by the
 * valid-data traces, and the one after arrives. Each stage takes a round when it is free, its data is there,
 * and the stage after next has made room.
 */
export class Column {
  readonly breakdown = emptyBreakdown();
  /** cycle at which the last round was done */
  end = 0;
  /** cycle at which the last emap round had arrived */
  fetched = 0;
  private counted = 0;
  private started = false;
  /** ends of the latest rounds, oldest first; the oldest leaves its place in the emap buffer to the next */
  private readonly ends = new Array<number>(emapRoundSlots).fill(0);
  private readonly pes: number;
  private readonly readPort: Port;
  private readonly portBytes: number;
  private readonly waited: WaitObserver | undefined;

  /** Its emap rounds come through the global buffer's `readPort`, at most `portBytes` a cycle. */
  constructor(pes: number, readPort: Port, portBytes: number, waited?: WaitObserver) {
    this.waited = waited;
    this.pes = pes;
    this.readPort = readPort;
    this.portBytes = portBytes;
  }

  round(needs: RoundNeeds, work: RoundWork): RoundTimes {
    const placeFree = this.ends.shift()!;
    const asked = Math.max(this.fetched, placeFree, needs.emapInBufferCycle);
    this.fetched = this.readPort.transfer(asked, work.emapBytes, this.portBytes);
    this.counted = Math.max(this.counted, this.fetched, needs.fmapLoadedCycle) + work.countingCycles;
    const start = Math.max(this.end, this.counted, needs.slackCycle, needs.drainedCycle);
    this.waitUntil(start, needs);

    this.end = start + work.cycles;
    this.ends.push(this.end);
    const idle = work.cycles * this.pes - work.pairs;
    const empty = Math.min(idle, work.cycles * work.emptyPes);
    this.breakdown.busy += work.pairs;
    this.breakdown.mapping += empty;
    this.breakdown.columnImbalance += idle - empty;
    return { asked, fetched: this.fetched, counted: this.counted, start, end: this.end };
  }

  /** Books the cycles from the end of the last round to `start` on what each was waited for. */
  private waitUntil(start: number, needs: RoundNeeds): void {
    if (!this.started) {
      this.started = true;
      this.idle("fillDrain", start);
      return;
    }
    this.idle("betweenColumns", Math.min(start, Math.max(needs.slackCycle, needs.chunkFreeCycle)));
    this.idle("dram", Math.min(start, needs.fmapInBufferCycle));
    this.idle("fmapLoad", Math.min(start, needs.fmapLoadedCycle));
    this.idle("dram", Math.min(start, needs.emapInBufferCycle));
    this.idle("emapLoad", Math.min(start, this.fetched));
    this.idle("validDataTrace", Math.min(start, this.counted));
    this.idle("writeBack", start);
  }

  /** Books every PE of the column as idle from the end of what was booked before until `cycle`. */
  idle(cause: IdleCause, cycle: number): void {
    if (cycle <= this.end) return;
    this.breakdown[cause] += (cycle - this.end) * this.pes;
    this.waited?.(cause, this.end, cycle);
    this.end = cycle;
  }
}
