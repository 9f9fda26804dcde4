import type { Command } from "commander";
import type { Io } from "./io.ts";
import { type RtlFlags, runRtl } from "./run-rtl.ts";

const examples = `
--out writes the design for the machine's parameters, a bench that checks itself, and a README. --check simulates the
design and the cycle model side by side, on layers drawn at random or on those of a trace, and ends with 1 at the first
difference, whose waveform it writes as difference.vcd (into --out, or here; difference-2.vcd where there is one). Without --out its array has 2 columns of 4
PEs, which is compiled soonest, where --set says nothing else. What was compiled is kept for the next time, in
node_modules/.cache or the system's folder for temporary files.
--synth takes a minute or a few, the first time: each module once, however many there are of it, on all cores.

Examples:
  swg rtl --out rtl --set swg.columns=4 --set swg.rows=8 --set swg.clusterSize=8
  swg rtl --check --seed 7 --cycles 20000
  swg rtl --check --trace out/trace-after.safetensors --layers conv2
  swg rtl --synth
  swg rtl --synth --liberty cells.lib
  swg rtl --synth --set swg.vectorBits=64 --format json > synthesis.json`;

/** Declares the options of `swg rtl`. */
export function declareRtl(command: Command, io: Io): void {
  command
    .option("--out <folder>", "write the design there")
    .option("--force", "with --out: replace files that swg did not write there, or that were changed since")
    .option("--check", "compare the design with the cycle model, cycle by cycle")
    .option("--synth", "synthesise the design: cells, area by module, logic depth")
    .option("--liberty <file>", "with --synth: cells to map to, with their areas in um2 (default: gates)")
    .option("--format <format>", "what --synth prints: table, json (default: table)")
    .option("--seed <n>", "what --check draws its layers from (default: 1)")
    .option("--cycles <n>", "cycles that --check compares at least (default: 20000)")
    .option("--trace <file>", "with --check: a captured training step, instead of layers drawn at random")
    .option("--steps <number>", "with --trace: which step, by its number, where it has several")
    .option("--layers <names>", "with --trace: only these layers, separated by commas")
    .option(
      "--set <swg.parameter=value>",
      "override a parameter of the machine; may be repeated",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .addHelpText("after", examples)
    .action((flags: RtlFlags) => runRtl(flags, io));
}
