import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { InputError } from "../input-error.ts";
import { counted, grouped, printable } from "../report/format.ts";
import { quoted } from "../trace/bounded-json.ts";
import { encodeTrace } from "../trace/encode.ts";
import { openTraceFile } from "../trace/file.ts";
import { bitmapsOnly } from "../trace/memory-trace.ts";
import { encodeNpz } from "../trace/numpy/encode-npz.ts";
import { npyPieces, numpyArrays } from "../trace/numpy/encode-numpy.ts";
import { isFolder } from "../trace/numpy/npy-folder.ts";
import type { Trace } from "../trace/trace.ts";
import { unprintable } from "../unprintable.ts";
import { phaseNames } from "../workload/phase.ts";
import { convertShapes, isNetwork, isShapeFile, type ShapeFlags } from "./convert-shapes.ts";
import { interruptible } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { collected } from "./name-list.ts";
import { checkReplaceable, type FolderFile, writeFileSteadily, writeFolderSteadily } from "./steady-write.ts";

const about = `
OUT says the format: FILE.safetensors, FILE.npz, or a name without an ending, for a folder of .npy files. Values stay what
they are; NumPy has no BF16, which becomes f4. One layer at a time is held in memory.

Examples:
  swg convert step.npz step.safetensors
  swg convert out/trace-after.safetensors arrays
  swg convert out/trace-after.safetensors small.safetensors --bitmaps-only

The shapes of a network (a name, FILE.onnx or FILE.csv) or of a trace's first step go to the simulators that plan dense
layers: FILE.csv is a topology of SCALE-Sim, of convolutions or with --gemm of products, FILE.yaml a problem of Timeloop.

  swg convert resnet18 resnet18.csv
  swg convert model.onnx model.csv --gemm --phase wg --batch 32
  swg convert out/trace-after.safetensors conv2.yaml --layer conv2`;

interface ConvertFlags extends ShapeFlags {
  readonly bitmapsOnly?: boolean;
}

const ofShapes = ["gemm", "phase", "layer", "batch", "dimension"] as const;

/** Declares the options of `swg convert`. */
export function declareConvert(command: Command, io: Io): void {
  command
    .argument("<in>", "a trace (safetensors, .npz, or a folder of .npy), or a network, FILE.onnx or FILE.csv")
    .argument("<out>", "where it goes")
    .option("--force", "replace what is there")
    .option("--bitmaps-only", "leave out values and gradients: enough for cycles and energy")
    .option("--gemm", "to FILE.csv: products of matrices, as SCALE-Sim reads them with -i gemm")
    .option(
      "--phase <name>",
      `to FILE.yaml or with --gemm: ${phaseNames.join(", ")} (default: wg, ff with --gemm)`,
    )
    .option("--layer <name>", "to FILE.yaml: which layer")
    .option("--batch <number>", "of a network to FILE.yaml or with --gemm: images (default: 1)")
    .option(
      "--dimension <name=size>",
      "of FILE.onnx: the size of a dimension that it leaves open, or input.axis=size; repeatable",
      collected,
    )
    .addHelpText("after", about)
    .action((from: string, to: string, flags: ConvertFlags) => {
      if (!isShapeFile(to)) return convert(from, to, flags, io);
      if (flags.bitmapsOnly) throw new InputError("--bitmaps-only goes with a trace, and not with shapes");
      return convertShapes(from, to, flags, io);
    });
}

/** Throws `InputError` for what only shapes can be asked for. */
function checkTrace(from: string, to: string, flags: ConvertFlags): void {
  const stray = ofShapes.find((name) => flags[name] !== undefined);
  if (stray) throw new InputError(`--${stray} goes with FILE.csv or FILE.yaml, out is ${JSON.stringify(to)}`);
  if (isNetwork(from))
    throw new InputError(
      `${from} is a network, without values; its shapes go to FILE.csv or FILE.yaml, out is ${JSON.stringify(to)}`,
    );
}

async function convert(from: string, to: string, flags: ConvertFlags, io: Io): Promise<void> {
  const { force, bitmapsOnly: bits } = flags;
  checkTrace(from, to, flags);
  const write = writerOf(to);
  const { steps } = openTraceFile(from);
  if (existsSync(to)) {
    if (!force) throw new InputError(`${to}: exists already; --force replaces it`);
    if (isFolder(to)) checkReplaceable(to, (file) => file.endsWith(".npy"), ".npy files");
  }
  const wanted = bits ? steps.map(bitmapsOnly) : steps;
  await withProgress(io, (tell) =>
    interruptible((signal) => {
      const of = wanted.reduce((sum, { layers }) => sum + layers.length, 0);
      let done = 0;
      return write(
        wanted.map((step) => watched(step, (what) => tell({ what, done: done++, of }))),
        signal,
      );
    }),
  );
  io.err(`wrote ${printable(to)}: ${contentsOf(steps)}\n`);
}

/** "2 steps of 5 layers"; steps may have other layers. */
function contentsOf(steps: readonly Trace[]): string {
  const counts = steps.map(({ layers }) => layers.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${counted(steps.length, "step")} of ${least < most ? `${grouped(least)} to ` : ""}${counted(most, "layer")}`;
}

type Writer = (steps: readonly Trace[], signal: AbortSignal) => Promise<void>;

function writerOf(to: string): Writer {
  if (to.endsWith(".safetensors"))
    return (steps, signal) => writeFileSteadily(to, encodeTrace(to, steps), signal);
  if (to.endsWith(".npz")) return (steps, signal) => writeFileSteadily(to, encodeNpz(to, steps), signal);
  const folder = to.replace(/(.)[/\\]+$/, "$1");
  const name = resolve(folder).split(/[/\\]/).at(-1)!;
  if (name === "" || /\.[^.]+$/.test(name))
    throw new InputError(
      `unknown format of ${JSON.stringify(to)}; known: FILE.safetensors, FILE.npz, FOLDER (a name without an ending), FILE.csv, FILE.yaml`,
    );
  return (steps, signal) => writeFolderSteadily(folder, filesOf(to, steps), signal);
}

function* filesOf(to: string, steps: readonly Trace[]): Generator<FolderFile> {
  for (const array of numpyArrays(to, steps)) {
    if (array.name.search(unprintable) >= 0)
      throw new InputError(
        `${to}: array ${quoted(array.name)}: name must be printable, to be a file's; FILE.npz takes it`,
      );
    yield { path: `${array.name}.npy`, pieces: npyPieces(array) };
  }
}

/** The same step, which says when a layer is read. */
const watched = (step: Trace, tell: (layer: string) => void): Trace => ({
  ...step,
  read(name) {
    tell(name);
    return step.read(name);
  },
  occupancy(name) {
    tell(name);
    return step.occupancy(name);
  },
});
