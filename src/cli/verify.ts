import type { Command } from "commander";
import { machineGradient } from "../hardware/controller/gradient.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError, unknownName } from "../input-error.ts";
import { defaults } from "../parameter.ts";
import { grouped, printable, shortened } from "../report/format.ts";
import { chooseLayers } from "../report/run-plan.ts";
import { openTrace } from "../trace/file.ts";
import type { LayerTrace, Values } from "../trace/trace.ts";
import { type Verification, verifyLayer } from "../training/verify.ts";
import { weightGradient } from "../training/weight-gradient.ts";
import { type Io, withProgress } from "./io.ts";
import { layersOf } from "./run-request.ts";

const about = `
Each layer's gradient is computed from its fmap, emap and mask, summed in float64, and compared with the one in the
trace. Allowed is a difference of 1e-4 of the layer's largest magnitude, 1e-9 where the trace holds float64.
With --on swg it is computed in the SWG machine's own order of work, each valid pair multiplied once.

Examples:
  swg verify --trace out/trace-after.safetensors
  swg verify --trace out/trace-after.safetensors --on swg`;

/** What may compute the gradient that is verified. */
const computedOn: Readonly<Record<string, (trace: LayerTrace) => Values>> = {
  reference: weightGradient,
  swg: (trace) => machineGradient(trace, defaults(swgParameters)).gradient,
};

interface VerifyFlags {
  readonly trace: string;
  readonly layers?: string;
  readonly on: string;
}

/** Declares `swg verify`. */
export function addVerify(program: Command, io: Io): void {
  program
    .command("verify")
    .description("compare a trace's own weight gradients with the reference; exit with 1 if one is off")
    .requiredOption("--trace <file>", "the captured training step (safetensors, swg-trace version 1)")
    .option("--layers <names>", "layers to verify (default: all)")
    .option("--on <name>", "what computes the gradient: reference, swg", "reference")
    .addHelpText("after", about)
    .action((flags: VerifyFlags) => verify(flags, io));
}

/** Prints a line for each layer. Throws `InputError` with the worst element if one is off. */
export async function verify({ trace: path, layers: layerNames, on }: VerifyFlags, io: Io): Promise<void> {
  if (!Object.hasOwn(computedOn, on)) throw unknownName("computation", on, Object.keys(computedOn));
  const trace = openTrace(path);
  const layers = chooseLayers(trace, layersOf(trace, layerNames));
  const width = Math.min(24, Math.max(...layers.map(({ name }) => printable(name).length)));
  let checked = 0;
  let worst: Verification | undefined;
  for (const [done, { name }] of layers.entries()) {
    const found = await withProgress(io, (onProgress) => {
      onProgress({ what: name, done, of: layers.length });
      const layer = trace.read(name);
      return verifyLayer(layer, computedOn[on](layer));
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
