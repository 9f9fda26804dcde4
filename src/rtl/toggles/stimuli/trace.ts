import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { SynthesisedPe, ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import type { MeasuredUse } from "./stimulus.ts";
import { type Served, sum, TraceBench, type Work } from "./trace-bench.ts";
import { drawnChunk, jobsOf, type ListEntry, type TraceChunk, type TraceJob } from "./trace-jobs.ts";

export const traceUses = ["traceCycle", "traceLook", "tracePair", "traceJob"] as const;
type TraceUse = (typeof traceUses)[number] | "chunkActivated";

const chunks = 30;
const jobsOfChunk = 8;

/**
 * Jobs of one chunk after another, in a third of the chunks as they are, in a third with one wanted gradient, so that most
 * looks find no pair, and in a third with each list in several jobs: least squares split what they switch into what a look, a
 * pair and a job take. What a cycle takes whatever the trace does, measured while it waits for a MAC, is subtracted
 * before. Then other jobs, for their results only. Throws where pairs or cycles are not those of the jobs.
 */
export function driveJobs(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
  pe: SynthesisedPe,
): Record<TraceUse, MeasuredUse> {
  const trace = new TraceBench(sim, operands, valueBits, pe);
  const work: Work[] = [];
  const activated: MeasuredUse[] = [];
  for (let i = 0; i <= chunks; i++) {
    const chunk = drawnChunk(operands);
    const jobs = jobsOf(operands, chunk, jobsOfChunk).flatMap(variants[i % variants.length]);
    if (jobs.length === 0) continue;
    const done = trace.work(chunk, jobs, atOnce);
    // the first one warms up
    if (i === 0) continue;
    activated.push(done.activation);
    work.push(done);
  }
  for (const served of [atOnce, rests]) {
    const chunk = drawnChunk(operands);
    const jobs = jobsOf(operands, chunk, jobsOfChunk);
    for (const jobsOfKind of oddJobs(chunk, jobs)) trace.work(chunk, jobsOfKind, served);
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

/** A list as about three jobs, of three nonzeros at least; masks are those of the jobs after it. */
function inPieces({ entries }: TraceJob, index: number, jobs: readonly TraceJob[]): TraceJob[] {
  const length = Math.max(3, Math.ceil(entries.length / 3));
  return Array.from({ length: Math.ceil(entries.length / length) }, (_, i) => ({
    entries: entries.slice(i * length, (i + 1) * length),
    mask: jobs[(index + i) % jobs.length].mask,
  }));
}

const allSlots = 2 ** 18 - 1;

/** Lists of all positions, with all slots wanted, one or those that were not; lists of one nonzero; a few of these in turn. */
function oddJobs({ groups, columns }: TraceChunk, jobs: readonly TraceJob[]): TraceJob[][] {
  const all = Array.from(
    { length: groups * columns },
    (_, i): ListEntry => ({
      position: 8 * Math.floor(i / columns) + (i % columns),
      emap: i,
    }),
  );
  const dense = [allSlots, 1 << 9, allSlots].map((mask) => ({ entries: all, mask }));
  const single = all.slice(0, 12).map((entry) => ({ entries: [entry], mask: allSlots }));
  const unwanted = jobs.map(({ entries, mask }) => ({
    entries,
    mask: mask === allSlots ? 1 : allSlots - mask,
  }));
  const few = all.map((_, i) => ({
    entries: all.slice(i, i + 1 + ((5 * i) % 13)),
    mask: allSlots >> (i % 18),
  }));
  return [dense, single, unwanted, few].filter(({ length }) => length > 0);
}

const atOnce: Served = { restCycles: 0 };
const rests: Served = { restCycles: 4 };
