import type { Command } from "commander";
import { select } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import type { ClaimRun } from "../paper/claim.ts";
import { claimJson, claimTable, type JudgedClaim, judge } from "../paper/claim-table.ts";
import { claims } from "../paper/claims.ts";
import type { Report } from "../report/report.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { nameList } from "./name-list.ts";
import { simulate } from "./simulate.ts";
import { stepOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

const about = `
Every workload is a network at batch 32 or 4 with made-up zeros; nothing is fitted to a figure that it is judged by.
A status is one of: reproduced, known gap, cannot be judged. The exit code is 0 when every status is true.

Examples:
  swg claims
  swg claims --only swg-speedup
  swg claims --format json > claims.json`;

const formats: Readonly<Record<string, (judged: readonly JudgedClaim[]) => string>> = {
  table: claimTable,
  json: claimJson,
};

interface ClaimsFlags {
  readonly only?: string;
  readonly threads?: string;
  readonly format: string;
}

/** Declares the options of `swg claims`. */
export function declareClaims(command: Command, io: Io): void {
  command
    .option("--only <ids>", "these claims alone (default: all)")
    .option("--threads <number>", "1 to 256 (default: as many as there are cores)")
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .addHelpText("after", about)
    .action(async (flags: ClaimsFlags) => {
      if (!Object.hasOwn(formats, flags.format))
        throw unknownName("format", flags.format, Object.keys(formats));
      const ids = claims.map(({ id }) => id);
      const wanted = flags.only === undefined ? ids : nameList("--only", flags.only, ids);
      for (const id of wanted) if (!ids.includes(id)) throw unknownName("claim", id, ids);
      const threads = flags.threads === undefined ? undefined : whole("--threads", flags.threads, 1, 256);
      const judged: JudgedClaim[] = [];
      const reports = new Map<string, Promise<Report>>();
      const chosen = claims.filter(({ id }) => wanted.includes(id));
      const runs = chosen.flatMap(({ cases }) =>
        cases.flatMap(({ runs }) => runs.map((run) => JSON.stringify(run))),
      );
      const workloads = new Set(runs).size;
      for (const claim of chosen) {
        const measured: number[] = [];
        for (const { runs, measure } of claim.cases) {
          const results: Report[] = [];
          for (const run of runs) {
            const key = JSON.stringify(run);
            if (io.terminal && !reports.has(key))
              io.err(`workload ${reports.size + 1} of ${workloads}: ${run.network}, batch ${run.batch}\n`);
            const known =
              reports.get(key) ?? interruptible((signal) => simulateRun(run, threads, io, signal));
            reports.set(key, known);
            results.push(await known);
          }
          measured.push(measure(results));
        }
        judged.push(judge(claim, measured));
      }
      io.out(formats[flags.format](judged));
      const wrong = judged.filter(({ holds }) => !holds).map(({ claim }) => claim.id);
      if (wrong.length > 0) throw new InputError(`claims whose status is not true: ${wrong.join(", ")}`);
    });
}

function simulateRun(
  run: ClaimRun,
  threads: number | undefined,
  io: Io,
  signal: AbortSignal,
): Promise<Report> {
  const { network, batch, density, accelerators, set, phases } = run;
  return simulate(
    {
      step: stepOf({ network, batch: String(batch), ...(density && { density }) }),
      machines: accelerators.map((name) => select(name, set?.[name])),
      engine: "fast",
      options: phases ? { phases } : {},
      ...(threads !== undefined && { threads }),
    },
    io,
    signal,
  );
}
