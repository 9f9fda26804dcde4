import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import { ringPe, type SynthesisedPe, type ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { SumMemory, sumAddress } from "./mac.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";
import { addedSums } from "./sums.ts";
import { type HandedPair, handedPairs } from "./trace-jobs.ts";

export const switchUses = ["switchedPair", "switchedSum"] as const;
export const neighbourUses = ["neighbourPair", "neighbourSum"] as const;

const periods = 512;
const periodCycles = 30;

/** A trace of the neighbour beside a MAC. */
const away = -1;

/** Which trace each MAC takes, and which goes to a neighbour's MAC. */
interface Ways {
  readonly take: readonly [number, number];
  readonly toLeft?: number;
  readonly toRight?: number;
}

/** By traces: a MAC for each; or all own, MACs help the PEs on their sides, the PE is helped, or both: its MACs are busy in all of them. */
const waysOf: Readonly<Record<SynthesisedPe["traces"], readonly Ways[]>> = {
  2: [{ take: [0, 1] }],
  3: [
    { take: [0, 1] },
    { take: [away, 0] },
    { take: [away, away] },
    { take: [1, away] },
    { take: [0, 2], toLeft: 1 },
    { take: [away, 1], toLeft: 0, toRight: 2 },
    { take: [2, 0], toRight: 1 },
    { take: [1, 2] },
  ],
};

const sides = ["left", "right"] as const;

/** Pairs as they come, in visits of one pair, or in one visit a slot in all of a job. */
const visits = {
  asTheyCome: (pairs: Generator<HandedPair>) => pairs,
  *short(pairs: Generator<HandedPair>): Generator<HandedPair> {
    for (const pair of pairs) if (pair.first) yield { ...pair, last: true };
  },
  *long(pairs: Generator<HandedPair>): Generator<HandedPair> {
    let job: HandedPair[] = [];
    for (const pair of pairs) {
      if (job.length > 0 && pair.set !== job[0].set) {
        yield* slotBySlot(job);
        job = [];
      }
      job.push(pair);
    }
  },
};
type Visits = keyof typeof visits;

const slotBySlot = (job: readonly HandedPair[]): HandedPair[] =>
  job
    .toSorted((a, b) => a.slot - b.slot)
    .map((pair, i, all) => ({
      ...pair,
      first: all[i - 1]?.slot !== pair.slot,
      last: all[i + 1]?.slot !== pair.slot,
    }));

/** Half of the periods have visits as they come; the others tell what a pair takes from what a visit takes. */
const kinds: readonly Visits[] = ["asTheyCome", "short", "asTheyCome", "long"];

/** Of own traces at own MACs, of those at a neighbour's, of a neighbour's at own MACs. */
const places = ["own", "sent", "come"] as const;
type Counts = Readonly<Record<(typeof places)[number], number>>;

interface Period {
  readonly pairs: Counts;
  readonly visits: Counts;
  readonly use: MeasuredUse;
}

/** What a switch was seen to do. */
interface Switched {
  readonly total: (of: (period: Period) => number) => number;
  /** gate equivalents that a pair and a visit of a sum toggle, by place */
  readonly pair: Counts;
  readonly visit: Counts;
}

/**
 * A PE's switch with two busy MACs, ways that stay for a job each: least squares split what it switches into what a pair and a
 * visit of a sum take, of an own trace at an own MAC, and in a ring of one that is sent and of one that comes from a neighbour. Throws
 * where a MAC or a sum memory does not get what it must, or sums move on their ways back while none is due.
 */
function switched(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
  { traces }: SynthesisedPe,
): Switched {
  const bench = new SwitchBench(sim, operands, valueBits, traces);
  const ways = waysOf[traces];
  bench.work(ways[0], "asTheyCome");
  sim.take();
  const measured = Array.from({ length: periods }, (_, i): Period => {
    const counted = bench.work(ways[i % ways.length], kinds[Math.floor(i / ways.length) % kinds.length]);
    return { pairs: counted.pairs, visits: counted.visits, use: measuredUse(sim, periodCycles) };
  });
  const total = (of: (period: Period) => number) => measured.reduce((all, period) => all + of(period), 0);
  const used = places.filter((place) => total(({ pairs }) => pairs[place]) > 0);
  const parts = leastSquares(
    measured.map(({ pairs, visits, use }) => ({
      terms: [...used.map((place) => pairs[place]), ...used.map((place) => visits[place])],
      value: use.logic,
    })),
  );
  const part = (first: number): Counts => {
    const of = (place: (typeof places)[number]) =>
      used.includes(place) ? parts[first + used.indexOf(place)] : 0;
    return { own: of("own"), sent: of("sent"), come: of("come") };
  };
  return { total, pair: part(0), visit: part(used.length) };
}

const logicOnly = (uses: number, logic: number): MeasuredUse => ({
  uses,
  logic: uses * logic,
  flipFlops: 0,
  clocked: 0,
});

/** Pairs and visits of own traces at own MACs. */
export function driveSwitch(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
  pe: SynthesisedPe,
): Record<(typeof switchUses)[number], MeasuredUse> {
  const { total, pair, visit } = switched(sim, operands, valueBits, pe);
  const own = total(({ pairs }) => pairs.own);
  // flip-flops are those of selects, clocked in every cycle: the pairs of two MACs share them
  const shared = (of: (use: MeasuredUse) => number) =>
    (own * total(({ use }) => of(use))) / (2 * periods * periodCycles);
  return {
    switchedPair: {
      uses: own,
      logic: own * pair.own,
      flipFlops: shared((use) => use.flipFlops),
      clocked: shared((use) => use.clocked),
    },
    switchedSum: logicOnly(
      total(({ visits }) => visits.own),
      visit.own,
    ),
  };
}

/** What a neighbour's MAC adds up is sent by one PE and comes to another: what that takes more than at an own MAC. */
export function driveNeighbours(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Record<(typeof neighbourUses)[number], MeasuredUse> {
  const { total, pair, visit } = switched(sim, operands, valueBits, ringPe);
  const more = ({ own, sent, come }: Counts) => sent + come - own;
  return {
    neighbourPair: logicOnly(
      total(({ pairs }) => pairs.come),
      more(pair),
    ),
    neighbourSum: logicOnly(
      total(({ visits }) => visits.come),
      more(visit),
    ),
  };
}

/** A pair that was picked, and its sum with it. */
interface Picked {
  readonly trace: number;
  readonly fmap: number;
  readonly emap: number;
  readonly address: number;
  readonly pair: HandedPair;
  readonly sum: number;
}

const each = (picked: readonly (Picked | undefined)[], what: (one: Picked, mac: number) => void): void => {
  for (const [mac, one] of picked.entries()) if (one) what(one, mac);
};

/** A trace and its sum memory. */
class PlayedTrace {
  readonly pairs: Readonly<Record<Visits, Generator<HandedPair>>>;
  readonly memory = new SumMemory();
  /** sums with the pairs that were picked */
  readonly sums = new SumMemory();
  /** the word of two sums that the memory shows: the one that was read last */
  shown: readonly [number, number] = [0, 0];

  constructor(handed: () => Generator<HandedPair>) {
    this.pairs = {
      asTheyCome: visits.asTheyCome(handed()),
      short: visits.short(handed()),
      long: visits.long(handed()),
    };
  }
}

/** What a PE's traces, its neighbours' and all MACs do around the switch. */
class SwitchBench {
  private readonly sim: GateSimulator;
  private readonly valueBits: ValueBits;
  private readonly fmap: Uint32Array;
  private readonly emap: Uint32Array;
  /** own traces, as many as `own`, then those of the left and of the right neighbour */
  private readonly traces: readonly PlayedTrace[];
  private readonly own: number;
  /** by cycles ago, what MAC 0, MAC 1, the left and the right neighbour's MAC serve */
  private before: readonly (Picked | undefined)[] = [];
  private added: readonly (Picked | undefined)[] = [];

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits, own: number) {
    this.sim = sim;
    this.valueBits = valueBits;
    this.fmap = operands.codesOf("fmap", formatOfWidth[valueBits]);
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    this.own = own;
    this.traces = Array.from(
      { length: own + 2 },
      () => new PlayedTrace(() => handedPairs(operands, valueBits)),
    );
  }

  /** A job of each MAC: pairs that were picked, and visits that ended with them. */
  work(way: Ways, kind: Visits): { readonly pairs: Counts; readonly visits: Counts } {
    const { sim, own } = this;
    for (const [mac, trace] of way.take.entries())
      sim.set("take", 1 << (trace === away ? own : trace), (own + 1) * mac, own + 1);
    const oneHot = (trace: number | undefined) => (trace === undefined ? 0 : 1 << trace);
    sim.set("to_left", oneHot(way.toLeft));
    sim.set("to_right", oneHot(way.toRight));
    const pairs = { own: 0, sent: 0, come: 0 };
    const visits = { own: 0, sent: 0, come: 0 };
    for (let i = 0; i < periodCycles; i++)
      each(this.cycle(way, kind), ({ trace, pair }, mac) => {
        const place = trace >= own ? "come" : mac >= 2 ? "sent" : "own";
        pairs[place]++;
        if (pair.last) visits[place]++;
      });
    return { pairs, visits };
  }

  private cycle({ take, toLeft, toRight }: Ways, kind: Visits): readonly (Picked | undefined)[] {
    const { sim, before, added, own } = this;
    const ofOwn = Array.from({ length: own }, (_, trace) => trace);
    const served = [...take.map((trace, mac) => (trace === away ? own + mac : trace)), toLeft, toRight];
    const picked = served.map((trace) => (trace === undefined ? undefined : this.pick(trace, kind)));
    for (const trace of ofOwn)
      sim.set("pair_valid", before.some((one) => one?.trace === trace) ? 1 : 0, trace, 1);
    each(before, (one) => this.show(one));
    this.showSums();
    each(before, (one, mac) => this.checkPair(mac, one));
    for (const trace of ofOwn) this.checkWritten(trace);
    for (const mac of [0, 1]) this.checkNeighbour(mac);
    sim.tick();
    each(added, ({ trace, address, sum, pair }) => {
      if (pair.last) this.traces[trace].memory.write(address, sum);
    });
    [this.before, this.added] = [picked, before];
    return picked;
  }

  private pick(trace: number, kind: Visits): Picked {
    const { pairs, sums } = this.traces[trace];
    const pair = pairs[kind].next().value!;
    const address = sumAddress(pair);
    if (trace < this.own) this.sim.set("pair_sum", address >> 1, 6 * trace, 6);
    const [fmap, emap] = [this.fmap[pair.chunk.values[pair.rank]], this.emap[pair.emap]];
    const product = productBits(fmap, emap, formatOfWidth[this.valueBits]);
    const sum = addedSums(sums.read(address), product);
    sums.write(address, sum);
    return { trace, fmap, emap, address, pair, sum };
  }

  /** The words of its memories, or what a neighbour sends. The memory of sums is read for the first pair of a visit. */
  private show(one: Picked): void {
    const { sim, valueBits } = this;
    const { trace, fmap, emap, address, pair } = one;
    const played = this.traces[trace];
    if (pair.first) played.shown = played.memory.word(address);
    if (trace < this.own) {
      this.showValues(one);
      sim.set("emap", emap, trace * valueBits, valueBits);
      for (const [i, sum] of played.shown.entries()) sim.set("sum_word", sum, 64 * trace + 32 * i, 32);
      sim.set("sum_half", address & 1, trace, 1);
      sim.set("pair_same", pair.first ? 0 : 1, trace, 1);
      return;
    }
    const port = `${sides[trace - this.own]}_pair`;
    sim.set(port, fmap, 0, valueBits);
    sim.set(port, emap, valueBits, valueBits);
    sim.set(port, played.shown[address & 1], 2 * valueBits, 32);
    sim.set(port, pair.first ? 0 : 1, 2 * valueBits + 33, 1);
    sim.set(port, 1, 2 * valueBits + 34, 1);
  }

  private showValues({ trace, pair }: Picked): void {
    const { sim, valueBits, fmap } = this;
    const { values } = pair.chunk;
    const ofWord = 64 / valueBits;
    const first = pair.rank - (pair.rank % ofWord);
    for (let i = 0; i < ofWord; i++)
      sim.set("value_word", fmap[values[first + i]] ?? 0, 64 * trace + i * valueBits, valueBits);
    const placeBits = sim.width("value_place") / this.own;
    sim.set("value_place", pair.rank % ofWord, placeBits * trace, placeBits);
  }

  /** What the PE's MACs hand back after each pair, neighbours' at the end of a visit, and where traces write it. */
  private showSums(): void {
    const { sim, added, own } = this;
    sim.set("back_write", 0);
    each(added, ({ trace, address, pair }) => {
      if (trace >= own || !pair.last) return;
      sim.set("back_write", 1 << (address & 1), 2 * trace, 2);
      sim.set("back_address", address >> 1, 6 * trace, 6);
    });
    for (const mac of [0, 1]) {
      const [one, sent] = [added[mac], added[2 + mac]];
      if (one) sim.set("mac_sum", one.sum, 32 * mac, 32);
      sim.set(`${sides[mac]}_asks`, one?.trace === own + mac && one.pair.last ? 1 : 0);
      sim.set(`${sides[mac]}_sum`, sent?.pair.last ? sent.sum : 0);
    }
  }

  private checkPair(mac: number, { trace, fmap, emap, address }: Picked): void {
    const { sim, valueBits } = this;
    const bits = sim.width("pair_left");
    const [port, first] = mac < 2 ? ["mac_pair", mac * bits] : [`pair_${sides[mac - 2]}`, 0];
    const is = [
      sim.number(port, first, valueBits),
      sim.number(port, first + valueBits, valueBits),
      sim.number(port, first + 2 * valueBits, 32),
      sim.number(port, first + bits - 1, 1),
    ].join();
    const must = [fmap, emap, this.traces[trace].shown[address & 1], 1].join();
    if (is !== must) throw new Error(`MAC ${mac} must get ${must}, gets ${is}`);
  }

  /** The new sum at the end of a visit, else zeros that hold still. */
  private checkWritten(trace: number): void {
    const { sim } = this;
    const one = this.added.find((one) => one?.trace === trace);
    const must = one?.pair.last ? [one.sum, 1 << (one.address & 1), one.address >> 1] : [0, 0];
    const is = [sim.number("sum_write_data", 32 * trace, 32), sim.number("sum_write", 2 * trace, 2)];
    if (one?.pair.last) is.push(sim.number("sum_write_address", 6 * trace, 6));
    if (is.join() !== must.join()) throw new Error(`trace ${trace} must write ${must}, writes ${is}`);
  }

  /** What the neighbour on a MAC's side is asked for, and gets. */
  private checkNeighbour(mac: number): void {
    const { sim, added, own } = this;
    const [one, sent] = [added[mac], added[2 + mac]];
    const must = [sent?.pair.last ? 1 : 0, one?.trace === own + mac && one.pair.last ? one.sum : 0];
    const is = [sim.number(`ask_${sides[mac]}`), sim.number(`sum_${sides[mac]}`)];
    if (is.join() !== must.join())
      throw new Error(`the ${sides[mac]} neighbour must be asked and get ${must}, is ${is}`);
  }
}
