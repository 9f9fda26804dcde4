import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { defaults } from "../parameter.ts";
import { textBytes, writtenPaths } from "../report/write-report.ts";
import { checkColumn } from "../rtl/check-column.ts";
import { Circuit } from "../rtl/circuit.ts";
import { drawnLayers, realLayers } from "../rtl/column-layers.ts";
import { designSizes } from "../rtl/design-parameters.ts";
import { libertyText } from "../rtl/liberty.ts";
import { nativeTool } from "../rtl/native-tools.ts";
import { synthesise } from "../rtl/synthesis.ts";
import { synthesisText } from "../rtl/synthesis-text.ts";
import { type BenchLayer, columnSource, generateColumn } from "../rtl/written/generate.ts";
import type { Trace } from "../trace/trace.ts";
import { interruptible } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { selectMachines } from "./machines.ts";
import { layersOf } from "./run-request.ts";
import { checkReplaceable, writeFolderSteadily } from "./steady-write.ts";
import { stepOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

/** Of --check, where --set says nothing: PEs of three traces stand in a ring, and in one of three each has two different neighbours; more take longer to compile. */
const rowsOfCheck = 3;
const mostLayers = 100_000;
const mostSeed = 2 ** 31 - 1 - mostLayers;
/** Parameters of the machine that the column, or the mapping of its layers, follows. */
const settable: readonly string[] = [...designSizes, "columns", "clockMhz", "intraColumn"];

interface RtlFlags {
  readonly check?: true;
  readonly out?: string;
  readonly synth?: true;
  readonly liberty?: string;
  readonly seed?: string;
  readonly layers?: string;
  readonly trace?: string;
  readonly steps?: string;
  readonly set?: readonly string[];
}

const help = `
All three are of a column of PEs. An array of columns is held to the cycle model by a test; what serves that is not written (docs/design.md).
--check simulates it and the cycle model side by side, on drawn layers of bf16, and ends with 1 at the first
difference: ${rowsOfCheck} PEs where --set says nothing else. Layers are drawn from the seed and the numbers after it: --seed 7 --layers 1 is the
layer of seed 7 alone. --out writes its sources, a bench with recorded layers that checks itself, constraints and a README
into a folder; one that holds nothing else is replaced. --check and --synth need @yowasp/yosys (Debian's Yosys, 0.23, is too old), --check
@yowasp/clang too; --synth with --liberty times modules where OpenSTA is installed. What was compiled is kept for the
next time.

Examples:
  swg rtl --check --seed 7 --layers 20
  swg rtl --check --set swg.traces=3 --set swg.chunks=3
  swg rtl --out rtl
  swg rtl --out rtl --trace out/trace-after.safetensors --layers conv1,conv2 --set swg.rows=4
  swg rtl --synth`;

/** Declares the options of `swg rtl`. */
export function declareRtl(command: Command, io: Io): void {
  command
    .option("--check", "compare a column's SystemVerilog with the cycle model, cycle by cycle")
    .option("--out <folder>", "write a column's SystemVerilog there, with a bench that checks itself")
    .option("--synth", "synthesise a column: area by module, memories, longest way")
    .option("--liberty <file>", "with --synth: cells to map to, with their areas in um2 (default: gates)")
    .option("--seed <n>", "what layers are drawn from (default: 1)")
    .option(
      "--layers <n>",
      "how many layers are drawn (default: 100, of --out 10); with --trace, their names",
    )
    .option("--trace <file>", "with --out: layers of a captured training step, in place of drawn ones")
    .option("--steps <number>", "with --trace: which step, by its number, where it has several")
    .option(
      "--set <swg.parameter=value>",
      `a parameter of the machine, of ${settable.join(", ")}; may be repeated`,
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .addHelpText("after", help)
    .action((flags: RtlFlags) => runRtl(flags, io));
}

async function runRtl(flags: RtlFlags, io: Io): Promise<void> {
  checkFlags(flags);
  const p = await machineOf(flags.set ?? []);
  if (flags.out !== undefined) await write(flags, p, flags.out, io);
  else if (flags.synth) await runSynthesis(p, flags.liberty, io);
  else {
    const rowsAreSet = (flags.set ?? []).some((set) => set.startsWith("swg.rows="));
    await check(flags, { ...p, rows: rowsAreSet ? p.rows : rowsOfCheck }, io);
  }
}

/** Flags that go together, or not. Throws `InputError`. */
function checkFlags(flags: RtlFlags): void {
  const wanted = ["out", "check", "synth"].filter((name) => flags[name as keyof RtlFlags] !== undefined);
  if (wanted.length !== 1)
    throw new InputError(
      `rtl: needs one of --out FOLDER, --check and --synth, has ${wanted.length === 0 ? "none" : wanted.map((name) => `--${name}`).join(" and ")}`,
    );
  const goesWith: readonly (readonly [keyof RtlFlags, keyof RtlFlags])[] = [
    ["liberty", "synth"],
    ["trace", "out"],
    ["steps", "trace"],
  ];
  for (const [flag, other] of goesWith)
    if (flags[flag] !== undefined && flags[other] === undefined)
      throw new InputError(`--${flag} goes with --${other}`);
  if (flags.synth && (flags.seed ?? flags.layers) !== undefined)
    throw new InputError("--seed and --layers go with --check and --out");
  if (flags.trace !== undefined && flags.seed !== undefined)
    throw new InputError("--seed goes with drawn layers, not with --trace");
  if (flags.out === "") throw new InputError("--out must name a folder");
}

async function machineOf(set: readonly string[]): Promise<SwgParameters> {
  const [{ parameters }] = await selectMachines({ accelerators: "swg", set });
  const p = parameters as SwgParameters;
  const usual = defaults(swgParameters);
  for (const name of Object.keys(usual) as (keyof SwgParameters)[])
    if (p[name] !== usual[name] && !settable.includes(name))
      throw new InputError(
        `rtl: swg.${name} must be ${usual[name]}, is ${p[name]}; of a column can be set: ${settable.join(", ")}`,
      );
  return p;
}

const seedOf = ({ seed = "1" }: RtlFlags) => whole("--seed", seed, 0, mostSeed);
const countOf = ({ layers }: RtlFlags, usual: string) => whole("--layers", layers ?? usual, 1, mostLayers);

function layersToWrite(flags: RtlFlags, p: SwgParameters): Iterable<BenchLayer> {
  if (flags.trace === undefined) return drawnLayers(p, seedOf(flags), countOf(flags, "10"));
  const step = stepOf({ trace: flags.trace, ...(flags.steps !== undefined && { steps: flags.steps }) });
  const trace = step.trace as Trace;
  return realLayers(p, trace, layersOf(trace, flags.layers) ?? trace.layers.map(({ name }) => name));
}

/** What is written there, whatever the machine, and the folder in which its README builds. */
const ours =
  /^(\w+\.(sv|sdc)|files\.f|README\.md|wave\.vcd|bench[/\\](\w+_bench\.sv|vectors\.hex)|build[/\\][^/\\]+)$/;

async function write(flags: RtlFlags, p: SwgParameters, out: string, io: Io): Promise<void> {
  const folder = out.replace(/(.)[/\\]+$/, "$1");
  if (existsSync(folder) && statSync(folder).isDirectory())
    checkReplaceable(folder, (file) => ours.test(file), "what swg rtl writes");
  const files = await withProgress(io, (onProgress) => {
    onProgress({ what: "recording layers", done: 0, of: 1 });
    return generateColumn(p, layersToWrite(flags, p));
  });
  const written = Array.from(files, ([path, text]) => ({ path, pieces: [textBytes(text)] }));
  await interruptible((signal) => writeFolderSteadily(folder, written, signal));
  io.err(writtenPaths([folder]));
}

async function runSynthesis(p: SwgParameters, libertyFile: string | undefined, io: Io): Promise<void> {
  const liberty = libertyFile === undefined ? undefined : await libertyText(libertyFile);
  if (liberty !== undefined && nativeTool("sta") === undefined)
    io.err("OpenSTA (sta) is not installed: no time in ns\n");
  const { files, top, parameters = {} } = columnSource(p);
  const synthesis = await synthesise(files, top, {
    parameters,
    onStep: (what: string) => io.err(`${what} ...\n`),
    ...(liberty !== undefined && { liberty }),
  });
  io.out(synthesisText(synthesis));
}

async function check(flags: RtlFlags, p: SwgParameters, io: Io): Promise<void> {
  const [seed, layers] = [seedOf(flags), countOf(flags, "100")];
  const { top, files, parameters = {} } = columnSource(p);
  if (!io.terminal) io.err("compiling the column: a minute or two, the first time\n");
  const cycles = await withProgress(io, async (onProgress) => {
    onProgress({ what: "compiling", done: 0, of: layers });
    const circuit = await Circuit.compile({ files, top, parameters, shared: ["processing_element"] });
    return checkColumn(circuit, p, seed, layers, onProgress);
  });
  io.out(
    `A column of ${p.rows} PEs of ${p.traces} traces: ${layers} drawn layers, ${cycles} cycles, no difference from the cycle model.\n`,
  );
}
