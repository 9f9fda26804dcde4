import type { Command } from "commander";
import { accelerators, defaultAccelerators } from "../accelerators/index.ts";
import { drams } from "../energy/dram.ts";
import { nodes } from "../energy/nodes/index.ts";
import { InputError, unknownName } from "../input-error.ts";
import { defaultPricing, type PricingOptions, pricingOf } from "../report/pricing.ts";
import type { Selection } from "../report/selection.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import { engines } from "./engines.ts";
import { allMachines, type MachineFlags, selectMachines } from "./machines.ts";
import { collected, nameList } from "./name-list.ts";
import type { RunRequest } from "./simulate.ts";
import { type Open, type StepFlags, stepOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

/** What a command line says about what is simulated, as typed. */
export interface RequestFlags extends MachineFlags, StepFlags, Required<PricingOptions> {
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
      "instead of a trace: layers with made-up zeros, of a network (see swg list) or FILE.onnx",
    )
    .option(
      "--dimension <name=size>",
      "with FILE.onnx: the size of a dimension that it leaves open, or input.axis=size; repeatable",
      collected,
    )
    .option("--batch <number>", "with --network: images (default: 32, 1 of FILE.onnx)")
    .option("--seed <number>", "with --network: another seed, other zeros (default: 1)")
    .option("--density <fmap=.4,emap=.3,mask=.2>", "with --network: shares of nonzeros, for every layer")
    .option("--zeros <kind>", "with --network: fitted (as uneven as real ones) or coins (default: fitted)")
    .option(
      "--accelerators <names>",
      `machines to run, or ${allMachines} (see swg list)`,
      defaultAccelerators.join(","),
    )
    .option("--layers <names>", "layers to run (default: all)")
    .option(
      "--set <machine.parameter=value>",
      "change a parameter; repeatable, stronger than --machine",
      collected,
    )
    .option("--machine <file>", "parameters from a file; repeatable, one for each machine", collected)
    .option(
      "--equal-area",
      "every array but swg's as large as fits in swg's area, instead of as many multipliers",
    )
    .option(
      "--node <nm>",
      `process node of energy and area: ${Object.keys(nodes).join(", ")}`,
      defaultPricing.node,
    )
    .option("--dram <kind>", `DRAM of the energy: ${Object.keys(drams).join(", ")}`, defaultPricing.dram)
    .option(
      "--engine <name>",
      `what simulates: ${Object.keys(engines).join(", ")}; the numbers are the same`,
      "fast",
    )
    .option("--threads <number>", "simulate on so many threads (default: one a core, one for a short run)");

/** What the flags ask for, every one checked but for the trace's tensors. Throws `InputError`. */
export function requestOf(flags: RequestFlags, open: Open): RunRequest {
  if (!Object.hasOwn(engines, flags.engine)) throw unknownName("engine", flags.engine, Object.keys(engines));
  const threads = flags.threads === undefined ? undefined : whole("--threads", flags.threads, 1, 256);
  const selections = selectMachines(flags);
  if (flags.equalArea) checkEqualArea(flags, selections);
  const layers = layersOf(stepOf(flags, open), flags.layers);
  const options = {
    ...pricingOf(flags).names,
    ...(layers && { layers }),
    ...(flags.equalArea && { equalArea: true }),
  };
  return {
    step: flags,
    open,
    selections,
    engine: flags.engine,
    options,
    ...(threads !== undefined && { threads }),
  };
}

/** At equal area the sizes of arrays but SWG's follow: one that is given would be ignored. Throws `InputError`. */
function checkEqualArea({ set = [] }: RequestFlags, selections: readonly Selection[]): void {
  if (selections.every(({ accelerator }) => accelerator === accelerators.swg))
    throw new InputError("--equal-area needs a machine beside swg in --accelerators, whose area is swg's");
  for (const { name, accelerator } of selections) {
    const given = set.find((text) => text.startsWith(`${name}.${accelerator.grows}=`));
    if (given !== undefined && accelerator !== accelerators.swg)
      throw new InputError(`--set ${given} cannot be given with --equal-area, which decides it`);
  }
}

/** The layers that `--layers` names; undefined for all. */
export function layersOf(
  trace: Pick<OccupancySource, "layers">,
  text: string | undefined,
): string[] | undefined {
  const known = trace.layers.map(({ name }) => name);
  return text === undefined ? undefined : nameList("--layers", text, known);
}
