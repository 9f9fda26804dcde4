import { basename } from "node:path";
import { InputError, unknownName } from "../input-error.ts";
import { allOf } from "../report/format.ts";
import { writeFiles, writtenText } from "../report/write-report.ts";
import { parseAxis, type SweepAxis } from "../sweep/axis.ts";
import { type Sweep, stepAxes } from "../sweep/sweep.ts";
import { sweepCsv, sweepJson, sweepText } from "../sweep/sweep-text.ts";
import { sweepFiles } from "../sweep/write-sweep.ts";
import { checkFolder } from "../trace/whole-file.ts";
import { interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { type RequestFlags, requestOf } from "./run-request.ts";
import { type RunRequest, simulate } from "./simulate.ts";
import { type Open, openingOnce } from "./training-step.ts";

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
  const { name, values } = parseAxis(text);
  const open = openingOnce();
  // every value is checked before the first is simulated
  const requests = values.map((value) => requestAt(flags, name, value, open));
  const { out } = flags;
  if (out !== undefined) checkFolder(out);
  const shown = name === "trace" ? fileNames(values) : values;
  const points: Sweep["points"][number][] = [];
  for (const [i, request] of requests.entries()) {
    const title = `${name}=${shown[i]} (${i + 1} of ${values.length})`;
    points.push({ value: shown[i], report: await simulate({ ...request, title }, io, signal) });
  }
  const sweep: Sweep = { schemaVersion: 1, axis: { name, values: shown }, points };
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

/** What a run at one value asks for. What is wrong with it is said of what was typed: `batch`, and not `--batch`. */
function requestAt(flags: SweepFlags, name: string, value: number | string, open: Open): RunRequest {
  const { at, flag } = flagsAt(flags, name, value);
  try {
    return requestOf(at, open);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message.replaceAll(flag, flag.replace(/^--(set )?/, "")));
  }
}

/** The flags of a run at one value of a sweep, and the one that the sweep stands for, as messages have it. */
function flagsAt(
  flags: SweepFlags,
  name: string,
  value: number | string,
): { at: RequestFlags; flag: string } {
  const refuse = (given: readonly string[]) => {
    if (given.length > 0) throw new InputError(`${allOf(given)} cannot be given when ${name} is swept`);
  };
  if (name === "batch") {
    refuse(flags.batch === undefined ? [] : ["--batch"]);
    return { at: { ...flags, batch: String(value) }, flag: "--batch" };
  }
  const step = stepAxes.find((known) => known === name);
  if (step) {
    refuse(stepAxes.filter((known) => flags[known] !== undefined).map((known) => `--${known}`));
    return { at: { ...flags, [step]: String(value) }, flag: `--${step}` };
  }
  if (Object.hasOwn(densities, name)) {
    const given = (flags.density ?? "")
      .split(",")
      .filter((text) => densities[name].includes(text.split("=")[0].trim()));
    refuse(given.map((text) => `--density ${text}`));
    const swept = densities[name].map((tensor) => `${tensor}=${value}`);
    const density = [...(flags.density ? [flags.density] : []), ...swept].join(",");
    return { at: { ...flags, density }, flag: flags.density === undefined ? "--density" : name };
  }
  if (!/^[^.]+\.[^.]+$/.test(name) || name.startsWith("density."))
    throw unknownName("sweep", name, [
      "batch",
      ...stepAxes,
      ...Object.keys(densities),
      "MACHINE.PARAMETER (see swg list)",
    ]);
  refuse((flags.set ?? []).filter((text) => text.startsWith(`${name}=`)).map((text) => `--set ${text}`));
  const set = [...(flags.set ?? []), `${name}=${value}`];
  return { at: { ...flags, set }, flag: `--set ${name}` };
}
