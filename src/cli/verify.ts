import type { Command } from "commander";
import { InputError } from "../input-error.ts";
import { grouped, printable, shortened } from "../report/format.ts";
import { chooseLayers } from "../report/run-trace.ts";
import { openTrace } from "../trace/file.ts";
import { type Verification, verifyLayer } from "../training/verify.ts";
import { type Io, withProgress } from "./io.ts";
import { layersOf } from "./run.ts";

const about = `
Each layer's gradient is computed from its fmap, emap and mask, summed in float64, and compared with the one in the
trace. Allowed is a difference of 1e-4 of the layer's largest magnitude, 1e-9 where the trace holds float64.

Example:
  swg verify --trace out/trace-after.safetensors`;

/** Declares `swg verify`. */
export function addVerify(program: Command, io: Io): void {
  program
    .command("verify")
    .description("compare a trace's own weight gradients with the reference; exit with 1 if one is off")
    .requiredOption("--trace <file>", "the captured training step (safetensors, swg-trace version 1)")
    .option("--layers <names>", "layers to verify (default: all)")
    .addHelpText("after", about)
    .action((flags: { trace: string; layers?: string }) => verify(flags.trace, flags.layers, io));
}

function verify(path: string, layerNames: string | undefined, io: Io): void {
  const trace = openTrace(path);
  const layers = chooseLayers(trace, layersOf(trace, layerNames));
  const width = Math.min(24, Math.max(...layers.map(({ name }) => printable(name).length)));
  let checked = 0;
  let worst: Verification | undefined;
  for (const [done, { name }] of layers.entries()) {
    const found = withProgress(io, (onProgress) => {
      onProgress({ what: name, done, of: layers.length });
      return verifyLayer(trace.read(name));
    });
    io.out(`${shortened(name, 24).padEnd(width)}  ${found ? inWords(found) : "no reference"}\n`);
    if (!found) continue;
    checked++;
    if (!found.ok && !(worst && worst.error / worst.tolerance >= found.error / found.tolerance))
      worst = found;
  }
  io.out(
    `${checked} of ${layers.length} layers have a reference${worst ? "" : checked > 0 ? "; all are right" : ""}\n`,
  );
  if (worst)
    throw new InputError(
      `${path}: gradient of layer ${JSON.stringify(worst.name)} is off by ${worst.error.toExponential(2)} of its ` +
        `largest magnitude at ${element(worst)}; allowed: ${worst.tolerance}`,
    );
}

const element = ({ worstIndex: [k, c, r, s] }: Verification): string => `[k ${k}, c ${c}, r ${r}, s ${s}]`;

const inWords = (found: Verification): string =>
  `${found.ok ? "right" : "OFF  "}  ${grouped(found.elements)} elements, largest difference ` +
  `${found.error.toExponential(2)} at ${element(found)}, allowed ${found.tolerance}`;
