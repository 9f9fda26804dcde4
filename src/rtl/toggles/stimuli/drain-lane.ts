import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import {
  coupleOf,
  halfCouples,
  type LeavingSums,
  leavingSums,
  mustBe,
  noSums,
  type SumPair,
  setCouple,
  type WantedCouple,
} from "./drained-sums.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { addedSums, halfSums, playAdders } from "./sums.ts";

export const laneUses = ["sentCouple", "addedCouple", "teamedCouple"] as const;

const ksOfLayer = 30;
const ksWarmUp = 1;
/** Of columns of larger teams, behind what is measured. */
const ksOfTeam = 6;
/** Cycles until all that was begun has left. */
const windDown = 20;
/** Traces of a PE, whose numbers the block is told. */
const tracesOfPe = 3;
/** Cycles that a read takes at least, as the cycle model has it. */
const readCycles = 2;

/** A column's place in its team, as ports say it. */
interface Place {
  readonly levels: number;
  readonly level: number;
  readonly isLast: boolean;
}

const alone: Place = { levels: 0, level: 0, isLast: true };
const first: Place = { levels: 1, level: 0, isLast: false };
/** Of teams of four and of sixteen columns: those that add up, and the last one. */
const others: readonly Place[] = [
  { levels: 2, level: 1, isLast: false },
  { levels: 2, level: 2, isLast: true },
  { levels: 4, level: 3, isLast: false },
  { levels: 4, level: 4, isLast: true },
];

/**
 * Sums of one k after another come to the end of a way: in a team of one column they are kept in the buffer and sent, or added to what is in it; in the
 * first column of a team of two they are added to the neighbour's. Then columns of larger teams, both kinds of reads in turn.
 * Memory, adders and rounding are played. Throws where a couple is not asked for, kept, added or sent as it must be.
 */
export function driveDrainLane(
  sim: GateSimulator,
  operands: LayerOperands,
): Record<(typeof laneUses)[number], MeasuredUse> {
  const measured = (place: Place, adds: boolean): MeasuredUse => {
    const bench = new LaneBench(sim, operands, place);
    bench.reads(ksWarmUp, () => adds);
    sim.take();
    const couples = bench.reads(ksOfLayer, () => adds);
    const use = measuredUse(sim, couples);
    bench.finish();
    return use;
  };
  const sentCouple = measured(alone, false);
  const addedCouple = measured(alone, true);
  const teamedCouple = measured(first, false);
  for (const place of others) {
    const bench = new LaneBench(sim, operands, place);
    bench.reads(ksOfTeam, (k) => k % 2 === 1);
    bench.finish();
  }
  return { sentCouple, addedCouple, teamedCouple };
}

/** A couple on its way: what the adder has of it, and what must come of that. */
interface OnItsWay extends WantedCouple {
  readonly place: number;
  readonly last: boolean;
  readonly adds: boolean;
  readonly own: SumPair;
  readonly left: SumPair;
  readonly other: SumPair;
}

/** A word of the buffer. */
interface Kept {
  readonly sums: SumPair;
  readonly wanted: number;
  readonly last: boolean;
}

/** Pins of the buffer, and of what rounds. */
const bufferWord = "sums.read_word";
const writtenWord = "sums.write_word";
const roundedSums = [0, 1].map((i) => `g_round[${i}].round.sum`);

const sumOf = (a: SumPair, b: SumPair): SumPair => [addedSums(a[0], b[0]), addedSums(a[1], b[1])];

class LaneBench {
  private readonly sim: GateSimulator;
  private readonly place: Place;
  private readonly leaving: ReturnType<typeof leavingSums>;
  private readonly halves: ReturnType<typeof halfCouples>;
  private readonly random: LayerOperands["random"];
  private now = 0;
  /** by cycle: what a way must ask for, what comes, what is at the adder, what leaves */
  private readonly asks = new Map<number, string>();
  private readonly comes = new Map<number, OnItsWay>();
  private readonly adding = new Map<number, OnItsWay>();
  private readonly leaves = new Map<number, { readonly place: number; readonly wanted: number }>();
  private readonly sends = new Set<number>();
  /** cycle from which others may be sent */
  private sentUntil = 0;
  private readonly buffer = new Map<number, Kept>();
  /** what the neighbours have of the couple that came last: itself, and added up */
  private ownSums: SumPair;
  private teamSums: SumPair;
  /** sums that the buffer shows while they leave */
  private shown: SumPair = noSums;

  constructor(sim: GateSimulator, operands: LayerOperands, place: Place) {
    this.sim = sim;
    this.place = place;
    this.leaving = leavingSums(operands, tracesOfPe);
    this.halves = halfCouples(operands);
    this.random = operands.random;
    sim.set("levels", place.levels);
    sim.set("level", place.level);
    sim.set("is_last", place.isLast ? 1 : 0);
    reset(sim);
    this.ownSums = coupleOf(sim, "own_sums");
    this.teamSums = coupleOf(sim, "team_sums");
  }

  /** So many k's are read one behind the other; what is not added to later is sent. Says how many couples that are. */
  reads(ks: number, adds: (k: number) => boolean): number {
    let couples = 0;
    for (let k = 0; k < ks; k++) {
      const sums = this.leaving.next().value;
      this.start(sums, adds(k));
      const cycles = Math.max(readCycles, sums.couples.length);
      this.cycle(true);
      for (let i = 1; i < cycles; i++) this.cycle();
      if (!adds(k) && this.place.isLast) this.send(sums);
      couples += sums.couples.length;
      // a read that adds begins when all has been sent
      if (adds(k + 1) !== adds(k)) this.finish();
    }
    return couples;
  }

  /** Lets all that has begun leave. */
  finish(): void {
    for (let i = 0; i < windDown; i++) this.cycle();
  }

  /** A read begins with the next cycle. */
  private start(of: LeavingSums, adds: boolean): void {
    const { sim, now } = this;
    const pe = this.random.below(8);
    sim.set("start_pe", pe);
    sim.set("start_trace", of.trace);
    sim.set("start_set", of.set);
    sim.set("start_mask", of.mask);
    sim.set("start_adds", adds ? 1 : 0);
    for (const [place, couple] of of.couples.entries()) {
      const [own, other] = this.halves.next().value;
      const left = this.place.level === 0 ? own : this.halves.next().value[0];
      const last = place === of.couples.length - 1;
      const ofWay: OnItsWay = { ...couple, place, last, adds, own, left, other };
      const asked = now + 1 + place;
      this.asks.set(asked, `${pe}, ${of.trace}, ${couple.address}`);
      this.comes.set(asked + 1, ofWay);
      this.adding.set(asked + 2 + this.place.level, ofWay);
    }
  }

  /** The buffer is sent when the sums before it have been, while the read comes in behind that begins with the next cycle. */
  private send({ couples }: LeavingSums): void {
    while (this.now + 1 < this.sentUntil) this.cycle();
    const sent = this.now + 1;
    this.sentUntil = sent + couples.length;
    this.sends.add(sent);
    for (const [place, { wanted }] of couples.entries())
      this.leaves.set(sent + 2 + this.place.levels + place, { place, wanted });
  }

  private cycle(starts = false): void {
    const { sim, now, comes } = this;
    const adding = this.adding.get(now);
    sim.set("start", starts ? 1 : 0);
    sim.set("send", this.sends.has(now) ? 1 : 0);
    setCouple(sim, "word", comes.get(now)?.own ?? noSums);
    if (adding) this.showToAdder(adding);
    playAdders(sim);
    mustBe("couple asked for", this.asked(), this.asks.get(now) ?? "none");
    mustBe("couple for the team", coupleOf(sim, "own_sums"), this.ownSums);
    mustBe("team's couple", coupleOf(sim, "team_sums"), this.teamSums);
    const sent = this.sent();
    const kept = this.kept(adding);
    sim.tick();
    this.ownSums = comes.get(now)?.own ?? this.ownSums;
    if (adding && !this.place.isLast) this.teamSums = sumOf(adding.left, adding.other);
    if (adding && kept) this.buffer.set(adding.place, kept);
    if (sent) this.show(sent);
    this.now++;
  }

  private showToAdder({ left, other, adds }: OnItsWay): void {
    const { sim, place } = this;
    setCouple(sim, "left_sums", left);
    if (!place.isLast) setCouple(sim, "right_sums", other);
    else if (adds) setCouple(sim, bufferWord, other);
  }

  private asked(): string {
    const { sim } = this;
    if (sim.number("read") === 0) return "none";
    return ["read_pe", "read_trace", "read_address"].map((port) => sim.number(port)).join(", ");
  }

  /** What is written into the buffer in this cycle. */
  private kept(adding: OnItsWay | undefined): Kept | undefined {
    const { sim, place } = this;
    mustBe("write of the buffer", sim.number("sums.write"), adding && place.isLast ? 1 : 0);
    if (!adding || !place.isLast) return undefined;
    const { adds, left, other, wanted, last } = adding;
    const sums = adds ? sumOf(left, other) : left;
    mustBe("place in the buffer", sim.number("sums.write_address"), adding.place);
    mustBe("couple for the buffer", coupleOf(sim, writtenWord), sums);
    mustBe("what is wanted of it", sim.number(writtenWord, 64, 3), wanted + (last ? 4 : 0));
    return { sums, wanted, last };
  }

  /** What leaves in this cycle is held to what must; the word of the buffer that leaves in the next one. */
  private sent(): Kept | undefined {
    const { sim, now } = this;
    const leaves = this.leaves.get(now);
    mustBe("gradients that leave", sim.number("out_valid"), leaves?.wanted ?? 0);
    const rounded = roundedSums.map((pin) => sim.number(pin));
    mustBe("sums that are rounded", rounded, leaves ? this.shown : noSums);
    const [next, added] = [this.leaves.get(now + 1), this.adding.get(now + 1)];
    const adds = this.place.isLast && added?.adds;
    mustBe("read of the buffer", sim.number("sums.read"), next || adds ? 1 : 0);
    if (next || adds) mustBe("place that is read", sim.number("sums.read_address"), (next ?? added)!.place);
    return next && this.buffer.get(next.place);
  }

  private show({ sums, wanted, last }: Kept): void {
    setCouple(this.sim, bufferWord, sums);
    this.sim.set(bufferWord, wanted + (last ? 4 : 0), 64, 3);
    this.shown = sums;
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
