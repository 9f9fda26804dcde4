import type { Command } from "commander";
import type { Io } from "./io.ts";
import { addRequestOptions } from "./run-request.ts";
import { runSweep, type SweepFlags } from "./run-sweep.ts";

const examples = `
What can be swept: with --network batch, density.fmap, density.emap, density.mask and density.maps (fmap and emap alike);
always every parameter of a machine, such as swg.globalBufferKib; and the training step itself: network, or trace (files).

Examples:
  swg sweep density.maps=0.05:1:0.05 --network resnet18 --batch 1 --zeros coins
  swg sweep batch=1,2,4,8,16,32 --network vgg8 --accelerators swg,dense
  swg sweep network=alexnet,vgg16,resnet18 --batch 1 --accelerators swg,sparsetrain
  swg sweep swg.globalBufferKib=20,40,80,160 --trace out/trace-after.safetensors --out results
  swg sweep swg.vdt=none,fmap,emap,both --trace out/trace-after.safetensors --format csv`;

/** Declares the options of `swg sweep`. */
export function declareSweep(command: Command, io: Io): void {
  command.argument("<what=values>", "values as a,b,c or first:last:step");
  addRequestOptions(command)
    .option("--format <format>", "what to print: table, json, csv", "table")
    .option(
      "--out <folder>",
      "also write sweep.html, .json, .csv, .txt and figures (SVG, PDF, PNG, CSV) there",
    )
    .addHelpText("after", examples)
    .action((text: string, flags: SweepFlags) => runSweep(text, flags, io));
}
