import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, gradients, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { drawnRound, pairsOfRound } from "./pe-round.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

export type ClusterUse = "clusterCycle" | "clusterPair" | "routedPair";

const macs = 16;
const rounds = 16;
const mostPairs = 60;
const idleCycles = 100;

/** What a round of a cluster was, and what switched in it. */
interface Round {
  readonly pairs: number;
  readonly routed: number;
  readonly logic: number;
  readonly flipFlops: number;
}

/**
 * Rounds of a cluster whose PEs and multipliers are played: each PE has the pairs of a part of the layer, or in every other
 * round all have as many, so that none is helped. What rounds switch is split by least squares into what a pair, and a pair
 * that another PE's MAC multiplies, cost; flip-flops without enable are clocked in every cycle, and count with it.
 */
export function driveCluster(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Record<ClusterUse, MeasuredUse> {
  const cluster = new Cluster(sim, operands, valueBits);
  cluster.round(false);
  cluster.round(true);
  const measured = Array.from({ length: rounds }, (_, i) => cluster.round(i % 2 === 1));
  const split = (of: (round: Round) => number) =>
    leastSquares(measured.map((round) => ({ terms: [round.pairs, round.routed], value: of(round) })));
  const [logic, flipFlops] = [split((round) => round.logic), split((round) => round.flipFlops)];
  const use = (uses: number, i: number): MeasuredUse => ({
    uses,
    logic: uses * logic[i],
    flipFlops: uses * flipFlops[i],
    clocked: 0,
  });
  const total = (of: (round: Round) => number) => measured.reduce((all, round) => all + of(round), 0);
  const [pairs, routed] = [total((round) => round.pairs), total((round) => round.routed)];
  return { clusterCycle: cluster.idle(), clusterPair: use(pairs, 0), routedPair: use(routed, 1) };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The same loads in proportion, so that a PE has `mostPairs` at most. */
function shortened(pairs: readonly number[]): number[] {
  const most = Math.max(mostPairs, ...pairs);
  return pairs.map((own) => Math.round((own * mostPairs) / most));
}

class Cluster {
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly valueBits: ValueBits;
  private readonly values: Generator<{ fmap: number; emap: number }>;
  /** pairs that were granted one and two cycles ago, by PE */
  private granted: readonly number[][] = [[], []];

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.operands = operands;
    this.valueBits = valueBits;
    this.values = pairValues(operands, valueBits);
    reset(sim);
  }

  /** A round; `even`: every PE has the mean of the loads. */
  round(even: boolean): Round {
    const { sim, operands, valueBits } = this;
    const loads = Array.from({ length: macs }, () => pairsOfRound(drawnRound(operands, valueBits)).length);
    const left = shortened(even ? loads.map(() => Math.round(mean(loads))) : loads);
    this.showPairs(left);
    const cycles = sim.number("cycles_needed");
    const pairs = left.reduce((sum, pairsOfPe) => sum + pairsOfPe, 0);
    let routed = 0;
    for (let t = cycles; t > 0; t--) {
      this.showPairs(left);
      sim.set("active", 1);
      sim.set("cycles", t);
      const grants = left.map((_, pe) => sim.number(`g_pe[${pe}].pe.grant`));
      routed += grants.filter((grant) => grant === 2).length;
      this.cycle(grants);
      for (const [pe, grant] of grants.entries()) left[pe] -= grant;
    }
    if (left.some((pairsOfPe) => pairsOfPe !== 0)) throw new Error("a round must end without pairs left");
    // all that was granted comes back before the next round
    sim.set("active", 0);
    for (let i = 0; i < 4; i++) this.cycle(left);
    const { logic, flipFlops } = sim.take();
    return { pairs, routed, logic, flipFlops };
  }

  /** Cycles in which nothing is done. */
  idle(): MeasuredUse {
    this.sim.take();
    for (let i = 0; i < idleCycles; i++) this.sim.tick();
    return measuredUse(this.sim, idleCycles);
  }

  private showPairs(left: readonly number[]): void {
    for (const [pe, pairs] of left.entries()) this.sim.set(`g_pe[${pe}].pe.pairs_left`, pairs);
  }

  /** Values of pairs that were granted two cycles ago are at the MACs; products are back in the next cycle. */
  private cycle(grants: readonly number[]): void {
    const { sim, valueBits } = this;
    const [, arriving] = this.granted;
    for (const [pe, count] of arriving.entries()) {
      sim.set(`g_pe[${pe}].pe.pair_valid`, 2 ** count - 1);
      for (let i = 0; i < count; i++) {
        const { fmap, emap } = this.values.next().value!;
        sim.set(`g_pe[${pe}].pe.pair_fmap`, fmap, i * valueBits, valueBits);
        sim.set(`g_pe[${pe}].pe.pair_emap`, emap, i * valueBits, valueBits);
      }
    }
    sim.settle();
    for (let mac = 0; mac < macs; mac++) {
      const [a, b] = ["a", "b"].map((pin) => sim.number(`g_pe[${mac}].mac.${pin}`));
      sim.set(`g_pe[${mac}].mac.product`, productBits(a, b, formatOfWidth[valueBits]));
    }
    sim.tick();
    this.granted = [[...grants], this.granted[0]];
  }
}

function* pairValues(
  operands: LayerOperands,
  valueBits: ValueBits,
): Generator<{ fmap: number; emap: number }> {
  const fmap = operands.codesOf("fmap", formatOfWidth[valueBits]);
  const emap = operands.codesOf("emap", formatOfWidth[valueBits]);
  for (const pairs of gradients(operands))
    for (const pair of pairs) yield { fmap: fmap[pair.fmap], emap: emap[pair.emap] };
}
