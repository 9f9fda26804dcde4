import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { sumAddress } from "./mac.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import {
  drawnChunk,
  entriesOfWord,
  jobsOf,
  listWords,
  pairsOfWindow,
  setsOfTrace,
  type TraceChunk,
  type TraceJob,
  type WordEntry,
} from "./trace-jobs.ts";

export const traceUses = ["traceCycle", "traceLook", "tracePair", "traceJob"] as const;
type TraceUse = (typeof traceUses)[number] | "chunkActivated";

const chunks = 30;
const jobsOfChunk = 8;
const idleCycles = 60;
/** Of a chunk's jobs: far more than they take. */
const mostCycles = 50_000;
/** The list memory serves each of a PE's three traces in every third cycle. */
const period = 3;
/** Between two jobs: for the header, and for words that come at the wrong turn. */
const restCycles = 2 * period;

/** What some jobs were, and what switched in them beyond what their cycles take. */
interface Work {
  /** entries; those without value, too */
  readonly looks: number;
  readonly pairs: number;
  readonly jobs: number;
  readonly use: MeasuredUse;
}

/**
 * Jobs of one chunk after another, in a third of the chunks as they are, in a third with one wanted gradient, so that most
 * looks find no pair, and in a third with each list in several jobs: least squares split what they switch into what a look, a
 * pair and a job take. What a cycle takes whatever the trace does, measured while it waits for a MAC, is subtracted
 * before. Throws where the pairs are not those of the jobs.
 */
export function driveJobs(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Record<TraceUse, MeasuredUse> {
  const trace = new TraceBench(sim, operands, valueBits);
  const work: Work[] = [];
  const activated: MeasuredUse[] = [];
  for (let i = 0; i <= chunks; i++) {
    const chunk = drawnChunk(operands);
    const jobs = jobsOf(operands, chunk, jobsOfChunk).flatMap(variants[i % variants.length]);
    if (jobs.length === 0) continue;
    trace.load(chunk, jobs);
    const chunkActivated = trace.activate(chunk);
    const done = trace.work(chunk, jobs);
    // the first one warms up
    if (i === 0) continue;
    activated.push(chunkActivated);
    work.push(done);
  }
  const total = (of: (done: Work) => number) => work.reduce((all, done) => all + of(done), 0);
  const split = (of: (use: MeasuredUse) => number) =>
    leastSquares(
      work.map(({ looks, pairs, jobs, use }) => ({ terms: [looks, pairs, jobs], value: of(use) })),
    );
  const parts = [split((use) => use.logic), split((use) => use.flipFlops), split((use) => use.clocked)];
  const part = (uses: number, i: number): MeasuredUse => {
    const [logic, flipFlops, clocked] = parts.map((of) => uses * of[i]);
    return { uses, logic, flipFlops, clocked };
  };
  return {
    traceCycle: trace.waiting,
    traceLook: part(
      total(({ looks }) => looks),
      0,
    ),
    tracePair: part(
      total(({ pairs }) => pairs),
      1,
    ),
    traceJob: part(
      total(({ jobs }) => jobs),
      2,
    ),
    chunkActivated: activated.reduce(sum),
  };
}

type Variant = (job: TraceJob, index: number, jobs: readonly TraceJob[]) => TraceJob[];

const variants: readonly Variant[] = [
  (job) => [job],
  ({ entries, mask }) => [{ entries, mask: mask & -mask }],
  inPieces,
];

/** A list as about three jobs, of at least a word each; masks are those of the jobs after it. */
function inPieces({ entries }: TraceJob, index: number, jobs: readonly TraceJob[]): TraceJob[] {
  const length = Math.max(3, Math.ceil(entries.length / 3));
  return Array.from({ length: Math.ceil(entries.length / length) }, (_, i) => ({
    entries: entries.slice(i * length, (i + 1) * length),
    mask: jobs[(index + i) % jobs.length].mask,
  }));
}

const sum = (a: MeasuredUse, b: MeasuredUse): MeasuredUse => ({
  uses: a.uses + b.uses,
  logic: a.logic + b.logic,
  flipFlops: a.flipFlops + b.flipFlops,
  clocked: a.clocked + b.clocked,
});

/** A word of the list memory: in front of a list its header, with the number of words that follow. */
interface ListWord {
  readonly header?: { readonly mask: number; readonly set: number; readonly length: number };
  readonly entries: readonly WordEntry[];
  readonly last: boolean;
}

/** A pair as the trace shows it, in the cycle in which it is picked and in the next one. */
type ShownPair = readonly [rank: number, address: number, emap: number];

class TraceBench {
  waiting: MeasuredUse = { uses: 0, logic: 0, flipFlops: 0, clocked: 0 };
  private readonly sim: GateSimulator;
  private readonly valueBits: ValueBits;
  private readonly emap: Uint32Array;
  /** words that were read already stay, so that addresses go on; those of other traces are shown from it */
  private readonly words: ListWord[] = [];
  private address = 0;
  private shown = 0;
  private reading = false;
  private cycles = 0;
  private jobs = 0;
  /** addresses of the pairs that were picked one and two cycles ago */
  private before: number | undefined;
  private added: number | undefined;

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.valueBits = valueBits;
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    // a group has eight columns
    sim.set("group_log", 3);
    reset(sim);
  }

  /** Writes a chunk's jobs to the list memory; the trace takes the first one's words, and waits for a MAC. */
  load({ stride, step }: TraceChunk, jobs: readonly TraceJob[]): void {
    this.sim.set("group_stride", stride);
    this.sim.set("column_step", step);
    for (const [i, { entries, mask }] of jobs.entries()) {
      // a k without a wanted gradient is no job of this trace
      if (i % 3 === 1) this.list(entries, 0, 0);
      this.list(entries, mask, (this.jobs + i) % setsOfTrace);
    }
    this.sim.set("run", 0);
    for (let i = 0; i < 5 * period; i++) this.cycle();
  }

  /** A header and its list. */
  private list(entries: TraceJob["entries"], mask: number, set: number): void {
    const words = listWords(entries, entriesOfWord(this.valueBits));
    this.words.push({ header: { mask, set, length: words.length }, entries: [], last: false });
    for (const [i, word] of words.entries()) this.words.push({ entries: word, last: i === words.length - 1 });
  }

  /** Row words of the chunk, two a cycle. */
  activate({ rows, bases }: TraceChunk): MeasuredUse {
    const { sim } = this;
    this.wait();
    for (let couple = 0; couple < rows.length / 2; couple++) {
      sim.set("row_write", 1 << couple);
      for (const i of [0, 1]) {
        sim.set("row_bits", rows[2 * couple + i], 20 * i, 20);
        sim.set("row_base", bases[2 * couple + i], 8 * i, 8);
      }
      this.cycle();
    }
    sim.set("row_write", 0);
    this.cycle();
    return this.measured(1);
  }

  /** Cycles in which a job waits for a MAC, while words of other traces pass. */
  private wait(): void {
    this.begin();
    for (let i = 0; i < idleCycles; i++) this.cycle();
    this.waiting = sum(this.waiting, measuredUse(this.sim, idleCycles));
    this.begin();
  }

  /** All jobs that were loaded, served in every cycle but for a few after each job, so that the list memory keeps up. */
  work(chunk: TraceChunk, jobs: readonly TraceJob[]): Work {
    const { sim } = this;
    const expected = jobs.flatMap(({ entries, mask }, j) =>
      entries.flatMap((entry) =>
        pairsOfWindow(chunk, entry, mask).map(({ rank, slot, emap }) =>
          [rank, sumAddress({ set: (this.jobs + j) % setsOfTrace, slot }), this.emap[emap]].join(),
        ),
      ),
    );
    const pairs: string[] = [];
    this.begin();
    const next = () => {
      const pair = this.pairCycle();
      if (pair) pairs.push(pair.join());
    };
    for (let left = jobs.length; left > 0; left--) {
      this.runJob(next);
      sim.set("run", 0);
      for (let i = 0; i < restCycles; i++) next();
    }
    this.jobs += jobs.length;
    if (pairs.join(" ") !== expected.join(" "))
      throw new Error(`the trace must hand out the ${expected.length} pairs of its jobs, hands out others`);
    const looks = jobs.reduce((all, { entries }) => all + looksOf(entries), 0);
    return { looks, pairs: pairs.length, jobs: jobs.length, use: this.measured(1) };
  }

  /** The next job from its first cycle to its last. Throws where it waits in between. */
  private runJob(next: () => void): void {
    const { sim } = this;
    sim.set("run", 1);
    for (let begun = false, ends = 0; ends === 0; next()) {
      if (this.cycles > mostCycles) throw new Error(`jobs must end within ${mostCycles} cycles, do not`);
      const ready = sim.number("ready");
      if (begun && ready === 0) throw new Error("a job must go on in each cycle, waits");
      begun = ready === 1;
      ends = sim.number("ends");
    }
  }

  /** A cycle, and the pair that is picked in it. Throws where what says that two pairs have the same sum is wrong. */
  private pairCycle(): ShownPair | undefined {
    const { sim, before, added } = this;
    const picked = sim.number("pair_read") === 1;
    const [word, address] = [sim.number("value_address"), sim.number("sum_address")];
    const written = sim.number("sum_write") === 0 ? undefined : 2 * sim.number("sum_write_address");
    if (written !== undefined ? written + sim.number("sum_write", 1, 1) !== added : added !== undefined)
      throw new Error(`the sum ${added} must be written, is ${written}`);
    const keep = picked && added === address;
    if (sim.number("pair_keep") !== Number(keep)) throw new Error(`sum ${address} must be kept: ${keep}`);
    this.cycle();
    [this.before, this.added] = [picked ? address : undefined, before];
    if (sim.number("pair_valid") !== Number(picked)) throw new Error("a pair must be said to be one");
    if (!picked) return undefined;
    const shown = ["pair_same", "pair_kept", "pair_half"].map((name) => sim.number(name)).join();
    const must = [Number(before === address), Number(keep), address & 1].join();
    if (shown !== must)
      throw new Error(`of sum ${address}, same, kept and half must be ${must}, are ${shown}`);
    return [word * (64 / this.valueBits) + sim.number("pair_place"), address, sim.number("pair_emap")];
  }

  private begin(): void {
    this.sim.take();
    this.cycles = 0;
  }

  /** What switched since `begin`, without what its cycles take. */
  private measured(uses: number): MeasuredUse {
    const { waiting, cycles } = this;
    const all = measuredUse(this.sim, uses);
    const share = cycles / waiting.uses;
    return {
      uses,
      logic: all.logic - share * waiting.logic,
      flipFlops: all.flipFlops - share * waiting.flipFlops,
      clocked: all.clocked - share * waiting.clocked,
    };
  }

  /** A cycle; the memory shows what was asked for in the one before, by this trace or one of the two others. */
  private cycle(): void {
    const { sim, words } = this;
    const valid = this.reading && this.address < words.length;
    sim.set("list_valid", valid ? 1 : 0);
    const word = words[valid ? this.address : (this.shown * 7) % words.length];
    if (word !== undefined) this.show(word);
    this.reading = this.shown % period === 0 && sim.number("list_request") === 1;
    this.address = this.nextAddress();
    sim.tick();
    this.cycles++;
    this.shown++;
  }

  /** The address counts modulo the list memory's words. */
  private nextAddress(): number {
    const size = 2 ** this.sim.width("list_address");
    const low = this.sim.number("list_address");
    return this.address + ((((low - this.address) % size) + size) % size);
  }

  private show({ header, entries, last }: ListWord): void {
    const { sim, valueBits } = this;
    const entryBits = valueBits + 5;
    for (const [i, { distance, entry }] of entries.entries()) {
      sim.set("list_word", distance, i * entryBits, 5);
      sim.set("list_word", entry ? this.emap[entry.emap] : 0, i * entryBits + 5, valueBits);
    }
    sim.set("list_word", last ? 1 : 0, entriesOfWord(valueBits) * entryBits, 1);
    if (!header) return;
    sim.set("list_mask", header.mask);
    sim.set("list_set", header.set);
    sim.set("list_length", header.length);
  }
}

/** Entries of a list up to its last nonzero; those behind it are padding, and take nothing. */
const looksOf = (entries: TraceJob["entries"]): number =>
  1 +
  listWords(entries, 1)
    .flat()
    .findLastIndex(({ entry }) => entry !== undefined);
