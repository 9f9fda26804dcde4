import type { Command } from "commander";
import { machineGradient } from "../hardware/functional-check/machine-gradient.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError, unknownName } from "../input-error.ts";
import { defaults } from "../parameter.ts";
import { reportCoverage } from "../report/coverage.ts";
import { coverageLines, coverageText, listed } from "../report/coverage-text.ts";
import { counted, grouped, printable, shortened } from "../report/format.ts";
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
Layers without a gradient of their own are named as not verified; where none has one, it ends with 1.
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

/** Declares the options of `swg verify`. */
export function declareVerify(command: Command, io: Io): void {
  command
    .requiredOption("--trace <file>", "captured training steps (safetensors, swg-trace version 1 or 2)")
    .option("--steps <numbers>", "steps of the file to verify (default: all)")
    .option("--layers <names>", "layers to verify (default: all)")
    .option("--on <name>", "what computes the gradient: reference, swg", "reference")
    .addHelpText("after", about)
    .action((flags: VerifyFlags) => verify(flags, io));
}

/**
 * Prints a line for each layer, and which of them could not be verified. Throws `InputError` with the worst element if one is
 * off, and where nothing can be verified: no layer has values and a gradient of its own.
 */
export async function verify(flags: VerifyFlags, io: Io): Promise<void> {
  const { trace: path, on } = flags;
  if (!Object.hasOwn(computedOn, on)) throw unknownName("computation", on, Object.keys(computedOn));
  const layers = layersToVerify(flags);
  refuseUnverifiable(path, layers);
  const width = Math.min(24, Math.max(...layers.map(({ title }) => printable(title).length)));
  const found: Verification[] = [];
  for (const [done, layer] of layers.entries()) {
    const { trace, name, title, lacks } = layer;
    const line = (words: string) => io.out(`${shortened(title, 24).padEnd(width)}  ${words}\n`);
    if (lacks !== undefined) {
      readAllTheSame(layer);
      line(lacks);
      continue;
    }
    const verification = await withProgress(io, (onProgress) => {
      onProgress({ what: title, done, of: layers.length });
      const values = trace.read(name);
      return verifyLayer(values, computedOn[on](values))!;
    });
    line(inWords(verification));
    found.push({ ...verification, name: title });
  }
  const off = found.filter(({ ok }) => !ok);
  io.out(`${outcome(layers, off.length)}${leftOut(layers)}`);
  if (off.length === 0) return;
  const worst = off.reduce((a, b) => (b.error / b.tolerance > a.error / a.tolerance ? b : a));
  throw new InputError(
    `${path}: gradient of layer ${JSON.stringify(worst.name)} is off by ${worst.error.toExponential(2)} of its ` +
      `largest magnitude at ${element(worst)}; allowed: ${worst.tolerance}`,
  );
}

const noValues = "no values";
const noReference = "no reference";

/** A layer to verify; `lacks`: why it cannot be. */
interface LayerToVerify {
  readonly trace: Trace;
  readonly name: string;
  readonly title: string;
  readonly lacks?: typeof noValues | typeof noReference;
}

function lackOf(trace: Trace, name: string): LayerToVerify["lacks"] {
  const { weightGradient, ...contents } = trace.contents(name);
  if (!hasValues(contents)) return noValues;
  return weightGradient ? undefined : noReference;
}

/** Reads a layer that cannot be verified all the same, so that damage in it is found. */
const readAllTheSame = ({ trace, name, lacks }: LayerToVerify) =>
  lacks === noValues ? trace.occupancy(name) : trace.read(name);

function refuseUnverifiable(path: string, layers: readonly LayerToVerify[]): void {
  if (layers.some(({ lacks }) => lacks === undefined)) return;
  for (const layer of layers) readAllTheSame(layer);
  const bitmaps = layers.filter(({ lacks }) => lacks === noValues).length;
  const without = layers.length - bitmaps;
  const have = (n: number) =>
    `${grouped(n)} of ${counted(layers.length, "layer")} ${n === 1 ? "has" : "have"}`;
  const why = [
    ...(bitmaps > 0 ? [`${have(bitmaps)} no values, only bitmaps`] : []),
    ...(without > 0 ? [`${have(without)} no weight gradient to compare with`] : []),
  ];
  throw new InputError(`${path}: nothing to verify: ${why.join("; ")}`);
}

/** How many layers were verified, whether these are right, and which were not. */
function outcome(layers: readonly LayerToVerify[], off: number): string {
  const others = layers.filter(({ lacks }) => lacks !== undefined);
  const found = layers.length - others.length;
  const right = found === layers.length ? "; all are right" : "; all of these are right";
  const count = `${grouped(found)} of ${counted(layers.length, "layer")} ${found === 1 ? "has" : "have"} a reference`;
  return `${count}${off > 0 ? "" : right}\n${others.length > 0 ? coverageText([`not verified: ${listed(others.map(({ title }) => title))}`]) : ""}`;
}

/** What of the network the trace does not hold, each once. */
function leftOut(layers: readonly LayerToVerify[]): string {
  const traces = new Set(layers.map(({ trace }) => trace));
  const lines = [...traces].flatMap((trace) => coverageLines(reportCoverage(trace)));
  return coverageText([...new Set(lines)]);
}

/** The layers of each step that is asked for; where the file has several, "STEP/" stands before a layer's name. */
function layersToVerify({ trace: path, steps, layers: names }: VerifyFlags): LayerToVerify[] {
  const file = openTraceFile(path);
  const traces = file.steps;
  const numbers = new Set(stepNumbers(file, steps));
  const wanted = traces.filter(({ labels }) => numbers.has(labels.step));
  return wanted.flatMap((trace: Trace) =>
    chooseLayers(trace, layersOf(trace, names)).map(({ name }): LayerToVerify => {
      const lacks = lackOf(trace, name);
      const title = traces.length > 1 ? `${trace.labels.step}/${name}` : name;
      return { trace, name, title, ...(lacks !== undefined && { lacks }) };
    }),
  );
}

const element = ({ worstIndex: [k, c, r, s] }: Verification): string => `[k ${k}, c ${c}, r ${r}, s ${s}]`;

const inWords = (found: Verification): string =>
  `${found.ok ? "right" : "OFF  "}  ${grouped(found.elements)} elements, largest difference ` +
  `${found.error.toExponential(2)} at ${element(found)}, allowed ${found.tolerance}`;
