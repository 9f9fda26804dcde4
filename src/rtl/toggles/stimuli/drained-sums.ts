import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import { halfSums } from "./sums.ts";
import { drawnChunk, jobsOf, setsOfTrace } from "./trace-jobs.ts";

const couplesOfSet = 9;

/** Two sums that lie in a word of a sum memory, bits of fp32. */
export type SumPair = readonly [number, number];

/** A couple of sums in which one is wanted: its address in a trace's memory, and of both which ones are. */
export interface WantedCouple {
  readonly address: number;
  readonly wanted: number;
}

/** The sums of a k in one trace, as the mask wants them. */
export interface LeavingSums {
  readonly trace: number;
  readonly set: number;
  readonly mask: number;
  readonly couples: readonly WantedCouple[];
}

/** Sums of one k after another, with the masks that jobs of a layer have, in a PE of so many traces. */
export function* leavingSums(operands: LayerOperands, traces: number): Generator<LeavingSums, never> {
  for (let i = 0; ; )
    for (const { mask } of jobsOf(operands, drawnChunk(operands), 4)) {
      const set = i % setsOfTrace;
      yield { trace: i % traces, set, mask, couples: couplesOf(mask, set) };
      i++;
    }
}

/** As traces have them: couples 0 to 7 of sets 0 to 7, or couple 8 of sets 0 to 6. */
function couplesOf(mask: number, set: number): WantedCouple[] {
  return Array.from({ length: couplesOfSet }, (_, couple) => ({
    address: couple === 8 ? 56 + set : 8 * set + couple,
    wanted: (mask >> (2 * couple)) & 3,
  })).filter(({ wanted }) => wanted !== 0);
}

/** Couples of sums over the first half of their pairs, each with one over the second half. */
export function* halfCouples(operands: LayerOperands): Generator<readonly [SumPair, SumPair], never> {
  const sums = halfSums(operands);
  for (;;) {
    const [low, high] = [sums.next().value!, sums.next().value!];
    yield [
      [low[0], high[0]],
      [low[1], high[1]],
    ];
  }
}

export const noSums: SumPair = [0, 0];

/** Couple number `place` of a port. */
export function setCouple(sim: GateSimulator, port: string, sums: SumPair, place = 0): void {
  for (const [i, sum] of sums.entries()) sim.set(port, sum, 64 * place + 32 * i, 32);
}

export const coupleOf = (sim: GateSimulator, port: string, place = 0): SumPair => [
  sim.number(port, 64 * place, 32),
  sim.number(port, 64 * place + 32, 32),
];

/** Throws where something is not what it must be. */
export function mustBe(what: string, is: unknown, must: unknown): void {
  if (`${is}` !== `${must}`) throw new Error(`${what} must be ${must}, is ${is}`);
}
