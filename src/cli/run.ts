import type { Command } from "commander";
import { accelerators } from "../accelerators/index.ts";
import { drams } from "../energy/dram.ts";
import { nodes } from "../energy/nodes/index.ts";
import { unknownName } from "../input-error.ts";
import { reportCsv } from "../report/csv.ts";
import { defaultPricing, type PricingOptions, pricingOf } from "../report/pricing.ts";
import type { Report } from "../report/report.ts";
import { reportText } from "../report/text.ts";
import { reportJson, writeReport } from "../report/write-report.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import { makeFolder } from "../trace/whole-file.ts";
import { engines } from "./engines.ts";
import { uninterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { type MachineFlags, selectMachines } from "./machines.ts";
import { collected, nameList } from "./name-list.ts";
import { simulate } from "./simulate.ts";
import { type StepFlags, stepOf, whole } from "./training-step.ts";

const examples = `
Examples:
  swg run --trace out/trace-after.safetensors
  swg run --trace out/trace-after.safetensors --layers conv2,fc --set swg.columns=32 --set swg.slack=0
  swg run --trace out/trace-after.safetensors --ablation --out results
  swg run --network resnet18 --batch 1 --accelerators swg,dense
  swg run --trace out/trace-after.safetensors --format json > result.json
  swg list swg --format json > machine.json        (edit it, then)
  swg run --trace out/trace-after.safetensors --machine machine.json`;

const formats: Readonly<Record<string, (report: Report) => string>> = {
  table: reportText,
  json: reportJson,
  csv: reportCsv,
};

interface RunFlags extends MachineFlags, StepFlags, Required<PricingOptions> {
  readonly engine: string;
  readonly threads?: string;
  readonly format: string;
  readonly out?: string;
  readonly layers?: string;
  readonly ablation?: boolean;
}

/** Declares `swg run`. */
export function addRun(program: Command, io: Io): void {
  program
    .command("run")
    .description("simulate the weight gradients of a training step on one or more machines")
    .option("--trace <file>", "the captured training step (safetensors, swg-trace version 1)")
    .option("--network <name>", "instead of a trace: a network's layers with made-up zeros; see swg list")
    .option("--batch <number>", "with --network: images (default: 32)")
    .option("--seed <number>", "with --network: another seed, other zeros (default: 1)")
    .option("--density <fmap=.4,emap=.3,mask=.2>", "with --network: shares of nonzeros, for every layer")
    .option("--zeros <kind>", "with --network: fitted (as uneven as real ones) or coins (default: fitted)")
    .option("--accelerators <names>", "machines to run", Object.keys(accelerators).join(","))
    .option("--layers <names>", "layers to run (default: all)")
    .option(
      "--set <machine.parameter=value>",
      "change a parameter; repeatable, stronger than --machine",
      collected,
    )
    .option("--machine <file>", "parameters from a file; repeatable, one for each machine", collected)
    .option(
      "--engine <name>",
      `what simulates: ${Object.keys(engines).join(", ")}; the numbers are the same`,
      "fast",
    )
    .option("--threads <number>", "simulate on so many threads (default: one a core, one for a short run)")
    .option("--ablation", "also run swg with each mechanism removed, and added, in turn")
    .option(
      "--node <nm>",
      `process node of energy and area: ${Object.keys(nodes).join(", ")}`,
      defaultPricing.node,
    )
    .option("--dram <kind>", `DRAM of the energy: ${Object.keys(drams).join(", ")}`, defaultPricing.dram)
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .option("--out <folder>", "also write report.json, report.csv and report.txt there")
    .addHelpText("after", examples)
    .action(async (flags: RunFlags) => {
      if (!Object.hasOwn(formats, flags.format))
        throw unknownName("format", flags.format, Object.keys(formats));
      if (!Object.hasOwn(engines, flags.engine))
        throw unknownName("engine", flags.engine, Object.keys(engines));
      const { node, dram } = pricingOf(flags).names;
      const threads = flags.threads === undefined ? undefined : whole("--threads", flags.threads, 1, 256);
      const selections = selectMachines(flags);
      const layers = layersOf(stepOf(flags), flags.layers);
      const { out } = flags;
      if (out !== undefined) makeFolder(out);
      const report = await simulate(
        {
          ...{ step: flags, selections, engine: flags.engine },
          options: { node, dram, ...(layers && { layers }), ...(flags.ablation && { ablation: true }) },
          ...(threads !== undefined && { threads }),
        },
        io,
      );
      const written = out === undefined ? [] : uninterrupted(() => writeReport(out, report));
      io.out(formats[flags.format](report));
      for (const path of written) io.err(`wrote ${path}\n`);
    });
}

/** The layers that `--layers` names; undefined for all. */
export function layersOf(
  trace: Pick<OccupancySource, "layers">,
  text: string | undefined,
): string[] | undefined {
  const known = trace.layers.map(({ name }) => name);
  return text === undefined ? undefined : nameList("--layers", text, known);
}
