import type { Command } from "commander";
import { phasesOf } from "../accelerators/accelerator.ts";
import { InputError, quoted, unknownName } from "../input-error.ts";
import type { Report } from "../report/report.ts";
import { type TrainingCost, trainingCost } from "../sweep/training-cost.ts";
import { trainingCostCsv, trainingCostJson, trainingCostText } from "../sweep/training-cost-text.ts";
import { phaseNames } from "../workload/phase.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { nameList } from "./name-list.ts";
import { addRequestOptions, type RequestFlags, requestOf, settingsOf } from "./run-request.ts";
import { type RunRequest, simulate } from "./simulate.ts";
import { stepsOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

const examples = `
Time, energy and DRAM traffic of a whole training, in all phases that a machine has: recorded steps are simulated, and what an
image costs goes in a straight line from one to the next. --trace takes several files, and files of several steps.

Examples:
  swg cost --trace out/trace-before.safetensors,out/trace-after.safetensors --epochs 10 --images 60000
  swg cost --trace training.safetensors --epochs 90 --images 1281167 --accelerators lnpu-swg,lnpu,trainware
  swg cost --network resnet18 --batch 16 --epochs 90 --images 1281167 --layers 'layer4.*' --accelerators swg,dense
  swg cost --trace step.safetensors --epochs 5 --images 50000 --format json > cost.json`;

const formats: Readonly<Record<string, (cost: TrainingCost) => string>> = {
  table: trainingCostText,
  json: trainingCostJson,
  csv: trainingCostCsv,
};

interface CostFlags extends RequestFlags {
  readonly epochs?: string;
  readonly images?: string;
  readonly recordedSteps?: string;
  readonly format: string;
}

/** Declares the options of `swg cost`. */
export function declareCost(command: Command, io: Io): void {
  addRequestOptions(command)
    .option("--epochs <number>", "times that the training goes over its images")
    .option("--images <number>", "images (or other samples) of an epoch")
    .option(
      "--recorded-steps <number>",
      "steps of the training that was recorded, in which recorded steps have their place (default: as many as --epochs, --images and the trace's batch make)",
    )
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .addHelpText("after", examples)
    .action((flags: CostFlags) => interruptible((signal) => cost(flags, io, signal)));
}

async function cost(flags: CostFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (!Object.hasOwn(formats, flags.format)) throw unknownName("format", flags.format, Object.keys(formats));
  const training = trainingIn(flags);
  const requests = await requestsOfAll(flags);
  checkAlike(requests);
  const reports: Report[] = [];
  for (const [i, request] of requests.entries()) {
    const { step } = request.step.trace.labels;
    const title = requests.length > 1 && { title: `step ${step} (${i + 1} of ${requests.length})` };
    reports.push(await simulate({ ...request, ...title }, io, signal));
  }
  io.out(formats[flags.format](trainingCost(reports, training)));
}

function trainingIn({ epochs, images, recordedSteps }: CostFlags) {
  if (epochs === undefined || images === undefined)
    throw new InputError("a training needs --epochs NUMBER and --images NUMBER (of an epoch)");
  return {
    epochs: whole("--epochs", epochs, 1, 1e6),
    images: whole("--images", images, 1, 1e12),
    ...(recordedSteps !== undefined && {
      recordedSteps: whole("--recorded-steps", recordedSteps, 1, 1e12),
    }),
  };
}

/** The runs of every recorded step of every file, in all phases that any of the machines has. */
async function requestsOfAll(flags: CostFlags): Promise<RunRequest[]> {
  const settings = await settingsOf(flags);
  const files = flags.trace === undefined ? [undefined] : nameList("--trace", flags.trace, ["FILE"]);
  if (files.length > 1 && flags.steps !== undefined)
    throw new InputError(`--steps is of one file, --trace has ${files.length}`);
  const had = phaseNames.filter((phase) =>
    settings.machines.some(({ accelerator }) => phasesOf(accelerator).includes(phase)),
  );
  const options = { ...settings.options, ...(had.length > 1 && { phases: had }) };
  return files
    .flatMap((trace) => stepsOf(trace === undefined ? flags : { ...flags, trace }))
    .map((step) => requestOf({ ...settings, options }, step, flags.layers));
}

/** Recorded steps of one training have the same layers. Throws `InputError`. */
function checkAlike(requests: readonly RunRequest[]): void {
  for (const request of requests) checkBatch(request);
  const [first, ...others] = requests.map(shapesOf);
  for (const { step, shapes } of others) {
    const differing = [...first.shapes.keys(), ...shapes.keys()].find(
      (name) => first.shapes.get(name) !== shapes.get(name),
    );
    if (differing === undefined) continue;
    const has = !shapes.has(differing) ? "lacks" : first.shapes.has(differing) ? "has another" : "also has";
    throw new InputError(
      `recorded steps must have the same layers, step ${step} ${has} ${quoted(differing)} beside step ${first.step}`,
    );
  }
}

/** A batch is a label in the file, by which all is divided. Throws `InputError` for one that cannot be. */
function checkBatch({ step: { trace } }: RunRequest): void {
  const { batch, step } = trace.labels;
  const odd = trace.layers.find(({ N }) => N % batch !== 0);
  if (odd)
    throw new InputError(
      `batch of recorded step ${step} must be 1 or more and divide N of each layer, is ${batch}; ${quoted(odd.name)} has N ${odd.N}`,
    );
}

/** Each layer's shape for an image, by name. */
function shapesOf({ step: { trace }, options: { layers } }: RunRequest) {
  const asked = layers && new Set(layers);
  const { step, batch } = trace.labels;
  const shapes = trace.layers
    .filter(({ name }) => asked?.has(name) ?? true)
    .map(({ N, ...shape }) => [shape.name, JSON.stringify({ ...shape, N: N / batch })] as const);
  return { step, shapes: new Map(shapes) };
}
