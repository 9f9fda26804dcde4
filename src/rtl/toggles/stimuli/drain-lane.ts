import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { addedSums, halfSums, playAdders } from "./sums.ts";
import { drawnChunk, jobsOf, setsOfTrace } from "./trace-jobs.ts";

const ksOfLayer = 30;
const couples = 9;

/**
 * Sums of one k after another leave a PE, two a cycle where one of them is wanted; of each gradient this PE has what comes
 * of one half of the pairs, the PE before what comes of the other. Throws where what is handed on is not both.
 */
export function driveDrainLane(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const sums = halfSums(operands);
  reset(sim);
  const masks: number[] = [];
  while (masks.length <= ksOfLayer)
    masks.push(...jobsOf(operands, drawnChunk(operands), 4).map(({ mask }) => mask));
  let uses = 0;
  // sums of the couple that was read a cycle ago
  let before: Couple | undefined;
  const cycle = () => {
    const [reading, showing] = [sim.number("read"), before];
    if (showing) {
      setPair(sim, "read_word", showing.own, 64 * showing.trace);
      setPair(sim, "in_sums", showing.before, 0);
    }
    sim.set("in_valid", showing ? 1 : 0);
    playAdders(sim);
    const now = reading === 0 ? undefined : drawnCouple(sums, Math.log2(reading));
    sim.tick();
    sim.set("start", 0);
    if (showing) checkTotal(sim, showing);
    before = now;
    if (now) uses++;
  };
  for (const [i, mask] of masks.slice(0, ksOfLayer + 1).entries()) {
    while (sim.number("done") === 0) cycle();
    if (i === 1) {
      uses = 0;
      sim.take();
    }
    sim.set("start", 1);
    sim.set("start_trace", i % 3);
    sim.set("start_set", i % setsOfTrace);
    sim.set("start_mask", mask);
    sim.set("start_first", 0);
    cycle();
  }
  for (let i = 0; i < couples + 2; i++) cycle();
  return measuredUse(sim, uses);
}

interface Couple {
  readonly trace: number;
  readonly own: readonly number[];
  readonly before: readonly number[];
}

function drawnCouple(sums: ReturnType<typeof halfSums>, trace: number): Couple {
  const [low, high] = [sums.next().value!, sums.next().value!];
  return { trace, own: [low[0], high[0]], before: [low[1], high[1]] };
}

function setPair(sim: GateSimulator, port: string, sums: readonly number[], first: number): void {
  for (const [i, sum] of sums.entries()) sim.set(port, sum, first + 32 * i, 32);
}

function checkTotal(sim: GateSimulator, { own, before }: Couple): void {
  for (const i of [0, 1]) {
    const [is, must] = [sim.number("out_sums", 32 * i, 32), addedSums(own[i], before[i])];
    if (is !== must) throw new Error(`sum ${i} that is handed on must be ${must}, is ${is}`);
  }
}

const roundedOfLayer = 300;

/** Gradients rounded, one after another. */
export function driveToBf16(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const sums = halfSums(operands);
  for (let i = -10; i < roundedOfLayer; i++) {
    if (i === 0) sim.take();
    const [low, high] = sums.next().value!;
    sim.set("sum", addedSums(low, high));
    sim.tick();
  }
  return measuredUse(sim, roundedOfLayer);
}
