import type { SynthesisedPe, ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import {
  coupleOf,
  halfCouples,
  leavingSums,
  mustBe,
  noSums,
  type SumPair,
  setCouple,
} from "./drained-sums.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

export const tapUses = ["readCouple", "passedCouple"] as const;

const ksOfLayer = 30;
const ksWarmUp = 2;
const pes = 8;
/** number of the PE that is simulated */
const own = 3;
/** PEs of which words come by, and those behind */
const before = [0, 1, 2];
const behind = [4, 5, 6, 7];
/** Cycles in which all ways ask at the same time, behind what is measured. */
const busyCycles = 400;

/** What a way asks for: a couple of a trace of a PE. */
interface Ask {
  readonly way: number;
  readonly pe: number;
  readonly trace: number;
  readonly address: number;
  readonly sums: SumPair;
}

/**
 * Sums of one k after another leave by one way at a time: those of this PE, then of PEs before and behind it in turn; at last by all
 * ways at once. Throws where a memory is not read or cleared, or a way does not have the words that it must.
 */
export function driveDrainTap(
  sim: GateSimulator,
  operands: LayerOperands,
  _: ValueBits,
  pe: SynthesisedPe,
): Record<(typeof tapUses)[number], MeasuredUse> {
  const bench = new TapBench(sim, operands, pe);
  const { lanes: ways } = pe;
  const measured = (peOf: (k: number) => number): MeasuredUse => {
    let couples = 0;
    for (let k = -ksWarmUp; k < ksOfLayer; k++) {
      if (k === 0) sim.take();
      const count = bench.leave((k + ksWarmUp) % ways, peOf(k));
      if (k >= 0) couples += count;
    }
    return measuredUse(sim, couples);
  };
  const { random } = operands;
  const readCouple = measured(() => own);
  const passedCouple = measured((k) => (k % 2 === 0 ? before : behind)[random.below(3)]);
  for (let i = 0; i < busyCycles; i++) bench.cycle(bench.drawnAsks(random.below(2 ** ways)));
  bench.cycle([]);
  return { readCouple, passedCouple };
}

class TapBench {
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly leaving: ReturnType<typeof leavingSums>;
  private readonly sums: ReturnType<typeof halfCouples>;
  private readonly pe: SynthesisedPe;
  private readonly traceBits: number;
  /** what was asked for a cycle ago */
  private asked: readonly Ask[] = [];

  constructor(sim: GateSimulator, operands: LayerOperands, pe: SynthesisedPe) {
    this.sim = sim;
    this.operands = operands;
    this.pe = pe;
    this.traceBits = Math.ceil(Math.log2(pe.traces));
    this.leaving = leavingSums(operands, pe.traces);
    this.sums = halfCouples(operands);
    sim.set("pe", own);
    reset(sim);
  }

  /** All wanted sums of the next k of a PE, a couple a cycle; says how many couples they are. */
  leave(way: number, pe: number): number {
    const { trace, couples } = this.leaving.next().value;
    for (const { address } of couples) this.cycle([{ way, pe, trace, address, sums: this.couple() }]);
    return couples.length;
  }

  /** Of each of these ways (a bit each) some couple; no two ask a trace of one PE. */
  drawnAsks(chosen: number): Ask[] {
    const { random } = this.operands;
    const { traces, lanes } = this.pe;
    const taken = new Set<number>();
    const asks: Ask[] = [];
    for (let way = 0; way < lanes; way++) {
      const [pe, trace] = [random.below(2) === 0 ? own : random.below(pes), random.below(traces)];
      if (((chosen >> way) & 1) === 0 || taken.has(traces * pe + trace)) continue;
      taken.add(traces * pe + trace);
      asks.push({ way, pe, trace, address: random.below(64), sums: this.couple() });
    }
    return asks;
  }

  cycle(asks: readonly Ask[]): void {
    const { sim, asked, traceBits } = this;
    const ways = this.pe.lanes;
    for (let way = 0; way < ways; way++) {
      const ask = asks.find((one) => one.way === way);
      sim.set("read", ask ? 1 : 0, way, 1);
      if (ask) {
        sim.set("read_pe", ask.pe, 3 * way, 3);
        sim.set("read_trace", ask.trace, traceBits * way, traceBits);
        sim.set("read_address", ask.address, 6 * way, 6);
      }
      const comes = asked.find((one) => one.way === way);
      setCouple(sim, "in_words", comes && comes.pe < own ? comes.sums : noSums, way);
    }
    const [reads, shows] = [asks, asked].map((all) => all.filter(({ pe }) => pe === own));
    for (const { trace, sums } of shows) setCouple(sim, "sum_word", sums, trace);
    this.checkMemories("sum_read", "sum_address", reads);
    this.checkMemories("clear", "clear_address", shows);
    for (let way = 0; way < ways; way++) {
      const comes = asked.find((one) => one.way === way);
      const must = comes && comes.pe <= own ? comes.sums : noSums;
      mustBe(`couple of way ${way}`, coupleOf(sim, "out_words", way), must);
    }
    sim.tick();
    this.asked = asks;
  }

  private checkMemories(port: string, addressPort: string, asks: readonly Ask[]): void {
    const { sim } = this;
    const traces = asks.reduce((bits, { trace }) => bits | (1 << trace), 0);
    mustBe(`${port} of traces`, sim.number(port), traces);
    for (const { trace, address } of asks)
      mustBe(`${addressPort} of trace ${trace}`, sim.number(addressPort, 6 * trace, 6), address);
  }

  private couple(): SumPair {
    return this.sums.next().value[0];
  }
}
