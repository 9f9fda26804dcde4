import type { Command } from "commander";
import { InputError } from "../input-error.ts";
import { addDrawingOptions, type DrawingFlags } from "./drawing-flags.ts";
import { type ExplorationFlags, runExploration } from "./exploration/run-exploration.ts";
import { addSearchOptions, isSearch } from "./exploration/search-flags.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { addRequestOptions } from "./run-request.ts";
import { sweepValues } from "./run-sweep.ts";

const examples = `
What can be swept: with --network batch, density.fmap, density.emap, density.mask and density.maps (fmap and emap alike);
always every parameter of a machine, such as swg.globalBufferKib, node and dram; and the training step itself: network, or
trace (files).

One of them alone gives a whole report for each value. Several of them, or any option of a search, give a line for each point
and the front: the points that no other beats in every objective. Objectives are LABEL.NAME, or NAME of the first swg: cycles,
microseconds, energyPj, onChipPj, edp, areaMm2, mm2xcycles, multipliers; cycles@resnet20 is of one training step of --over, and
cycles@worst of the one with most.

Examples:
  swg sweep density.maps=0.05:1:0.05 --network resnet18 --batch 1 --zeros coins
  swg sweep batch=1,2,4,8,16,32 --network vgg8 --accelerators swg,dense
  swg sweep network=alexnet,vgg16,resnet18 --batch 1 --accelerators swg,sparsetrain
  swg sweep swg.globalBufferKib=20,40,80,160 --trace out/trace-after.safetensors --out results --width column
  swg sweep swg.columns=4,8,16,32 swg.rows=4,8,16 --accelerators swg --where 'columns*rows <= 128' --network vgg8
  swg sweep swg.columns=4:64:4 swg.rows=4:32:4 swg.chunks=1:4:1 --samples 200 --search nsga2 --accelerators swg \\
    --network vgg8 --store points
  swg sweep --store points --watch
  swg sweep --store points --out results`;

/** Declares the options of `swg sweep`. */
export function declareSweep(command: Command, io: Io): void {
  command.argument("[what=values...]", "values as a,b,c or first:last:step; none with --store alone");
  addRequestOptions(command);
  const options = addSearchOptions(command)
    .option("--format <format>", "what to print: table, json, csv", "table")
    .option("--out <folder>", "also write a page, .json, .csv, .txt and figures (SVG, PDF, PNG, CSV) there");
  addDrawingOptions(options, "machines")
    .addHelpText("after", examples)
    .action((texts: readonly string[], flags: ExplorationFlags & DrawingFlags) =>
      interruptible((signal) => {
        if (!flags.open && !flags.watch) throw new InputError("--no-open goes with --watch");
        if (!isSearch(texts, flags)) return sweepValues(texts[0], flags, io, signal);
        const { width, labels, ...others } = flags;
        const typed = Object.keys(others).filter((name) => command.getOptionValueSource(name) === "cli");
        if (width !== "page" || labels !== undefined)
          throw new InputError("--width column and --labels are of a sweep over one thing; this is a search");
        return runExploration(texts, others, typed, io, signal);
      }),
    );
}
