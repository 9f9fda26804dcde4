import type { Command } from "commander";
import { machineGradient } from "../hardware/controller/gradient.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError, unknownName } from "../input-error.ts";
import { defaults } from "../parameter.ts";
import { grouped, printable, shortened } from "../report/format.ts";
import { chooseLayers } from "../report/run-plan.ts";
import { openTraceFile } from "../trace/file.ts";
import { hasValues, type LayerTrace, type Trace, type Values } from "../trace/trace.ts";
import { type Verification, verifyLayer } from "../training/verify.ts";
import { weightGradient } from "../training/weight-gradient.ts";
import { type Io, withProgress } from "./io.ts";
import { layersOf } from "./run-request.ts";
import { stepNumbers } from "./training-step.ts";

const about = `
Each layer's gradient is computed from its fmap, emap and mask, summed in float64, and compared with the one in the
trace. Allowed is a difference of 1e-4 of the layer's largest magnitude, 1e-9 where the trace holds float64. That holds
for values in half precision too: they are widened exactly (src/trace/FORMAT.md). A trace of bitmaps has no values.
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
  readonly steps?: string;
  readonly layers?: string;
  readonly on: string;
}

/** Declares `swg verify`. */
export function addVerify(program: Command, io: Io): void {
  program
    .command("verify")
    .description("compare a trace's own weight gradients with the reference; exit with 1 if one is off")
    .requiredOption("--trace <file>", "captured training steps (safetensors, swg-trace version 1 or 2)")
    .option("--steps <numbers>", "steps of the file to verify (default: all)")
    .option("--layers <names>", "layers to verify (default: all)")
    .option("--on <name>", "what computes the gradient: reference, swg", "reference")
    .addHelpText("after", about)
    .action((flags: VerifyFlags) => verify(flags, io));
}

/** Prints a line for each layer. Throws `InputError` with the worst element if one is off, and where there are no values. */
export async function verify(flags: VerifyFlags, io: Io): Promise<void> {
  const { trace: path, on } = flags;
  if (!Object.hasOwn(computedOn, on)) throw unknownName("computation", on, Object.keys(computedOn));
  const layers = layersToVerify(flags);
  const width = Math.min(24, Math.max(...layers.map(({ title }) => printable(title).length)));
  const found: Verification[] = [];
  let bitmaps = 0;
  for (const [done, { trace, name, title }] of layers.entries()) {
    const line = (words: string) => io.out(`${shortened(title, 24).padEnd(width)}  ${words}\n`);
    const { weightGradient, ...contents } = trace.contents(name);
    if (!hasValues(contents)) {
      bitmaps++;
      line("no values");
    } else if (!weightGradient) {
      // what it has is checked all the same
      trace.read(name);
      line("no reference");
    } else {
      const verification = await withProgress(io, (onProgress) => {
        onProgress({ what: title, done, of: layers.length });
        const layer = trace.read(name);
        return verifyLayer(layer, computedOn[on](layer))!;
      });
      line(inWords(verification));
      found.push({ ...verification, name: title });
    }
  }
  const off = found.filter(({ ok }) => !ok);
  const right = off.length === 0 && found.length > 0 ? "; all are right" : "";
  io.out(`${found.length} of ${layers.length} layers have a reference${right}\n`);
  if (off.length > 0) {
    const worst = off.reduce((a, b) => (b.error / b.tolerance > a.error / a.tolerance ? b : a));
    throw new InputError(
      `${path}: gradient of layer ${JSON.stringify(worst.name)} is off by ${worst.error.toExponential(2)} of its ` +
        `largest magnitude at ${element(worst)}; allowed: ${worst.tolerance}`,
    );
  }
  if (bitmaps > 0)
    throw new InputError(
      `${path}: ${bitmaps} of ${layers.length} layers have no values to verify, only bitmaps`,
    );
}

/** The layers of each step that is asked for; where the file has several, "STEP/" stands before a layer's name. */
function layersToVerify({ trace: path, steps, layers: names }: VerifyFlags) {
  const numbers = stepNumbers(path, steps);
  const traces = openTraceFile(path).steps;
  const wanted = traces.filter(({ labels }) => numbers.includes(labels.step));
  return wanted.flatMap((trace: Trace) =>
    chooseLayers(trace, layersOf(trace, names)).map(({ name }) => ({
      ...{ trace, name, title: traces.length > 1 ? `${trace.labels.step}/${name}` : name },
    })),
  );
}

const element = ({ worstIndex: [k, c, r, s] }: Verification): string => `[k ${k}, c ${c}, r ${r}, s ${s}]`;

const inWords = (found: Verification): string =>
  `${found.ok ? "right" : "OFF  "}  ${grouped(found.elements)} elements, largest difference ` +
  `${found.error.toExponential(2)} at ${element(found)}, allowed ${found.tolerance}`;
