import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";
import { addedSums, playAdders } from "./sums.ts";
import { type HandedPair, handedPairs } from "./trace-jobs.ts";

const pairsOfLayer = 1500;
const warmUp = 20;

/** The address of a pair's sum in a trace's sum memory: its lowest bit says which one of a word. */
export function sumAddress({ set, slot }: Pick<HandedPair, "set" | "slot">): number {
  const couple = slot >> 1;
  const word = couple < 8 ? set * 8 + couple : 56 + set;
  return 2 * word + (slot & 1);
}

const sumsOfTrace = 128;

/** The sums of a trace while they are played. A job's set is taken anew when six others were in between. */
class SumMemory {
  private readonly sums = new Map<number, number>();

  read(address: number): number {
    return this.sums.get(address) ?? 0;
  }

  write(address: number, sum: number): void {
    this.sums.set(address, sum);
  }

  /** The word of two sums that an address is in. */
  word(address: number): readonly [number, number] {
    return [this.read(address & ~1), this.read(address | 1)];
  }
}

/** A pair on its way, and what its sum's memory gave for it. */
interface OnItsWay {
  readonly fmap: number;
  readonly emap: number;
  readonly address: number;
  readonly read: number;
}

/**
 * Pairs of one trace, one a cycle and at times none, with multiplier, adder and sum memory played. Throws where a sum is not
 * the pairs'.
 */
export function driveMac(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits): MeasuredUse {
  const bench = new MacBench(sim, formatOfWidth[valueBits]);
  const [fmap, emap] = [operands.codesOf("fmap", bench.format), operands.codesOf("emap", bench.format)];
  let count = -warmUp;
  for (const pair of handedPairs(operands, valueBits)) {
    if (count === pairsOfLayer) break;
    if (count++ === 0) sim.take();
    bench.cycle(fmap[pair.chunk.values[pair.rank]], emap[pair.emap], sumAddress(pair));
  }
  const measured = measuredUse(sim, pairsOfLayer);
  bench.check();
  // the same few sums again and again, with pauses
  const few = handedPairs(operands, valueBits);
  for (let i = 0; i < fewSums; i++) {
    const pair = few.next().value!;
    if (operands.random.below(4) === 0) bench.pause();
    else bench.cycle(fmap[pair.chunk.values[pair.rank]], emap[pair.emap], operands.random.below(3));
  }
  bench.check();
  return measured;
}

const fewSums = 200;

class MacBench {
  readonly format: (typeof formatOfWidth)[ValueBits];
  private readonly sim: GateSimulator;
  private readonly memory = new SumMemory();
  private readonly expected = new SumMemory();
  /** picked one and two cycles ago */
  private before: OnItsWay | undefined;
  private added: OnItsWay | undefined;

  constructor(sim: GateSimulator, format: (typeof formatOfWidth)[ValueBits]) {
    this.sim = sim;
    this.format = format;
  }

  /** A pair is picked. */
  cycle(fmap: number, emap: number, address: number): void {
    const { expected, memory, format } = this;
    expected.write(address, addedSums(expected.read(address), productBits(fmap, emap, format)));
    this.step({ fmap, emap, address, read: memory.read(address) });
  }

  pause(): void {
    this.step(undefined);
  }

  check(): void {
    for (let i = 0; i < 2; i++) this.pause();
    for (let address = 0; address < sumsOfTrace; address++) {
      const [is, must] = [this.memory.read(address), this.expected.read(address)];
      if (is !== must) throw new Error(`sum ${address} must be ${must}, is ${is}`);
    }
  }

  private step(picked: OnItsWay | undefined): void {
    const { sim, before, added, memory } = this;
    sim.set("in_valid", before ? 1 : 0);
    sim.set("keep", picked && added?.address === picked.address ? 1 : 0);
    if (before) {
      sim.set("in_fmap", before.fmap);
      sim.set("in_emap", before.emap);
      sim.set("in_sum", before.read);
      sim.set("in_same", added?.address === before.address ? 1 : 0);
      sim.set("in_kept", this.keptFor === before ? 1 : 0);
    }
    sim.set("multiply.product", productBits(sim.number("multiply.a"), sim.number("multiply.b"), this.format));
    playAdders(sim);
    if (added) memory.write(added.address, sim.number("out_sum"));
    this.keptFor = picked && added?.address === picked.address ? picked : undefined;
    sim.tick();
    [this.before, this.added] = [picked, before];
  }

  /** the pair whose sum was being added to when it was picked */
  private keptFor: OnItsWay | undefined;
}

export const switchUses = ["switchedPair", "neighbourPair"] as const;

const periods = 60;
const periodCycles = 30;

/** Which trace each MAC takes (3: the neighbour's), and which goes to a neighbour's MAC. */
interface Ways {
  readonly take: readonly [number, number];
  readonly toLeft?: number;
  readonly toRight?: number;
}

/** All own; a MAC helps the PE on its side; a PE is helped: MACs are busy in all of them. */
const ways: readonly Ways[] = [
  { take: [0, 1] },
  { take: [3, 0] },
  { take: [2, 1] },
  { take: [1, 3] },
  { take: [0, 2], toLeft: 1 },
  { take: [1, 2] },
  { take: [2, 0], toRight: 1 },
  { take: [1, 0], toLeft: 2 },
];

const sides = ["left", "right"] as const;

/**
 * A PE's switch with two busy MACs, ways that stay for a job each: least squares split what it switches into what an own
 * pair at an own MAC takes, one that is sent and one that comes from a neighbour. A neighbour's pair is sent by one PE and
 * comes to another, so it takes the last two.
 */
export function driveSwitch(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Record<(typeof switchUses)[number], MeasuredUse> {
  const bench = new SwitchBench(sim, operands, valueBits);
  bench.work(ways[0]);
  sim.take();
  const measured = Array.from({ length: periods }, (_, i) => {
    const way = ways[i % ways.length];
    bench.work(way);
    const sent = Number(way.toLeft !== undefined) + Number(way.toRight !== undefined);
    const come = way.take.filter((trace) => trace === 3).length;
    return { own: way.take.length - come, sent, come, use: measuredUse(sim, periodCycles) };
  });
  const split = (of: (use: MeasuredUse) => number) =>
    leastSquares(
      measured.map(({ own, sent, come, use }) => ({
        terms: [own, sent, come].map((each) => each * periodCycles),
        value: of(use),
      })),
    );
  const logic = split((use) => use.logic);
  const total = (of: (period: (typeof measured)[number]) => number) =>
    periodCycles * measured.reduce((all, period) => all + of(period), 0);
  const own = total((period) => period.own);
  const neighbours = total((period) => period.come);
  const [home, sent, come] = logic;
  // flip-flops are those of selects, clocked in every cycle: the pairs of two MACs share them
  const shared = (of: (use: MeasuredUse) => number) =>
    (own * measured.reduce((all, { use }) => all + of(use), 0)) / (2 * periods * periodCycles);
  return {
    switchedPair: {
      uses: own,
      logic: own * home,
      flipFlops: shared((use) => use.flipFlops),
      clocked: shared((use) => use.clocked),
    },
    neighbourPair: { uses: neighbours, logic: neighbours * (sent + come - home), flipFlops: 0, clocked: 0 },
  };
}

/** A pair that was picked, its sum's address and memory, and what that gave. */
interface Picked {
  readonly trace: number;
  readonly fmap: number;
  readonly emap: number;
  readonly address: number;
  readonly memory: SumMemory;
  readonly pair: HandedPair;
}

const each = (picked: readonly (Picked | undefined)[], what: (one: Picked, mac: number) => void): void => {
  for (const [mac, one] of picked.entries()) if (one) what(one, mac);
};

/** What a PE's traces, its neighbours' and all MACs do around the switch. */
class SwitchBench {
  private readonly sim: GateSimulator;
  private readonly valueBits: ValueBits;
  private readonly fmap: Uint32Array;
  private readonly emap: Uint32Array;
  /** own traces 0, 1, 2, then those of the left and of the right neighbour */
  private readonly pairs: readonly Generator<HandedPair>[];
  private readonly memories = Array.from({ length: 5 }, () => new SumMemory());
  /** by cycles ago, what MAC 0, MAC 1, the left and the right neighbour's MAC serve */
  private before: readonly (Picked | undefined)[] = [];
  private added: readonly (Picked | undefined)[] = [];

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.valueBits = valueBits;
    this.fmap = operands.codesOf("fmap", formatOfWidth[valueBits]);
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    this.pairs = this.memories.map(() => handedPairs(operands, valueBits));
  }

  /** A job of each MAC. */
  work(way: Ways): void {
    const { sim } = this;
    for (const [mac, trace] of way.take.entries()) sim.set("take", 1 << trace, 4 * mac, 4);
    const oneHot = (trace: number | undefined) => (trace === undefined ? 0 : 1 << trace);
    sim.set("to_left", oneHot(way.toLeft));
    sim.set("to_right", oneHot(way.toRight));
    for (let i = 0; i < periodCycles; i++) this.cycle(way);
  }

  private cycle({ take, toLeft, toRight }: Ways): void {
    const { sim, before, added } = this;
    const served = [...take.map((trace, mac) => (trace === 3 ? 3 + mac : trace)), toLeft, toRight];
    const picked = served.map((trace) => (trace === undefined ? undefined : this.pick(trace)));
    for (const trace of [0, 1, 2])
      sim.set("pair_valid", before.some((one) => one?.trace === trace) ? 1 : 0, trace, 1);
    each(before, (one) => this.show(one));
    each(added, (one, mac) => this.showSum(mac, one));
    each(before, (one, mac) => this.checkPair(mac, one));
    each(added, (one) => this.checkWritten(one));
    sim.tick();
    each(added, (one) => one.memory.write(one.address, this.sumOf(one)));
    [this.before, this.added] = [picked, before];
  }

  private pick(trace: number): Picked {
    const pair = this.pairs[trace].next().value!;
    const address = sumAddress(pair);
    if (trace < 3) this.sim.set("pair_sum", address >> 1, 6 * trace, 6);
    const [fmap, emap] = [this.fmap[pair.chunk.values[pair.rank]], this.emap[pair.emap]];
    return { trace, fmap, emap, address, memory: this.memories[trace], pair };
  }

  /** The words of its memories, or what a neighbour sends. */
  private show(one: Picked): void {
    const { sim, valueBits } = this;
    const { trace, fmap, emap, address, memory } = one;
    if (trace < 3) {
      this.showValues(one);
      sim.set("emap", emap, trace * valueBits, valueBits);
      for (const [i, sum] of memory.word(address).entries())
        sim.set("sum_word", sum, 64 * trace + 32 * i, 32);
      sim.set("sum_half", address & 1, trace, 1);
      return;
    }
    const port = `${sides[trace - 3]}_pair`;
    sim.set(port, fmap, 0, valueBits);
    sim.set(port, emap, valueBits, valueBits);
    sim.set(port, memory.read(address), 2 * valueBits, 32);
    sim.set(port, 1, 2 * valueBits + 34, 1);
  }

  private showValues({ trace, pair }: Picked): void {
    const { sim, valueBits, fmap } = this;
    const { values } = pair.chunk;
    const ofWord = 64 / valueBits;
    const first = pair.rank - (pair.rank % ofWord);
    for (let i = 0; i < ofWord; i++)
      sim.set("value_word", fmap[values[first + i]] ?? 0, 64 * trace + i * valueBits, valueBits);
    const placeBits = sim.width("value_place") / 3;
    sim.set("value_place", pair.rank % ofWord, placeBits * trace, placeBits);
  }

  /** What MAC 0, MAC 1 or a neighbour's MAC hands back. */
  private showSum(mac: number, one: Picked): void {
    const { sim } = this;
    if (mac < 2) sim.set("mac_sum", this.sumOf(one), 32 * mac, 32);
    else sim.set(`${sides[mac - 2]}_sum`, this.sumOf(one));
    if (one.trace >= 3) return;
    sim.set("back_write", 1 << (one.address & 1), 2 * one.trace, 2);
    sim.set("back_address", one.address >> 1, 6 * one.trace, 6);
  }

  private sumOf({ memory, address, fmap, emap }: Picked): number {
    return addedSums(memory.read(address), productBits(fmap, emap, formatOfWidth[this.valueBits]));
  }

  private checkPair(mac: number, { fmap, emap, memory, address }: Picked): void {
    const { sim, valueBits } = this;
    const bits = sim.width("pair_left");
    const [port, first] = mac < 2 ? ["mac_pair", mac * bits] : [`pair_${sides[mac - 2]}`, 0];
    const is = [
      sim.number(port, first, valueBits),
      sim.number(port, first + valueBits, valueBits),
      sim.number(port, first + 2 * valueBits, 32),
      sim.number(port, first + bits - 1, 1),
    ].join();
    const must = [fmap, emap, memory.read(address), 1].join();
    if (is !== must) throw new Error(`MAC ${mac} must get ${must}, gets ${is}`);
  }

  private checkWritten(one: Picked): void {
    const { sim } = this;
    if (one.trace >= 3) return;
    const is = sim.number("sum_write_data", 32 * one.trace, 32);
    if (is !== this.sumOf(one) || sim.number("sum_write", 2 * one.trace, 2) !== 1 << (one.address & 1))
      throw new Error(`trace ${one.trace} must write ${this.sumOf(one)}, writes ${is}`);
  }
}
