import { basename } from "node:path";
import { InputError, unknownName } from "../input-error.ts";
import { writeFiles, writtenText } from "../report/write-report.ts";
import { parseAxis, type SweepAxis } from "../sweep/axis.ts";
import { type Sweep, stepAxes } from "../sweep/sweep.ts";
import { sweepCsv, sweepJson, sweepText } from "../sweep/sweep-text.ts";
import { sweepFiles } from "../sweep/write-sweep.ts";
import { checkFolder } from "../trace/whole-file.ts";
import { interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { type RequestFlags, requestOf } from "./run-request.ts";
import { simulate } from "./simulate.ts";

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
  // every value is checked before the first is simulated
  const requests = values.map((value) => requestOf(flagsAt(flags, name, value)));
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
  ...{ "density.fmap": ["fmap"], "density.emap": ["emap"], "density.mask": ["mask"] },
  "density.maps": ["fmap", "emap"],
};

/** The flags of a run at one value of a sweep. */
function flagsAt(flags: SweepFlags, name: string, value: number | string): RequestFlags {
  if (name === "batch") {
    if (flags.batch !== undefined) throw new InputError("--batch cannot be given when batch is swept");
    return { ...flags, batch: String(value) };
  }
  const step = stepAxes.find((known) => known === name);
  if (step) {
    if (flags.trace !== undefined || flags.network !== undefined)
      throw new InputError(`--trace and --network cannot be given when ${name} is swept`);
    return { ...flags, [step]: String(value) };
  }
  if (Object.hasOwn(densities, name)) {
    const swept = densities[name].map((tensor) => `${tensor}=${value}`);
    return { ...flags, density: [...(flags.density ? [flags.density] : []), ...swept].join(",") };
  }
  if (!/^[^.]+\.[^.]+$/.test(name) || name.startsWith("density."))
    throw unknownName("sweep", name, [
      ...["batch", ...stepAxes],
      ...Object.keys(densities),
      "MACHINE.PARAMETER (see swg list)",
    ]);
  return { ...flags, set: [...(flags.set ?? []), `${name}=${value}`] };
}
