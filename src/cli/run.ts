import type { Command } from "commander";
import { isSwg } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import { reportCsv } from "../report/csv.ts";
import { checkLabels } from "../report/figures/labels.ts";
import { reportLatex, reportMarkdown } from "../report/paper-tables.ts";
import type { Report } from "../report/report.ts";
import { reportText } from "../report/text.ts";
import { reportFiles, reportJson, writeFiles, writtenText } from "../report/write-report.ts";
import { type StepsReport, stepsReport } from "../sweep/drift.ts";
import { stepsFiles } from "../sweep/drift-files.ts";
import { stepsCsv, stepsJson, stepsText } from "../sweep/drift-text.ts";
import { checkFolder } from "../trace/whole-file.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { addDrawingOptions, type DrawingFlags, drawingOf } from "./drawing-flags.ts";
import { interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { nameList } from "./name-list.ts";
import { addRequestOptions, type RequestFlags, requestsOf } from "./run-request.ts";
import { type RunRequest, simulate, simulateWithWhy } from "./simulate.ts";

const examples = `
Examples:
  swg run --trace out/trace-after.safetensors
  swg run --trace out/trace-after.safetensors --layers 'conv*,fc' --set swg.columns=32 --set swg.chunks=2
  swg run --trace out/trace-after.safetensors --layers 'conv*' --why
  swg run --trace out/trace-after.safetensors --ablation --out results
  swg run --trace out/trace-after.safetensors --out results --width column --labels swg=SWG,trainware=TrainWare
  swg run --network resnet18 --batch 1 --accelerators swg,dense
  swg run --trace out/trace-after.safetensors --accelerators all --layers conv2
  swg run --trace out/trace-after.safetensors --accelerators swg,c2=swg:chunks=2:traces=2,./mine.ts
  swg run --trace out/trace-after.safetensors --accelerators lnpu,lnpu-swg,trainware --phases ff,bp,wg
  swg run --trace training.safetensors --steps 0,1000 --out results
  swg run --trace out/trace-after.safetensors --format json > result.json
  swg list swg --format json > machine.json        (edit it, then)
  swg run --trace out/trace-after.safetensors --machine machine.json`;

interface Format {
  readonly ofOne: (report: Report) => string;
  /** absent: of one step alone */
  readonly ofSteps?: (report: StepsReport) => string;
}

const formats: Readonly<Record<string, Format>> = {
  table: { ofOne: reportText, ofSteps: stepsText },
  json: { ofOne: reportJson, ofSteps: stepsJson },
  csv: { ofOne: reportCsv, ofSteps: stepsCsv },
  markdown: { ofOne: reportMarkdown },
  latex: { ofOne: reportLatex },
};

interface RunFlags extends RequestFlags, DrawingFlags {
  readonly format: string;
  readonly ablation?: boolean;
  readonly why?: boolean;
  readonly phases?: string;
}

/** Declares the options of `swg run`. */
export function declareRun(command: Command, io: Io): void {
  const options = addRequestOptions(command)
    .option(
      "--phases <names>",
      `also report these phases of the step: ${phaseNames.join(", ")} (forward, backward, weight gradient)`,
    )
    .option("--ablation", "also run swg with each mechanism removed, and added, in turn")
    .option(
      "--why",
      "also run the layer in which swg is farthest from its bound with each of its limits lifted in turn: what would help most",
    )
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .option(
      "--out <folder>",
      "also write report.html, .json, .csv, .txt and figures (SVG, PDF, PNG, CSV) there",
    );
  addDrawingOptions(options, "machines and layers")
    .addHelpText("after", examples)
    .action((flags: RunFlags) => interruptible((signal) => run(flags, io, signal)));
}

async function run(flags: RunFlags, io: Io, signal: AbortSignal): Promise<void> {
  const format = formatOf(flags.format);
  // every step is checked before the first is simulated
  const requests = await requestsOf(flags);
  needSwg(flags, requests);
  if (requests.length > 1 && !format.ofSteps)
    throw new InputError(
      `--format ${flags.format} is of one training step, the trace has ${requests.length}; --steps chooses one`,
    );
  const { out } = flags;
  const drawing = drawingOf(flags);
  if (requests.length > 1 && (drawing.column || drawing.labels.size > 0))
    throw new InputError("--width column and --labels are of one training step; --steps chooses one");
  const [{ step, machines, options }] = requests;
  const layers = options.layers ?? step.trace.layers.map(({ name }) => name);
  checkLabels(drawing.labels, [...machines.map(({ label }) => label), ...layers]);
  if (out !== undefined) checkFolder(out);
  const reports = await reportsOf(flags, requests, io, signal);
  const several = reports.length > 1 ? stepsReport(reports) : undefined;
  if (out !== undefined) {
    const files = await (several ? stepsFiles(several, signal) : reportFiles(reports[0], signal, drawing));
    await pause(signal);
    writeFiles(out, files);
    io.err(writtenText(out, files));
  }
  io.out(several ? format.ofSteps!(several) : format.ofOne(reports[0]));
}

/** The format of a name. Throws `InputError` for a name that is none. */
function formatOf(name: string): Format {
  if (!Object.hasOwn(formats, name)) throw unknownName("format", name, Object.keys(formats));
  return formats[name];
}

/** Throws `InputError` for flags that ask something of swg in a run without it, or what the format has no place for. */
function needSwg(flags: RunFlags, [{ machines }]: readonly RunRequest[]): void {
  for (const flag of ["ablation", "why"] as const)
    if (flags[flag] && !machines.some(isSwg))
      throw new InputError(`--${flag} needs swg in --accelerators, is ${JSON.stringify(flags.accelerators)}`);
  if (flags.why && flags.format === "csv")
    throw new InputError("--why needs --format table, json, markdown or latex, is csv: one table, of layers");
}

/** One report for each request, in order. */
async function reportsOf(
  flags: RunFlags,
  requests: readonly RunRequest[],
  io: Io,
  signal: AbortSignal,
): Promise<Report[]> {
  const phases = phasesIn(flags.phases);
  const more = { ...(flags.ablation && { ablation: true }), ...(phases && { phases }) };
  const simulated = flags.why ? simulateWithWhy : simulate;
  const reports: Report[] = [];
  for (const [i, { options, ...request }] of requests.entries()) {
    const { step } = request.step.trace.labels;
    const title = requests.length > 1 && { title: `step ${step} (${i + 1} of ${requests.length})` };
    reports.push(await simulated({ ...request, ...title, options: { ...options, ...more } }, io, signal));
  }
  return reports;
}

/** The phases that `--phases` names; undefined for none beside WG. */
function phasesIn(text: string | undefined): Phase[] | undefined {
  if (text === undefined) return undefined;
  return nameList("--phases", text, phaseNames).map((name) => {
    const phase = phaseNames.find((known) => known === name);
    if (!phase) throw unknownName("phase", name, phaseNames);
    return phase;
  });
}
