import type { Memory } from "../buffer/memory.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import type { WriteQueue } from "../dram/write-queue.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";
import type { Residency } from "../schedule/schedule.ts";

/** A k on its way out: when the team was ready to send it, when the queue had room, and when its last sum had left. */
export interface DrainTimes {
  readonly ready: number;
  readonly start: number;
  readonly sent: number;
}

/**
 * Takes the gradient sums out of the PEs. A team's accumulators are a ring, in which a new k takes the place of
 * the oldest; its k's leave in order, added up over position slices and columns on the way; of all teams, the
 * one that can send first does.
 */
export class GradientDrain {
  writtenBytes = 0;
  /** [team] cycles at which its k's had left, one for each k of each residency so far */
  private readonly left: number[][];
  private readonly ksHeld: number;
  private readonly statistics: LayerStatistics;
  private readonly nest: LoopNest;
  private readonly parameters: SwgParameters;
  private readonly memory: Memory;
  private readonly queue: WriteQueue;

  constructor(
    statistics: LayerStatistics,
    nest: LoopNest,
    mapping: Mapping,
    parameters: SwgParameters,
    memory: Memory,
    queue: WriteQueue,
  ) {
    this.statistics = statistics;
    this.nest = nest;
    this.parameters = parameters;
    this.memory = memory;
    this.queue = queue;
    this.left = Array.from({ length: nest.teams }, () => []);
    const sumsOfK = mapping.channelsPerPe * mapping.tapRows * statistics.layer.S;
    this.ksHeld = Math.floor(parameters.accumulators / sumsOfK);
  }

  /** Cycle at which a team has room for `ks` k's more than those of the residencies before. */
  roomFor(team: number, ks: number): number {
    const oldest = this.left[team].length + ks - 1 - this.ksHeld;
    return oldest < 0 ? 0 : this.left[team][oldest];
  }

  /**
   * Sends a residency's sums; `ready[team][i]` is the cycle at which the team was done with its i-th k. `onDrain` is told
   * of each k, those of a team in order.
   */
  send(
    residency: Residency,
    ready: readonly (readonly number[])[],
    onDrain?: (team: number, k: number, times: DrainTimes) => void,
  ): void {
    const sent = ready.map(() => 0);
    const next = (team: number) => Math.max(ready[team][sent[team]], this.left[team].at(-1) ?? 0);
    let waiting = ready.flatMap((ks, team) => (ks.length > 0 ? [team] : []));
    while (waiting.length > 0) {
      const team = waiting.reduce((first, other) => (next(other) < next(first) ? other : first));
      const sums = this.sumsOf(residency, team, residency.ks[team][sent[team]]);
      const total = sums.reduce((all, n) => all + n, 0);
      const bytes = total * valueBytes(this.parameters);
      const cycles = this.memory.drainCycles(total, Math.max(...sums));
      const from = next(team);
      const left = this.queue.put(from, bytes, cycles);
      onDrain?.(team, residency.ks[team][sent[team]], { ready: from, start: this.queue.started, sent: left });
      this.left[team].push(left);
      this.writtenBytes += bytes;
      sent[team]++;
      waiting = waiting.filter((t) => sent[t] < ready[t].length);
    }
  }

  /** [channelSlice] gradients of k that a PE holds and the mask wants. */
  private sumsOf({ channels, kernelRows: [r0, r1] }: Residency, team: number, k: number): number[] {
    const { nest, statistics, parameters } = this;
    const wanted = (c: number) =>
      parameters.gradientSkip
        ? statistics.wantedTaps(k, c % nest.groupChannels, r0, r1)
        : (r1 - r0) * statistics.layer.S;
    return channels[Math.floor(team / nest.teamsPerDomain)].map((slice) =>
      slice.reduce((sum, c) => sum + wanted(c), 0),
    );
  }
}
