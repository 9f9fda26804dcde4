import type { Command } from "commander";
import { select } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import type { Claim, ClaimRun } from "../paper/claim.ts";
import { claimJson, claimTable, type JudgedClaim, judge } from "../paper/claim-table.ts";
import { claims } from "../paper/claims.ts";
import { quickly } from "../paper/quick.ts";
import type { Report } from "../report/report.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { nameList } from "./name-list.ts";
import { simulate } from "./simulate.ts";
import { stepOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

const about = `
Every workload is a network at batch 4 or 1 with made-up zeros; nothing is fitted to a figure that it is judged by.
A status is one of: reproduced, known gap, identity (true by counting, or as the workload was made: no evidence),
cannot be judged. Tolerances hold on both sides. The exit code is 0 when every status is true. All of it takes some
minutes; --quick half a minute, on one image and little of each network, and judges nothing.

Examples:
  swg claims
  swg claims --quick
  swg claims --only swg-speedup
  swg claims --format json > claims.json`;

const formats: Readonly<Record<string, (judged: readonly JudgedClaim[]) => string>> = {
  table: claimTable,
  json: claimJson,
};

interface ClaimsFlags {
  readonly only?: string;
  readonly quick?: boolean;
  readonly threads?: string;
  readonly format: string;
}

/** Declares the options of `swg claims`. */
export function declareClaims(command: Command, io: Io): void {
  command
    .option("--only <ids>", "these claims alone (default: all)")
    .option("--quick", "a first look: one image, one convolution of each network; judges nothing")
    .option("--threads <number>", "1 to 256 (default: as many as there are cores)")
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .addHelpText("after", about)
    .action(async (flags: ClaimsFlags) => {
      const { format, chosen, threads } = requestOf(flags);
      const reportOf = reportsOnce(chosen, threads, io);
      const judged: JudgedClaim[] = [];
      for (const claim of chosen) judged.push(judge(claim, await measure(claim, reportOf)));
      io.out(format(judged));
      const wrong = judged.filter(({ holds }) => !holds).map(({ claim }) => claim.id);
      if (wrong.length > 0) throw new InputError(`claims whose status is not true: ${wrong.join(", ")}`);
    });
}

interface ClaimsRequest {
  readonly format: (judged: readonly JudgedClaim[]) => string;
  readonly chosen: readonly Claim[];
  readonly threads: number | undefined;
}

/** The flags, checked. Throws `InputError`. */
function requestOf({ format, only, quick, threads }: ClaimsFlags): ClaimsRequest {
  if (!Object.hasOwn(formats, format)) throw unknownName("format", format, Object.keys(formats));
  const ids = claims.map(({ id }) => id);
  const wanted = only === undefined ? ids : nameList("--only", only, ids);
  for (const id of wanted) if (!ids.includes(id)) throw unknownName("claim", id, ids);
  return {
    format: formats[format],
    chosen: claims.filter(({ id }) => wanted.includes(id)).map((claim) => (quick ? quickly(claim) : claim)),
    threads: threads === undefined ? undefined : whole("--threads", threads, 1, 256),
  };
}

type ReportOf = (run: ClaimRun) => Promise<Report>;

/** Simulates a run the first time that one of the claims asks for it; a terminal shows which of all it is, and how far. */
function reportsOnce(chosen: readonly Claim[], threads: number | undefined, io: Io): ReportOf {
  const reports = new Map<string, Promise<Report>>();
  const runs = chosen.flatMap(({ cases }) => cases.flatMap(({ runs }) => runs));
  const workloads = new Set(runs.map((run) => JSON.stringify(run))).size;
  return (run) => {
    const key = JSON.stringify(run);
    const known = reports.get(key);
    if (known) return known;
    const title = `workload ${reports.size + 1} of ${workloads}, ${run.network}`;
    const report = interruptible((signal) => simulateRun(run, title, threads, io, signal));
    reports.set(key, report);
    return report;
  };
}

/** The figure of each of a claim's cases; one run after the other, since each takes all threads. */
async function measure({ cases }: Claim, reportOf: ReportOf): Promise<number[]> {
  const measured: number[] = [];
  for (const { runs, measure } of cases) {
    const reports: Report[] = [];
    for (const run of runs) reports.push(await reportOf(run));
    measured.push(measure(reports));
  }
  return measured;
}

function simulateRun(
  run: ClaimRun,
  title: string,
  threads: number | undefined,
  io: Io,
  signal: AbortSignal,
): Promise<Report> {
  const { network, batch, density, accelerators, layers, set, phases } = run;
  return simulate(
    {
      step: stepOf({ network, batch: String(batch), ...(density && { density }) }),
      machines: accelerators.map((name) => select(name, set?.[name])),
      engine: "fast",
      options: { ...(phases && { phases }), ...(layers && { layers }) },
      title,
      ...(threads !== undefined && { threads }),
    },
    io,
    signal,
  );
}
