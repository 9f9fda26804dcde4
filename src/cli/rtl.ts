import type { Command } from "commander";
import { InputError } from "../input-error.ts";
import { checkColumn } from "../rtl/check-column.ts";
import { Circuit } from "../rtl/circuit.ts";
import { moduleSource } from "../rtl/toggles/block-source.ts";
import { type Io, withProgress } from "./io.ts";
import { whole } from "./whole-number.ts";

/** In a ring of three each PE has two different neighbours; more take longer to compile. */
const rows = 3;
const mostLayers = 100_000;
const mostSeed = 2 ** 31 - 1 - mostLayers;

interface RtlFlags {
  readonly check?: true;
  readonly seed?: string;
  readonly layers?: string;
}

const help = `
--check simulates a column of ${rows} PEs and the cycle model side by side, on drawn layers of bf16, and ends with 1 at the first
difference. Layers are drawn from the seed and the numbers after it: --seed 7 --layers 1 is the layer of seed 7 alone. It needs
@yowasp/yosys and @yowasp/clang. What was compiled is kept for the next time.

Example:
  swg rtl --check --seed 7 --layers 20`;

/** Declares the options of `swg rtl`. */
export function declareRtl(command: Command, io: Io): void {
  command
    .option("--check", "compare a column's SystemVerilog with the cycle model, cycle by cycle")
    .option("--seed <n>", "what --check draws its layers from (default: 1)")
    .option("--layers <n>", "how many layers --check draws (default: 100)")
    .addHelpText("after", help)
    .action((flags: RtlFlags) => runRtl(flags, io));
}

async function runRtl(flags: RtlFlags, io: Io): Promise<void> {
  if (!flags.check)
    throw new InputError(
      "rtl: needs --check; the whole machine's SystemVerilog is being made anew (docs/design.md); its blocks, as they are priced: swg list energy",
    );
  const seed = whole("--seed", flags.seed ?? "1", 0, mostSeed);
  const layers = whole("--layers", flags.layers ?? "100", 1, mostLayers);
  const parameters = { ROWS: rows };
  const { top, files } = moduleSource("column", parameters);
  const cycles = await withProgress(io, async (onProgress) => {
    onProgress({ what: "compiling", done: 0, of: layers });
    const circuit = await Circuit.compile({ files, top, parameters, shared: ["processing_element"] });
    return checkColumn(circuit, rows, seed, layers, onProgress);
  });
  io.out(
    `A column of ${rows} PEs: ${layers} drawn layers, ${cycles} cycles, no difference from the cycle model.\n`,
  );
}
