import { unknownName } from "../input-error.ts";
import { checkLabels } from "../report/figures/labels.ts";
import { writeFiles, writtenText } from "../report/write-report.ts";
import { parseAxis } from "../sweep/axis.ts";
import type { Sweep } from "../sweep/sweep.ts";
import { sweepCsv, sweepJson, sweepText } from "../sweep/sweep-text.ts";
import { sweepFiles } from "../sweep/write-sweep.ts";
import { checkFolder } from "../trace/whole-file.ts";
import { type DrawingFlags, drawingOf } from "./drawing-flags.ts";
import { pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import type { RequestFlags } from "./run-request.ts";
import { simulate } from "./simulate.ts";
import { axisRuns, shownValues } from "./sweep-axes.ts";

const formats: Readonly<Record<string, (sweep: Sweep) => string>> = {
  table: sweepText,
  json: sweepJson,
  csv: sweepCsv,
};

export interface SweepFlags extends RequestFlags, DrawingFlags {
  readonly format: string;
}

/** Runs `swg sweep` over one thing: a whole report for each value. `text` is what is swept, as typed. Throws `InputError`. */
export async function sweepValues(
  text: string,
  flags: SweepFlags,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  if (!Object.hasOwn(formats, flags.format)) throw unknownName("format", flags.format, Object.keys(formats));
  const axis = parseAxis(text);
  const { name, values } = axis;
  // every value is checked before the first is simulated
  const runs = await axisRuns([axis], flags);
  const { out } = flags;
  const drawing = drawingOf(flags);
  const { machines } = runs.requestAt({ [name]: values[0] });
  checkLabels(
    drawing.labels,
    machines.map(({ label }) => label),
  );
  if (out !== undefined) checkFolder(out);
  const shown = shownValues(axis);
  const points: Sweep["points"][number][] = [];
  for (const [i, value] of values.entries()) {
    const request = runs.requestAt({ [name]: value });
    const title = `${name}=${shown[i]} (${i + 1} of ${values.length})`;
    points.push({ value: shown[i], report: await simulate({ ...request, title }, io, signal) });
  }
  const sweep: Sweep = {
    schemaVersion: 1,
    axis: { ...runs.axes[0], values: shown },
    points,
  };
  if (out !== undefined) {
    const files = await sweepFiles(sweep, signal, drawing);
    await pause(signal);
    writeFiles(out, files);
    io.err(writtenText(out, files));
  }
  io.out(formats[flags.format](sweep));
}
