import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import type { WriteQueue } from "../dram/write-queue.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";
import { DrainLane, type FinishedSums, type Holders, type Source } from "./drain-lane.ts";

/** Sums of a trace that are read in a cycle: a word of its memory, a couple. */
export const traceDrainSums = 2;

/** Columns that share ways out. */
export const columnsOfLanes = 1;

/** Ways out of the whole array. */
export const lanesOfArray = (p: SwgParameters): number =>
  Math.ceil(p.columns / columnsOfLanes) * p.drainLanes;

/** Gives the traces of a team's column that hold a slice's sums together, for which several are read at a time. */
export type HoldersOf = (columns: readonly number[], trace: number) => Holders;

type Shape = Pick<Mapping, "teamColumns" | "channelSlices" | "positionSlices">;

/**
 * Takes finished sums out of the traces. Two columns share `drainLanes` ways out, each for some of the channel slices. Traces that hold the same channels are
 * read one after the other, and added up at the end of the way; in a team of more columns one of each two at a time, and their ways are added up.
 */
export class GradientDrain {
  writtenBytes = 0;
  /** [team][slice] */
  private readonly sources: readonly (readonly Source[])[];
  private readonly lanes: readonly DrainLane[];
  private readonly held: number;
  private readonly shape: Shape;

  /** A trace holds `held` sets of sums. `wake` is told of cycles at which something may happen. */
  constructor(
    { teams }: Pick<LoopNest, "teams">,
    shape: Shape,
    held: number,
    p: SwgParameters,
    queue: WriteQueue,
    holdersOf: HoldersOf,
    wake: (cycle: number) => void,
  ) {
    this.held = held;
    this.shape = shape;
    const { teamColumns, channelSlices } = shape;
    this.sources = Array.from({ length: teams }, (_, team) =>
      Array.from({ length: channelSlices }, (_, slice) => sourceOf(team, slice, shape, holdersOf)),
    );
    const send = ({ wanted, couples }: FinishedSums, now: number) => {
      const bytes = wanted * valueBytes(p);
      this.writtenBytes += bytes;
      return queue.put(now, bytes, p.unlimitedPorts ? 0 : couples);
    };
    const teamsOfLanes = Math.max(1, Math.floor(columnsOfLanes / teamColumns));
    this.lanes = Array.from({ length: Math.ceil(teams / teamsOfLanes) }, (_, at) =>
      Array.from({ length: p.drainLanes }, (_, lane) => {
        const own = this.sources.slice(at * teamsOfLanes, (at + 1) * teamsOfLanes);
        const sources = own.flatMap((slices) => slices.filter((_, slice) => slice % p.drainLanes === lane));
        return new DrainLane(sources, p.unlimitedPorts, send, wake);
      }),
    ).flat();
  }

  /** Cycle at which a trace has a set for sums number `sums`; undefined as long as those in it have not been read. */
  setFree(column: number, trace: number, sums: number): number | undefined {
    if (sums < this.held) return 0;
    const { teamColumns, channelSlices, positionSlices } = this.shape;
    const { freed } = this.sources[Math.floor(column / teamColumns)][trace % channelSlices];
    const position = Math.floor(trace / channelSlices);
    // a trace that is not used goes with the last
    const step =
      position < positionSlices
        ? ((column % teamColumns) % columnsOfLanes) * positionSlices + position
        : freed.length - 1;
    return freed[step].at(sums - this.held);
  }

  /** All traces of a slice of a team have finished its next sums. */
  finished(team: number, slice: number, sums: FinishedSums): void {
    this.sources[team][slice].waiting.push(sums);
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

/** Who is read for a slice of a team: of each two columns first the one, then the other. */
function sourceOf(
  team: number,
  slice: number,
  { teamColumns, channelSlices, positionSlices }: Shape,
  holdersOf: HoldersOf,
): Source {
  const steps: Holders[] = [];
  for (let first = 0; first < Math.min(columnsOfLanes, teamColumns); first++) {
    const columns: number[] = [];
    for (let i = first; i < teamColumns; i += columnsOfLanes) columns.push(team * teamColumns + i);
    for (let position = 0; position < positionSlices; position++)
      steps.push(holdersOf(columns, position * channelSlices + slice));
  }
  return { waiting: [], steps, freed: steps.map(() => []) };
}
