import type { SynthesisedPe, ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import { tileCycles } from "../../../hardware/valid-data-trace/job.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { drawnChunk, jobsOf, listWords, looksOfTile, pairsOfTile } from "./trace-jobs.ts";

const jobsOfLayer = 80;
const warmUp = 10;
const sides = ["left", "right"] as const;
type Side = (typeof sides)[number];
/** Of cycles, those in which a neighbour has a trace to offer, and those of an offer in which one takes it (assumed). */
const offerPercent = 20;
const takePercent = 10;
/** Of cycles, those in which what a neighbour offers may change (assumed). */
const changePercent = 5;
const mostCycles = 200_000;

/** Cycles of the tiles of jobs as they come. */
function* jobLengths(
  operands: LayerOperands,
  valueBits: ValueBits,
  traces: number,
): Generator<readonly number[]> {
  for (;;) {
    const chunk = drawnChunk(operands);
    for (const { entries, mask } of jobsOf(operands, chunk, 8))
      yield listWords(entries, valueBits).map((tile, i, { length }) =>
        tileCycles(pairsOfTile(chunk, tile, mask).length, i === length - 1, looksOfTile(valueBits, traces)),
      );
  }
}

/** A job in a trace: what is left of its tiles, and its index. */
class PlayedTrace {
  index: number;
  private readonly lengths: Generator<readonly number[]>;
  private tiles: number[] = [];

  constructor(lengths: Generator<readonly number[]>, index: number) {
    this.lengths = lengths;
    this.index = index;
    this.next();
  }

  get last(): boolean {
    return this.tiles.length === 1;
  }

  /** It ends if it is served in this cycle. */
  get ending(): boolean {
    return this.last && this.tiles[0] === 1;
  }

  serve(): void {
    if (--this.tiles[0] > 0) return;
    this.tiles.shift();
    if (this.tiles.length > 0) return;
    this.index = (this.index + 1) % 16;
    this.next();
  }

  private next(): void {
    this.tiles = [...this.lengths.next().value!];
  }
}

/**
 * One PE's choice among traces whose jobs are as long as the layer's, with neighbours played: what they offer and
 * take is drawn, and without effect where each trace has a MAC of its own. A use is a job at a MAC of the PE, or at a neighbour's. Throws where a trace has two MACs.
 */
export function driveJobChoice(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
  { traces }: SynthesisedPe,
): MeasuredUse {
  const bench = new ChoiceBench(sim, operands, valueBits, traces);
  let jobs = -warmUp;
  for (let cycle = 0; cycle < mostCycles && jobs < jobsOfLayer; cycle++) {
    jobs += bench.cycle();
    if (jobs <= 0) sim.take();
  }
  if (jobs < jobsOfLayer) throw new Error(`the PE must end ${jobsOfLayer} jobs, ends ${jobs}`);
  return measuredUse(sim, jobs);
}

class ChoiceBench {
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly traces: number;
  private readonly own: readonly PlayedTrace[];
  private readonly neighbours: Readonly<Record<Side, PlayedTrace>>;
  private readonly offers = { left: false, right: false };

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits, traces: number) {
    this.sim = sim;
    this.operands = operands;
    this.traces = traces;
    const played = (index: number) => new PlayedTrace(jobLengths(operands, valueBits, traces), index);
    this.own = Array.from({ length: traces }, (_, i) => played(i % 2));
    this.neighbours = { left: played(0), right: played(0) };
    sim.set("help", traces > 2 ? 1 : 0);
    reset(sim);
  }

  /** Jobs that end in this cycle. */
  cycle(): number {
    const { sim, own, neighbours } = this;
    const run = sim.number("run");
    const served = own.filter((_, i) => ((run >> i) & 1) === 1);
    const helped = sides.filter((side) => this.helps(side)).map((side) => neighbours[side]);
    this.showOwn(served);
    for (const side of sides) this.showNeighbour(side);
    sim.set("left_refuses", 0);
    this.ask(sides[this.operands.random.below(2)]);
    const ended = [...served, ...helped].filter(({ ending }) => ending).length;
    sim.tick();
    this.checkServed();
    for (const trace of [...served, ...helped]) trace.serve();
    return ended;
  }

  private chance(percent: number): boolean {
    return this.operands.random.below(100) < percent;
  }

  /** Whether a MAC serves the neighbour's trace. */
  private helps(side: Side): boolean {
    const { sim, traces } = this;
    return sim.number("take", (traces + 1) * sides.indexOf(side) + traces, 1) === 1;
  }

  /** None is ahead by as much as numbers can tell. */
  private showOwn(served: readonly PlayedTrace[]): void {
    const { sim, own } = this;
    const least = leastIndex(own);
    for (const [i, trace] of own.entries()) {
      const runs = served.includes(trace);
      const next = (trace.index + Number(runs)) % 16;
      const can = (next - least + 16) % 16 < 7;
      sim.set("ready", can && !runs ? 1 : 0, i, 1);
      sim.set("next_ready", can && runs && trace.last ? 1 : 0, i, 1);
      sim.set("ends", runs && trace.ending ? 1 : 0, i, 1);
      sim.set("next", next, 4 * i, 4);
    }
  }

  private showNeighbour(side: Side): void {
    const { sim, offers } = this;
    const { ending, index } = this.neighbours[side];
    const here = this.helps(side);
    sim.set(`${side}_ends`, here && ending ? 1 : 0);
    if (this.chance(changePercent)) offers[side] = this.chance(offerPercent);
    sim.set(`${side}_offer`, !here && offers[side] ? 16 + index : index);
    sim.set(`${side}_asks`, 0);
  }

  /** The neighbour on one side may ask for what is offered. */
  private ask(side: Side): void {
    const { sim } = this;
    const idle = sim.number(`to_${side}`) === 0 && sim.number("offer", 4, 1) === 1;
    if (idle && this.chance(takePercent)) sim.set(`${side}_asks`, 1);
  }

  /** No trace may have two MACs. */
  private checkServed(): void {
    const { sim, traces } = this;
    const ofMacs = [0, 1].map((mac) => sim.number("take", (traces + 1) * mac, traces));
    const places = [...ofMacs, sim.number("to_left"), sim.number("to_right")];
    const [all, any] = places.reduce(([all, any], place) => [all + place, any | place], [0, 0]);
    if (all !== any) throw new Error(`each trace must be served once, MACs take ${places.join(", ")}`);
  }
}

function leastIndex(traces: readonly PlayedTrace[]): number {
  return traces.reduce(
    (least, { index }) => ((index - least + 16) % 16 >= 8 ? index : least),
    traces[0].index,
  );
}
