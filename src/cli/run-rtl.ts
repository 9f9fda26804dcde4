import type { SwgParameters } from "../hardware/parameters.ts";
import { InputError, unknownName } from "../input-error.ts";
import { printable } from "../report/format.ts";
import { textBytes, writeFiles, writtenText } from "../report/write-report.ts";
import { capturedLayers, checkLayers, checkText, type MappedLayer, randomLayers } from "../rtl/check.ts";
import { Circuit } from "../rtl/circuit.ts";
import { circuitSimulator, waveform } from "../rtl/circuit-simulator.ts";
import { designParameters, designPurposes, designSource } from "../rtl/design.ts";
import { generateDesign } from "../rtl/generate.ts";
import { libertyText } from "../rtl/liberty.ts";
import { type Synthesis, synthesise } from "../rtl/synthesis.ts";
import { synthesisJson, synthesisText } from "../rtl/synthesis-text.ts";
import { interruptible, pause, uninterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { selectMachines } from "./machines.ts";
import { freeName, writeOwnFiles } from "./own-files.ts";
import { layersOf } from "./run-request.ts";
import { capturedStep } from "./training-step.ts";
import { whole } from "./whole-number.ts";

export interface RtlFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly check?: boolean;
  readonly synth?: boolean;
  readonly liberty?: string;
  readonly format?: string;
  readonly seed?: string;
  readonly cycles?: string;
  readonly trace?: string;
  readonly steps?: string;
  readonly layers?: string;
  readonly set?: readonly string[];
}

/** Runs `swg rtl`. Throws `InputError` for what the hardware does not have, and at a difference. */
export async function runRtl(flags: RtlFlags, io: Io): Promise<void> {
  const { out, check, set = [] } = flags;
  checkFlags(flags);
  const { format = "table" } = flags;
  if (!Object.hasOwn(synthesisFormats, format))
    throw unknownName("format", format, Object.keys(synthesisFormats));
  const small = out === undefined && check ? smallArray : [];
  const parameters = await machineWith([
    ...small.filter((size) => !set.some((given) => given.startsWith(size.replace(/\d+$/, "")))),
    ...set,
  ]);
  const checked = layersToCheck(flags, parameters);
  const liberty = flags.liberty === undefined ? undefined : await libertyText(flags.liberty);
  const { force = false } = flags;
  if (out !== undefined) await writeDesign(parameters, out, force, io);
  if (flags.synth) await runSynthesis(parameters, liberty, format, io);
  if (check) await runCheck(parameters, checked, out ?? ".", io);
}

/** Flags that go together, or not. Throws `InputError`. */
function checkFlags(flags: RtlFlags): void {
  const { out, check, synth } = flags;
  if (out === undefined && !check && !synth)
    throw new InputError("rtl must have --out FOLDER, --check or --synth; swg rtl --help says more");
  for (const [flag, other] of Object.entries(goesWith) as [keyof RtlFlags, keyof RtlFlags][])
    if (flags[flag] !== undefined && !flags[other]) throw new InputError(`--${flag} goes with --${other}`);
  if (out === "") throw new InputError("--out must name a folder");
  if (check && synth) throw new InputError("--check and --synth go one at a time");
}

const writeDesign = (parameters: SwgParameters, out: string, force: boolean, io: Io): Promise<void> =>
  interruptible(async (signal) => {
    const design = Array.from(generateDesign(parameters), ([path, text]) => [path, textBytes(text)]);
    await pause(signal);
    io.err(writtenText(out, writeOwnFiles(out, Object.fromEntries(design), force)));
  });

/** Flags that say nothing without another one. */
const goesWith: Partial<Record<keyof RtlFlags, keyof RtlFlags>> = {
  liberty: "synth",
  format: "synth",
  seed: "check",
  cycles: "check",
  trace: "check",
  steps: "trace",
  layers: "trace",
  force: "out",
};

async function machineWith(set: readonly string[]): Promise<SwgParameters> {
  const [{ parameters }] = await selectMachines({ accelerators: "swg", set });
  return parameters as SwgParameters;
}

/** What --check alone runs where nothing else is said. */
const smallArray = ["swg.columns=2", "swg.rows=4", "swg.clusterSize=4"];

interface LayersToCheck {
  readonly layers: Iterable<MappedLayer>;
  /** cycles after which no other layer is begun */
  readonly enough: number;
}

/** Those of a trace, each once, or as many drawn at random as `--cycles` asks for. Throws `InputError`. */
function layersToCheck(
  { trace, steps, layers, seed, cycles }: RtlFlags,
  machine: SwgParameters,
): LayersToCheck {
  if (trace === undefined)
    return {
      layers: randomLayers(machine, whole("--seed", seed ?? "1", 0, 2 ** 32)),
      enough: whole("--cycles", cycles ?? "20000", 1, 2 ** 32),
    };
  const stray = seed !== undefined ? "seed" : cycles !== undefined ? "cycles" : undefined;
  if (stray) throw new InputError(`--${stray} goes with layers drawn at random, not with --trace`);
  const step = capturedStep(trace, steps);
  const names = layersOf(step, layers) ?? step.layers.map(({ name }) => name);
  return { layers: capturedLayers(step, names, machine), enough: Number.POSITIVE_INFINITY };
}

const synthesisFormats: Readonly<Record<string, (synthesis: Synthesis) => string>> = {
  table: synthesisText,
  json: synthesisJson,
};

async function runSynthesis(
  parameters: SwgParameters,
  liberty: string | undefined,
  format: string,
  io: Io,
): Promise<void> {
  const { files, top, parameters: set = {} } = designSource("swg", designParameters(parameters));
  const synthesis = await synthesise(files, top, {
    parameters: set,
    purposes: designPurposes,
    onStep: (what: string) => io.err(`${what} ...\n`),
    ...(liberty !== undefined && { liberty }),
  });
  io.out(synthesisFormats[format](synthesis));
}

async function runCheck(
  parameters: SwgParameters,
  { layers, enough }: LayersToCheck,
  out: string,
  io: Io,
): Promise<void> {
  const source = designSource("swg", designParameters(parameters));
  const circuit = await Circuit.compile(source, (step) => io.err(`${step} ...\n`));
  const result = checkLayers(circuitSimulator(circuit), layers, parameters, enough, (name) => {
    if (!Number.isFinite(enough)) io.err(`${printable(name)} ...\n`);
  });
  io.out(checkText(result, parameters));
  if (!result.difference) return;
  const { bench, cycle } = result.difference;
  const files = {
    [freeName(out, "difference", "vcd")]: textBytes(waveform(circuit, bench.stimulus, bench.start + cycle)),
  };
  uninterrupted(() => writeFiles(out, files));
  io.err(writtenText(out, files));
  throw new InputError("the hardware differs from the cycle model");
}
