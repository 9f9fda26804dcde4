import { basename } from "node:path";
import { withParameters } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import { type Parameter, parseValue } from "../parameter.ts";
import { allOf } from "../report/format.ts";
import { writeFiles, writtenText } from "../report/write-report.ts";
import { parseAxis, type SweepAxis } from "../sweep/axis.ts";
import { type Sweep, stepAxes } from "../sweep/sweep.ts";
import { sweepCsv, sweepJson, sweepText } from "../sweep/sweep-text.ts";
import { sweepFiles } from "../sweep/write-sweep.ts";
import { checkFolder } from "../trace/whole-file.ts";
import { interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { called, refuseAtEqualArea } from "./machines.ts";
import { type RequestFlags, type RunSettings, requestOf, settingsOf } from "./run-request.ts";
import { type RunRequest, simulate } from "./simulate.ts";
import { type StepFlags, stepOf } from "./training-step.ts";

const formats: Readonly<Record<string, (sweep: Sweep) => string>> = {
  table: sweepText,
  json: sweepJson,
  csv: sweepCsv,
};

export interface SweepFlags extends RequestFlags {
  readonly format: string;
  readonly out?: string;
}

/** Runs `swg sweep`. `text` is what is swept, as typed. */
export const runSweep = (text: string, flags: SweepFlags, io: Io): Promise<void> =>
  interruptible((signal) => sweepValues(text, flags, io, signal));

async function sweepValues(text: string, flags: SweepFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (!Object.hasOwn(formats, flags.format)) throw unknownName("format", flags.format, Object.keys(formats));
  const axis = parseAxis(text);
  const { name, values } = axis;
  // every value is checked before the first is simulated
  const { requests, unit } = await requestsAlong(axis, flags);
  const { out } = flags;
  if (out !== undefined) checkFolder(out);
  const shown = name === "trace" ? fileNames(values) : values;
  const points: Sweep["points"][number][] = [];
  for (const [i, request] of requests.entries()) {
    const title = `${name}=${shown[i]} (${i + 1} of ${values.length})`;
    points.push({ value: shown[i], report: await simulate({ ...request, title }, io, signal) });
  }
  const sweep: Sweep = {
    schemaVersion: 1,
    axis: { name, values: shown, ...(unit !== undefined && { unit }) },
    points,
  };
  if (out !== undefined) {
    const files = await sweepFiles(sweep, signal);
    await pause(signal);
    writeFiles(out, files);
    io.err(writtenText(out, files));
  }
  io.out(formats[flags.format](sweep));
}

/** Traces by the names of their files, where these differ; folders say nothing. */
function fileNames(paths: SweepAxis["values"]): SweepAxis["values"] {
  const names = paths.map((path) => basename(String(path), ".safetensors"));
  return new Set(names).size === names.length ? names : paths;
}

const densities: Readonly<Record<string, readonly string[]>> = {
  "density.fmap": ["fmap"],
  "density.emap": ["emap"],
  "density.mask": ["mask"],
  "density.maps": ["fmap", "emap"],
};

/** The run at each value of an axis, in its order, and the unit of the values where they have one. Throws `InputError`. */
async function requestsAlong(axis: SweepAxis, flags: SweepFlags): Promise<AlongAxis> {
  const { name, values } = axis;
  if (isOfStep(name)) {
    const settings = await settingsOf(flags);
    return { requests: values.map((value) => requestAt(settings, flags, name, value)) };
  }
  if (/^[^.]+\.[^.]+$/.test(name) && !name.startsWith("density.")) return alongParameter(axis, flags);
  throw unknownName("sweep", name, [
    "batch",
    ...stepAxes,
    ...Object.keys(densities),
    "LABEL.PARAMETER (see swg list)",
  ]);
}

interface AlongAxis {
  readonly requests: readonly RunRequest[];
  readonly unit?: string;
}

/** The same training step on machines of which one changes. */
async function alongParameter({ name, values }: SweepAxis, flags: SweepFlags): Promise<AlongAxis> {
  refuse(
    name,
    (flags.set ?? []).filter((text) => text.startsWith(`${name}=`)).map((text) => `--set ${text}`),
  );
  const [label, parameter] = name.split(".");
  const settings = await settingsOf(flags);
  const { machines } = settings;
  const byLabel = new Map(machines.map((machine) => [machine.label, machine]));
  const varied = called(byLabel, `${name}=${values[0]}`, label);
  const declared: Parameter | undefined = Object.hasOwn(varied.accelerator.parameters, parameter)
    ? varied.accelerator.parameters[parameter]
    : undefined;
  const machinesAt = (value: number | string) => {
    if (flags.equalArea) refuseAtEqualArea(machines, label, parameter, value);
    const typed = declared ? parseValue(declared, String(value)) : value;
    const changed = withParameters(varied, { [parameter]: typed });
    return machines.map((machine) => (machine === varied ? changed : machine));
  };
  const changed = values.map(machinesAt);
  const request = requestOf(settings, stepOf(flags), flags.layers);
  return {
    requests: changed.map((machines) => ({ ...request, machines })),
    ...(declared && "unit" in declared && { unit: declared.unit }),
  };
}

const isOfStep = (name: string): boolean =>
  name === "batch" || stepAxes.some((known) => known === name) || Object.hasOwn(densities, name);

/** The run of the step at one value. What is wrong with it is said of what was typed: `batch`, and not `--batch`. */
function requestAt(
  settings: RunSettings,
  flags: SweepFlags,
  name: string,
  value: number | string,
): RunRequest {
  const { at, flag } = stepFlagsAt(flags, name, value);
  try {
    return requestOf(settings, stepOf(at), flags.layers);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message.replaceAll(flag, flag.replace(/^--/, "")));
  }
}

/** The flags of the step at one value of a sweep, and the one that the sweep stands for, as messages have it. */
function stepFlagsAt(
  flags: StepFlags,
  name: string,
  value: number | string,
): { at: StepFlags; flag: string } {
  if (name === "batch") {
    refuse(name, flags.batch === undefined ? [] : ["--batch"]);
    return { at: { ...flags, batch: String(value) }, flag: "--batch" };
  }
  const step = stepAxes.find((known) => known === name);
  if (step) {
    refuse(
      name,
      stepAxes.filter((known) => flags[known] !== undefined).map((known) => `--${known}`),
    );
    return { at: { ...flags, [step]: String(value) }, flag: `--${step}` };
  }
  const given = (flags.density ?? "")
    .split(",")
    .filter((text) => densities[name].includes(text.split("=")[0].trim()));
  refuse(
    name,
    given.map((text) => `--density ${text}`),
  );
  const swept = densities[name].map((tensor) => `${tensor}=${value}`);
  const density = [...(flags.density ? [flags.density] : []), ...swept].join(",");
  return { at: { ...flags, density }, flag: flags.density === undefined ? "--density" : name };
}

/** What is swept cannot be given beside it. */
function refuse(name: string, given: readonly string[]): void {
  if (given.length > 0) throw new InputError(`${allOf(given)} cannot be given when ${name} is swept`);
}
