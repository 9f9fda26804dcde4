import type { Command } from "commander";
import { InputError, unknownName } from "../input-error.ts";
import { writeFiles, writtenText } from "../report/write-report.ts";
import { parseAxis } from "../sweep/axis.ts";
import type { Sweep } from "../sweep/sweep.ts";
import { sweepCsv, sweepJson, sweepText } from "../sweep/sweep-text.ts";
import { sweepFiles } from "../sweep/write-sweep.ts";
import { makeFolder } from "../trace/whole-file.ts";
import { uninterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { addRequestOptions, type RequestFlags, requestOf } from "./run-request.ts";
import { simulate } from "./simulate.ts";

const examples = `
What can be swept: batch, density.fmap, density.emap, density.mask, density.maps (fmap and emap alike), all three with
--network, and every parameter of a machine, such as swg.globalBufferKib.

Examples:
  swg sweep density.maps=0.05:1:0.05 --network resnet18 --batch 1 --zeros coins
  swg sweep batch=1,2,4,8,16,32 --network vgg8 --accelerators swg,dense
  swg sweep swg.globalBufferKib=20,40,80,160 --trace out/trace-after.safetensors --out results
  swg sweep swg.vdt=none,fmap,emap,both --trace out/trace-after.safetensors --format csv`;

const formats: Readonly<Record<string, (sweep: Sweep) => string>> = {
  table: sweepText,
  json: sweepJson,
  csv: sweepCsv,
};

interface SweepFlags extends RequestFlags {
  readonly format: string;
  readonly out?: string;
}

/** Declares `swg sweep`. */
export function addSweep(program: Command, io: Io): void {
  const command = program
    .command("sweep")
    .description("run over the values of one thing: a density, the batch, or a parameter of a machine")
    .argument("<what=values>", "values as a,b,c or first:last:step");
  addRequestOptions(command)
    .option("--format <format>", `what to print: ${Object.keys(formats).join(", ")}`, "table")
    .option("--out <folder>", "also write sweep.html, .json, .csv, .txt and figures (SVG, PNG, CSV) there")
    .addHelpText("after", examples)
    .action(async (text: string, flags: SweepFlags) => {
      if (!Object.hasOwn(formats, flags.format))
        throw unknownName("format", flags.format, Object.keys(formats));
      const axis = parseAxis(text);
      const { name, values } = axis;
      // every value is checked before the first is simulated
      const requests = values.map((value) => requestOf(flagsAt(flags, name, value)));
      const { out } = flags;
      if (out !== undefined) makeFolder(out);
      const points: Sweep["points"][number][] = [];
      for (const [i, request] of requests.entries()) {
        const title = `${name}=${values[i]} (${i + 1} of ${values.length})`;
        points.push({ value: values[i], report: await simulate({ ...request, title }, io) });
      }
      const sweep: Sweep = { schemaVersion: 1, axis, points };
      if (out !== undefined) {
        const files = await sweepFiles(sweep);
        uninterrupted(() => writeFiles(out, files));
        io.err(writtenText(out, files));
      }
      io.out(formats[flags.format](sweep));
    });
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
  if (Object.hasOwn(densities, name)) {
    const swept = densities[name].map((tensor) => `${tensor}=${value}`);
    return { ...flags, density: [...(flags.density ? [flags.density] : []), ...swept].join(",") };
  }
  if (!/^[^.]+\.[^.]+$/.test(name) || name.startsWith("density."))
    throw unknownName("sweep", name, [
      "batch",
      ...Object.keys(densities),
      "MACHINE.PARAMETER (see swg list)",
    ]);
  return { ...flags, set: [...(flags.set ?? []), `${name}=${value}`] };
}
