import { readFileSync } from "node:fs";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { InputError, unknownName } from "../input-error.ts";
import { withValues } from "../parameter.ts";
import { textBytes, writeFiles, writtenText } from "../report/write-report.ts";
import { capturedLayers, checkLayers, checkText, type MappedLayer, randomLayers } from "../rtl/check.ts";
import { Circuit } from "../rtl/circuit.ts";
import { circuitSimulator, waveform } from "../rtl/circuit-simulator.ts";
import { designParameters, designPurposes, designSource } from "../rtl/design.ts";
import { generateDesign } from "../rtl/generate.ts";
import { type Synthesis, synthesise } from "../rtl/synthesis.ts";
import { synthesisJson, synthesisText } from "../rtl/synthesis-text.ts";
import { unusable } from "../trace/whole-file.ts";
import { uninterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { selectMachines } from "./machines.ts";
import type { RtlFlags } from "./rtl.ts";
import { layersOf } from "./run-request.ts";
import { capturedStep } from "./training-step.ts";

/** Runs `swg rtl`. Throws `InputError` for what the hardware does not have, and at a difference. */
export async function runRtl(flags: RtlFlags, io: Io): Promise<void> {
  const { out, check, set = [] } = flags;
  if (out === undefined && !check && !flags.synth)
    throw new InputError("rtl must have --out FOLDER, --check or --synth; swg rtl --help says more");
  if (flags.liberty !== undefined && !flags.synth) throw new InputError("--liberty goes with --synth");
  if (!Object.hasOwn(synthesisFormats, flags.format))
    throw unknownName("format", flags.format, Object.keys(synthesisFormats));
  const parameters = selectMachines({ accelerators: "swg", set })[0].parameters as SwgParameters;
  const machine = set.length > 0 ? parameters : smallMachine();
  const checked = layersToCheck(flags, machine);
  if (out !== undefined) {
    const files = Object.fromEntries(
      Array.from(generateDesign(parameters), ([path, text]) => [path, textBytes(text)]),
    );
    uninterrupted(() => writeFiles(out, files));
    io.err(writtenText(out, files));
  }
  if (flags.synth) await runSynthesis(parameters, flags, io);
  if (check) await runCheck(machine, checked, out ?? ".", io);
}

interface LayersToCheck {
  readonly layers: Iterable<MappedLayer>;
  /** cycles after which no other layer is begun */
  readonly enough: number;
}

/** Those of a trace, each once, or as many drawn at random as `--cycles` asks for. Throws `InputError`. */
function layersToCheck(
  { check, trace, steps, layers, ...flags }: RtlFlags,
  machine: SwgParameters,
): LayersToCheck {
  const [given] = Object.entries({ trace, steps, layers }).flatMap(([name, text]) => (text ? [name] : []));
  if (given !== undefined && !check) throw new InputError(`--${given} goes with --check`);
  const [seed, enough] = [wholeNumber("--seed", flags.seed, 0), wholeNumber("--cycles", flags.cycles, 1)];
  if (given === undefined) return { layers: randomLayers(machine, seed), enough };
  if (trace === undefined) throw new InputError(`--${given} goes with --trace`);
  const step = capturedStep(trace, steps);
  const names = layersOf(step, layers) ?? step.layers.map(({ name }) => name);
  return { layers: capturedLayers(step, names, machine), enough: Number.POSITIVE_INFINITY };
}

/** A Liberty file begins with its library. Throws `InputError` for another file. */
function libertyText(path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    if (/^\s*library\s*\(/m.test(text)) return text;
  } catch (error) {
    throw unusable(path, "read", error);
  }
  throw new InputError(`${path}: must be a Liberty file, with a library(...) { ... }`);
}

const synthesisFormats: Readonly<Record<string, (synthesis: Synthesis) => string>> = {
  table: synthesisText,
  json: synthesisJson,
};

async function runSynthesis(parameters: SwgParameters, { liberty, format }: RtlFlags, io: Io): Promise<void> {
  const { files, top, parameters: set = {} } = designSource("swg", designParameters(parameters));
  const synthesis = await synthesise(files, top, {
    ...{ parameters: set, purposes: designPurposes, onStep: (what: string) => io.err(`${what} ...\n`) },
    ...(liberty !== undefined && { liberty: libertyText(liberty) }),
  });
  io.out(synthesisFormats[format](synthesis));
}

const smallMachine = (): SwgParameters =>
  withValues("swg", swgParameters, { columns: 2, rows: 4, clusterSize: 4 });

async function runCheck(
  parameters: SwgParameters,
  { layers, enough }: LayersToCheck,
  out: string,
  io: Io,
): Promise<void> {
  const source = designSource("swg", designParameters(parameters));
  const circuit = await Circuit.compile(source, (step) => io.err(`${step} ...\n`));
  const result = checkLayers(circuitSimulator(circuit), layers, parameters, enough, (name) => {
    if (!Number.isFinite(enough)) io.err(`${name} ...\n`);
  });
  io.out(checkText(result));
  if (!result.difference) return;
  const { bench, cycle } = result.difference;
  const files = { "difference.vcd": textBytes(waveform(circuit, bench.stimulus, bench.start + cycle)) };
  uninterrupted(() => writeFiles(out, files));
  io.err(writtenText(out, files));
  throw new InputError("the hardware differs from the cycle model");
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= 2 ** 32) return value;
  throw new InputError(
    `${flag} must be a whole number from ${least} to ${2 ** 32}, is ${JSON.stringify(text)}`,
  );
}
