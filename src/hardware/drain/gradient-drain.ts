import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import type { WriteQueue } from "../dram/write-queue.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";
import { DrainLane, type FinishedSums, type Holders, type LanePorts, type Source } from "./drain-lane.ts";

/** Cycles until it is known to a way that every trace is done with some sums: they are gathered in each column, then in its team. */
export const doneCycles = 2;

/** Who looks on. */
export interface DrainWatch {
  /** a way of a team asks for the mask of a slice's next sums at `now`, which has come at `there` */
  asked(team: number, slice: number, now: number, there: number): void;
  /** it has sums to send from `ready` on, and sends them from `start` on */
  sent(team: number, lane: number, ready: number, start: number): void;
}

/** Gives the traces with a number in all columns of a team, which are read together. */
type HoldersOf = (team: number, trace: number) => Holders;

/**
 * Cycles from a sum's turn to be sent to when it is in the write queue: couples pass a register at the end of their column and as many adders as it takes
 * to add up the columns of a team, two by two; the buffer is read, and gradients are rounded.
 */
export function drainLatency({ teamColumns }: Pick<Mapping, "teamColumns">, p: SwgParameters): number {
  return p.unlimitedPorts ? 0 : 2 + Math.ceil(Math.log2(teamColumns));
}

type Shape = Pick<Mapping, "teamColumns" | "channelSlices" | "positionSlices">;

/**
 * Takes finished sums out of the traces. A column has `drainLanes` ways out, each for some of the channel slices. Traces that hold the same channels are
 * read one after the other, and added up at the end of the way; columns of a team at the same time, and their ways are added up.
 */
export class GradientDrain {
  writtenBytes = 0;
  /** [team][slice] */
  private readonly sources: readonly (readonly Source[])[];
  private readonly lanes: readonly DrainLane[];
  private readonly held: number;
  private readonly shape: Shape;
  private readonly wake: (cycle: number) => void;

  /**
   * A trace holds `held` sets of sums. `readMask` asks for the mask of a slice's sums at a cycle, and gives the one at which it has been read. `wake` is told of cycles at which something may
   * happen.
   */
  constructor(
    { teams }: Pick<LoopNest, "teams">,
    shape: Shape,
    held: number,
    p: SwgParameters,
    queue: WriteQueue,
    readMask: (now: number) => number,
    holdersOf: HoldersOf,
    wake: (cycle: number) => void,
    watch?: DrainWatch,
  ) {
    this.held = held;
    this.shape = shape;
    this.wake = wake;
    const { channelSlices } = shape;
    this.sources = Array.from({ length: teams }, (_, team) =>
      Array.from({ length: channelSlices }, (_, slice) => sourceOf(team, slice, shape, holdersOf)),
    );
    const sendOf =
      (team: number, lane: number) =>
      ({ wanted, couples }: FinishedSums, now: number) => {
        const bytes = wanted * valueBytes(p);
        this.writtenBytes += bytes;
        const sent = queue.put(now, bytes, p.unlimitedPorts ? 0 : couples);
        watch?.sent(team, lane, now, sent.start);
        return sent;
      };
    this.lanes = this.sources.flatMap((slices, team) =>
      Array.from({ length: p.drainLanes }, (_, lane) => {
        const own = slices.filter((_, slice) => slice % p.drainLanes === lane);
        const ports: LanePorts = {
          send: sendOf(team, lane),
          readMask: (_, now) => readMask(now),
          asked: (place, now, there) => watch?.asked(team, place * p.drainLanes + lane, now, there),
        };
        return new DrainLane(own, p.unlimitedPorts, ports, wake);
      }),
    );
  }

  /**
   * Cycle at which a trace has a set for sums number `sums`; undefined as long as those in it have not been read. One that the mapping does not use frees its sets itself, and has one
   * whenever it needs one: it passes more lists in between than that takes.
   */
  setFree(column: number, trace: number, sums: number): number | undefined {
    const { teamColumns, channelSlices, positionSlices } = this.shape;
    const position = Math.floor(trace / channelSlices);
    if (sums < this.held || position >= positionSlices) return 0;
    const { freed } = this.sources[Math.floor(column / teamColumns)][trace % channelSlices];
    return freed[position].at(sums - this.held);
  }

  /** All traces of a slice of a team have finished its next sums. */
  finished(team: number, slice: number, sums: FinishedSums): void {
    this.sources[team][slice].waiting.push(sums);
    this.wake(sums.known);
  }

  /** Whether all sums that are finished have been sent. */
  get idle(): boolean {
    return this.lanes.every((lane) => lane.idle);
  }

  /** What leaves, and who is held for it, from `now` on. */
  step(now: number): void {
    for (const lane of this.lanes) lane.step(now);
  }
}

function sourceOf(
  team: number,
  slice: number,
  { channelSlices, positionSlices }: Shape,
  holdersOf: HoldersOf,
): Source {
  const steps = Array.from({ length: positionSlices }, (_, position) =>
    holdersOf(team, position * channelSlices + slice),
  );
  return { waiting: [], steps, freed: steps.map(() => []) };
}
