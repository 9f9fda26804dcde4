import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { addedSums, playAdders } from "./sums.ts";
import { type HandedPair, handedPairs } from "./trace-jobs.ts";

const pairsOfLayer = 1500;
const warmUp = 20;

/** The address of a pair's sum in a trace's sum memory, as `drain_lane` has it: its lowest bit says which one of a word. */
function sumAddress({ set, slot }: HandedPair): number {
  const couple = slot >> 1;
  const word = couple < 8 ? set * 8 + couple : 64 + set;
  return 2 * word + (slot & 1);
}

/** The sums of a trace while they are played. A job's set is taken anew when seven others were in between. */
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

/** Pairs of one trace, one a cycle, with multiplier, adder and sum memory played. Throws where a sum is not the pairs'. */
export function driveMac(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits): MeasuredUse {
  const format = formatOfWidth[valueBits];
  const fmap = operands.codesOf("fmap", format);
  const emap = operands.codesOf("emap", format);
  const memory = new SumMemory();
  const expected = new SumMemory();
  reset(sim);
  let read = 0;
  let count = -warmUp;
  for (const pair of handedPairs(operands)) {
    if (count === pairsOfLayer) break;
    if (count++ === 0) sim.take();
    const [a, b] = [fmap[pair.chunk.values[pair.rank]], emap[pair.emap]];
    const address = sumAddress(pair);
    expected.write(address, addedSums(expected.read(address), productBits(a, b, format)));
    sim.set("in_valid", 1);
    sim.set("in_fmap", a);
    sim.set("in_emap", b);
    sim.set("in_tag", address);
    sim.set("in_sum", read);
    read = memory.read(address);
    playMac(sim, format, memory);
  }
  const measured = measuredUse(sim, pairsOfLayer);
  sim.set("in_valid", 0);
  for (let i = 0; i < 4; i++) {
    sim.set("in_sum", read);
    playMac(sim, format, memory);
  }
  for (let address = 0; address < 144; address++)
    if (memory.read(address) !== expected.read(address))
      throw new Error(`sum ${address} must be ${expected.read(address)}, is ${memory.read(address)}`);
  return measured;
}

function playMac(sim: GateSimulator, format: (typeof formatOfWidth)[ValueBits], memory: SumMemory): void {
  sim.set("multiply.product", productBits(sim.number("multiply.a"), sim.number("multiply.b"), format));
  playAdders(sim);
  if (sim.number("out_valid") === 1) memory.write(sim.number("out_tag"), sim.number("out_sum"));
  sim.tick();
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

/** A pair that was sent to a MAC, and its sum's address and memory. */
interface Sent {
  readonly trace: number;
  readonly address: number;
  readonly product: number;
  readonly memory: SumMemory;
}

/** What a PE's traces, its neighbours' and all MACs do around the switch. */
class SwitchBench {
  private readonly sim: GateSimulator;
  private readonly valueBits: ValueBits;
  private readonly fmap: Uint32Array;
  private readonly emap: Uint32Array;
  /** own traces 0, 1, 2, then those of the left and of the right neighbour */
  private readonly pairs: readonly Generator<HandedPair>[];
  private readonly memories = Array.from({ length: 5 }, () => new SumMemory());
  /** by cycles ago, what MAC 0, MAC 1, the left and the right neighbour's MAC got */
  private stages: readonly (readonly (Sent | undefined)[])[] = [[], [], []];

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.valueBits = valueBits;
    this.fmap = operands.codesOf("fmap", formatOfWidth[valueBits]);
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    this.pairs = this.memories.map(() => handedPairs(operands));
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
    const served = [...take.map((trace, mac) => (trace === 3 ? 3 + mac : trace)), toLeft, toRight];
    for (const trace of [0, 1, 2]) this.sim.set("pair_valid", served.includes(trace) ? 1 : 0, trace, 1);
    const sent = served.map((trace) => (trace === undefined ? undefined : this.send(trace)));
    const [before, , added] = this.stages;
    for (const one of before) if (one) this.showSum(one);
    for (const [mac, one] of added.entries()) this.showResult(mac, one);
    // a neighbour's sum is written back there
    this.sim.tick();
    for (const one of added) if (one) this.write(one);
    this.stages = [sent, this.stages[0], this.stages[1]];
  }

  /** The next pair of a trace, with the word of the value memory that its fmap value is in. */
  private send(trace: number): Sent {
    const { sim, valueBits, fmap, emap } = this;
    const pair = this.pairs[trace].next().value!;
    const { values } = pair.chunk;
    const address = sumAddress(pair);
    const [a, b] = [fmap[values[pair.rank]], emap[pair.emap]];
    if (trace < 3) {
      for (let i = 0; i < 4; i++)
        sim.set(
          "value_word",
          fmap[values[(pair.rank & ~3) + i]] ?? 0,
          (4 * trace + i) * valueBits,
          valueBits,
        );
      sim.set("value_place", pair.rank & 3, 2 * trace, 2);
      sim.set("emap", b, trace * valueBits, valueBits);
      sim.set("address", address, 8 * trace, 8);
    } else {
      const port = `${sides[trace - 3]}_pair`;
      sim.set(port, a, 0, valueBits);
      sim.set(port, b, valueBits, valueBits);
      // its address, trace 2 of the left and 0 of the right one, valid
      sim.set(port, address, 2 * valueBits, 8);
      sim.set(port, trace === 3 ? 2 : 0, 2 * valueBits + 8, 2);
      sim.set(port, 1, 2 * valueBits + 10, 1);
    }
    const product = productBits(a, b, formatOfWidth[valueBits]);
    return { trace, address, product, memory: this.memories[trace] };
  }

  private showSum({ trace, address, memory }: Sent): void {
    const { sim } = this;
    if (trace >= 3) sim.set(`${sides[trace - 3]}_sum`, memory.read(address));
    else
      for (const [i, sum] of memory.word(address).entries())
        sim.set("sum_word", sum, 64 * trace + 32 * i, 32);
  }

  /** What MAC 0, MAC 1 or a neighbour's MAC hands back. */
  private showResult(mac: number, one: Sent | undefined): void {
    const { sim } = this;
    const [port, first] = mac < 2 ? ["mac_result", 44 * mac] : [`${sides[mac - 2]}_result`, 0];
    sim.set(port, one ? 1 : 0, first + 43, 1);
    if (!one) return;
    const { trace, address, product, memory } = one;
    sim.set(port, addedSums(memory.read(address), product), first, 32);
    sim.set(port, address, first + 32, 8);
    sim.set(port, trace < 3 ? trace : trace === 3 ? 2 : 0, first + 40, 2);
    // the neighbour's: it goes on from here, or it comes from there
    sim.set(port, mac >= 2 || trace >= 3 ? 1 : 0, first + 42, 1);
    this.checkReturned(trace, mac);
  }

  private checkReturned(trace: number, mac: number): void {
    if (trace < 3 && this.sim.number("sum_write", 2 * trace, 2) === 0)
      throw new Error(`the result of MAC ${mac} must be written to the sums of trace ${trace}, is not`);
  }

  private write({ address, product, memory }: Sent): void {
    memory.write(address, addedSums(memory.read(address), product));
  }
}
