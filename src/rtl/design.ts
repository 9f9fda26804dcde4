import { readFileSync } from "node:fs";
import {
  emapRoundSlots,
  fmapChunkSlots,
  helps,
  type SwgParameters,
  valueBytes,
} from "../hardware/parameters.ts";
import { type MacFormat, macFormats } from "../hardware/processing-element/arithmetic.ts";
import { hardwareSizes } from "../hardware/sizes.ts";
import { InputError } from "../input-error.ts";
import type { CircuitSource } from "./compile-circuit.ts";
import { modulePorts } from "./module-ports.ts";
import type { PortShape } from "./stimulus.ts";

/** The design files, each after those that it uses; each holds the module of its name. */
export const designFiles = [
  "primitives/next_one.sv",
  "primitives/count_ones.sv",
  "valid-data-trace/valid_data_trace.sv",
  "primitives/delay.sv",
  "buffer/fmap_buffer.sv",
  "buffer/emap_buffer.sv",
  "processing-element/multiplier.sv",
  "processing-element/adder.sv",
  "processing-element/accumulators.sv",
  "processing-element/processing_element.sv",
  "primitives/prefix_ones.sv",
  "primitives/largest.sv",
  "balancer/balancer.sv",
  "balancer/scheduler.sv",
  "column/cluster.sv",
  "drain/drain_stage.sv",
  "column/column.sv",
  "drain/gradient_drain.sv",
  "drain/team_adder.sv",
  "array/swg.sv",
] as const;

/** Blocks of the machine to come that no module of the array uses yet: they are priced by their gates alone. */
export const blockFiles = [
  "valid-data-trace/trace.sv",
  "balancer/job_choice.sv",
  "column/pe_switch.sv",
  "processing-element/mac.sv",
  "buffer/list_writer.sv",
  "buffer/chunk_writer.sv",
  "drain/drain_lane.sv",
  "drain/to_bf16.sv",
] as const;

/** What the modules are there for; the crossbar to helping MACs is what a cluster has besides its modules. */
export const designPurposes: Readonly<Record<string, string>> = {
  valid_data_trace: "valid-data traces",
  balancer: "balancers",
  scheduler: "balancers",
  cluster: "balancers",
  multiplier: "MACs",
  accumulators: "MACs",
  fmap_buffer: "buffers' addressing",
  emap_buffer: "buffers' addressing",
  gradient_drain: "drain",
  drain_stage: "drain",
  team_adder: "drain",
  delay: "drain",
  column: "control",
  processing_element: "control",
  swg: "control",
};

/** Parameters of the module `swg`. */
export type DesignParameters = ReturnType<typeof designParameters>;

/** What a set of the machine's parameters is in SystemVerilog. Throws `InputError` for what the hardware does not have. */
export function designParameters(p: SwgParameters) {
  const format = macFormats.indexOf(p.format as MacFormat);
  if (format < 0)
    throw new InputError(
      `swg.format of the hardware must be one of ${macFormats.join(", ")}, is ${p.format}`,
    );
  if (p.vdt !== "both") throw new InputError(`swg.vdt of the hardware must be both, is ${p.vdt}`);
  if (p.unlimitedPorts) throw new InputError("swg.unlimitedPorts of the hardware must be false, is true");
  const least = {
    vectorBits: 2,
    accumulators: 2,
    fmapBufferBytes: 5 * fmapChunkSlots(p),
    emapBufferBytes: (1 + valueBytes(p)) * emapRoundSlots,
  };
  for (const [name, value] of Object.entries(least)) {
    const given = p[name as keyof typeof least];
    if (given < value)
      throw new InputError(`swg.${name} of the hardware must be at least ${value}, is ${given}`);
  }
  const sizes = hardwareSizes(p);
  return {
    COLUMNS: p.columns,
    ROWS: p.rows,
    CLUSTER_SIZE: Math.min(p.clusterSize, p.rows),
    HELP: helps(p) ? 1 : 0,
    SLACK: p.slack,
    FORMAT: format,
    VALUE_BITS: sizes.valueBits,
    VECTOR_BITS: p.vectorBits,
    VECTOR_TAPS: p.vectorTaps,
    ROUND_KS: p.roundKs,
    ACCUMULATORS: p.accumulators,
    CHUNKS: sizes.chunks,
    CHUNK_BYTES: sizes.chunkBytes,
    ROUND_BYTES: sizes.roundBytes,
    LOAD_WORDS: sizes.loadWords,
    LOAD_FMAP_VALUES: sizes.loadFmapValues,
    LOAD_EMAP_VALUES: sizes.loadEmapValues,
    DRAIN_SUMS: p.columnDrainSums,
  };
}

/** The text of a design file. */
export const designText = (file: string): string =>
  readFileSync(new URL(`../hardware/${file}`, import.meta.url), "utf8");

/** A bound of ours: 2 MiB in a cycle, beyond any array that can be built. */
const mostPortBits = 2 ** 24;

/** Ports of the module `swg`. Throws `InputError` where one is too wide. */
export function designPorts(parameters: Readonly<Record<string, number>>): PortShape[] {
  const ports = modulePorts(designText("array/swg.sv"), parameters);
  const widest = ports.reduce((a, b) => (b.width > a.width ? b : a));
  if (widest.width > mostPortBits)
    throw new InputError(
      `ports of the hardware must have at most ${mostPortBits} bits each, ${widest.name} has ${widest.width}: ` +
        "columns x rows must be smaller, or what each PE takes in a cycle",
    );
  return ports;
}

/**
 * A module of the design as a circuit, with parameters other than its defaults. Throws `InputError` where a port of
 * the module `swg` is too wide.
 */
export function designSource(top: string, parameters: Readonly<Record<string, number>>): CircuitSource {
  if (top === "swg") designPorts(parameters);
  const files = Object.fromEntries(designFiles.map((file) => [file.split("/")[1], designText(file)]));
  // of the modules that there are most of, one instance's code serves all
  const shared = ["processing_element", "drain_stage", "gradient_drain"].filter((module) => module !== top);
  return { files, top, parameters, shared };
}
