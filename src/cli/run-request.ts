import type { Command } from "commander";
import { defaultAccelerators } from "../accelerators/index.ts";
import { drams } from "../energy/dram.ts";
import { nodes } from "../energy/nodes/index.ts";
import { nodeOf } from "../energy/nodes/node-file.ts";
import type { ProcessNode } from "../energy/nodes/process-node.ts";
import { unknownName } from "../input-error.ts";
import { defaultPricing, type PricingOptions, pricingOf } from "../report/pricing.ts";
import { chooseLayers } from "../report/run-plan.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import { readSmallFile } from "../trace/small-file.ts";
import { engines } from "./engines.ts";
import { type MachineFlags, machineItems, mappingHelp, selectMachines } from "./machines.ts";
import { isGlob, matchesGlob } from "./name-glob.ts";
import { collected, nameList } from "./name-list.ts";
import type { RunRequest } from "./simulate.ts";
import { type StepFlags, stepsOf, type TrainingStep } from "./training-step.ts";
import { whole } from "./whole-number.ts";

/** What a command line says about what is simulated, as typed. */
export interface RequestFlags extends MachineFlags, StepFlags {
  readonly node: string;
  readonly dram: string;
  readonly engine: string;
  readonly threads?: string;
  readonly layers?: string;
  readonly equalArea?: boolean;
}

/** Declares the options that `requestOf` reads. */
export const addRequestOptions = (command: Command): Command =>
  command
    .option("--trace <file>", "captured training steps (safetensors, .npz, or a folder of .npy)")
    .option("--steps <numbers>", "with --trace: steps of the file (default: all)")
    .option(
      "--network <name>",
      "instead of a trace: layers with made-up zeros, of a network (see swg list), FILE.onnx or FILE.csv, a SCALE-Sim topology",
    )
    .option(
      "--dimension <name=size>",
      "with FILE.onnx: the size of a dimension that it leaves open, or input.axis=size; repeatable",
      collected,
    )
    .option("--batch <number>", "with --network: images (default: 32, 1 of FILE.onnx and FILE.csv)")
    .option("--seed <number>", "with --network: another seed, other zeros (default: 1)")
    .option(
      "--density <fmap=.4,emap=.3,mask=.2>",
      "with --network: shares of nonzeros, for every layer, of a mask also N of each M channels (mask=2:4)",
    )
    .option("--zeros <kind>", "with --network: fitted (as uneven as real ones) or coins (default: fitted)")
    .option(
      "--accelerators <list>",
      `machines to run, separated by commas: ${machineItems} (see swg list)`,
      defaultAccelerators.join(","),
    )
    .option("--layers <names>", "layers to run, such as conv2 or 'layer3.*' (default: all)")
    .option(
      "--set <label.parameter=value>",
      "change a parameter; repeatable, stronger than all other ways",
      collected,
    )
    .option("--machine <[label=]file>", "parameters from a file; repeatable, one for each machine", collected)
    .option("--mapping <number=value>", mappingHelp)
    .option(
      "--equal-area",
      "every array but that of the first swg as large as fits in its area, instead of as many multipliers",
    )
    .option(
      "--node <node>",
      `process node of energy and area: ${Object.keys(nodes).join(", ")}, or FILE.json with one of your own`,
      defaultPricing.node,
    )
    .option("--dram <kind>", `DRAM of the energy: ${Object.keys(drams).join(", ")}`, defaultPricing.dram)
    .option(
      "--engine <name>",
      `what simulates: ${Object.keys(engines).join(", ")}; the numbers are the same`,
      "fast",
    )
    .option("--threads <number>", "simulate on so many threads (default: one a core, one for a short run)");

/** What is the same for all steps of a run. */
export type RunSettings = Omit<RunRequest, "step" | "title">;

/** A run of each training step that the flags ask for, every one checked but for the trace's tensors. Throws `InputError`. */
export async function requestsOf(flags: RequestFlags): Promise<RunRequest[]> {
  const settings = await settingsOf(flags);
  return stepsOf(flags).map((step) => requestOf(settings, step, flags.layers));
}

/** What the flags say beside the training step. Modules of machines are loaded. Throws `InputError`. */
export async function settingsOf(flags: RequestFlags): Promise<RunSettings> {
  const { engine, threads, equalArea } = flags;
  if (!Object.hasOwn(engines, engine)) throw unknownName("engine", engine, Object.keys(engines));
  const count = threads === undefined ? undefined : whole("--threads", threads, 1, 256);
  return {
    machines: await selectMachines(flags),
    engine,
    options: {
      ...pricingIn(flags),
      ...(equalArea && { equalArea: true }),
    },
    ...(count !== undefined && { threads: count }),
  };
}

/** What energy and area are computed for: known names, and a node's file read. Throws `InputError`. */
function pricingIn({ node, dram }: RequestFlags): PricingOptions {
  const own = node.endsWith(".json");
  const options = own ? { node: { name: node, node: readNodeFile(node) }, dram } : { node, dram };
  pricingOf(options);
  return options;
}

/** A file of many macros is about a megabyte. */
const largestNodeBytes = 2 ** 22;
const readNodeFile = (path: string): ProcessNode =>
  nodeOf(path, readSmallFile(path, largestNodeBytes).toString("utf8"));

/** The run of a step and of its layers that `--layers` names, which it must have. */
export function requestOf(settings: RunSettings, step: TrainingStep, names: string | undefined): RunRequest {
  const layers = layersOf(step.trace, names);
  chooseLayers(step.trace, layers);
  return { ...settings, step, options: { ...settings.options, ...(layers && { layers }) } };
}

/** The layers that `--layers` names, by their names or by patterns such as conv*; undefined for all. */
export function layersOf(
  trace: Pick<OccupancySource, "layers">,
  text: string | undefined,
): string[] | undefined {
  if (text === undefined) return undefined;
  const known = trace.layers.map(({ name }) => name);
  const names = new Set(known);
  const found = nameList("--layers", text, known).flatMap((item) => {
    if (names.has(item) || !isGlob(item)) return [item];
    const matching = known.filter((name) => matchesGlob(item, name));
    if (matching.length === 0) throw unknownName("layer", item, known);
    return matching;
  });
  // a name typed twice was refused; one that two patterns stand for is meant once
  return [...new Set(found)];
}
