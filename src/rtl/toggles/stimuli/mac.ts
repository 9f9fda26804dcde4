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
export class SumMemory {
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
interface OnItsWay extends Visiting {
  readonly fmap: number;
  readonly emap: number;
  readonly read: number;
}

/** A pair's sum, and whether it is the first or the last pair of its visit. */
interface Visiting {
  readonly address: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Pairs of one trace, one a cycle and at times none, with multiplier, adder and sum memory played: the memory is read for the
 * first pair of a visit and written after the last one. Throws where a sum is not the pairs'.
 */
export function driveMac(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits): MeasuredUse {
  const bench = new MacBench(sim, formatOfWidth[valueBits]);
  const [fmap, emap] = [operands.codesOf("fmap", bench.format), operands.codesOf("emap", bench.format)];
  const codesOf = ({ chunk, rank, emap: of }: HandedPair) => [fmap[chunk.values[rank]], emap[of]] as const;
  let count = -warmUp;
  for (const pair of handedPairs(operands, valueBits)) {
    if (count === pairsOfLayer) break;
    if (count++ === 0) sim.take();
    const { first, last } = pair;
    bench.cycle(codesOf(pair), { address: sumAddress(pair), first, last });
  }
  const measured = measuredUse(sim, pairsOfLayer);
  bench.finishVisit();
  bench.check();
  // the same few sums again and again, with pauses also between pairs of a visit
  const { random } = operands;
  const few = handedPairs(operands, valueBits);
  for (let visit = 0; visit < fewVisits; visit++) {
    const [address, length] = [random.below(3), 1 + random.below(3)];
    for (let i = 0; i < length; i++) {
      if (random.below(4) === 0) bench.pause();
      bench.cycle(codesOf(few.next().value!), { address, first: i === 0, last: i === length - 1 });
    }
  }
  bench.check();
  return measured;
}

const fewVisits = 100;

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
  cycle([fmap, emap]: readonly [number, number], { address, first, last }: Visiting): void {
    const { expected, memory, format } = this;
    expected.write(address, addedSums(expected.read(address), productBits(fmap, emap, format)));
    this.step({ fmap, emap, address, first, last, read: memory.read(address) });
  }

  /** The visit of the pair that was picked last ends with one more. */
  finishVisit(): void {
    const { before } = this;
    if (before && !before.last)
      this.cycle([before.fmap, before.emap], { address: before.address, first: false, last: true });
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
    const keep = picked?.first && added?.address === picked.address;
    sim.set("in_valid", before ? 1 : 0);
    sim.set("keep", keep ? 1 : 0);
    if (before) {
      sim.set("in_fmap", before.fmap);
      sim.set("in_emap", before.emap);
      // the memory shows the word that was read last
      if (before.first) sim.set("in_sum", before.read);
      sim.set("in_same", !before.first || added?.address === before.address ? 1 : 0);
      sim.set("in_kept", this.keptFor === before ? 1 : 0);
    }
    sim.set("multiply.product", productBits(sim.number("multiply.a"), sim.number("multiply.b"), this.format));
    playAdders(sim);
    if (added?.last) memory.write(added.address, sim.number("out_sum"));
    this.keptFor = keep ? picked : undefined;
    sim.tick();
    [this.before, this.added] = [picked, before];
  }

  /** the pair whose sum was being added to when it was picked */
  private keptFor: OnItsWay | undefined;
}
