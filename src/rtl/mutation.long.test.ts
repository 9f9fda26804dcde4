import { describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { checkLayers, randomLayers } from "./check.ts";
import { Circuit } from "./circuit.ts";
import { circuitSimulator } from "./circuit-simulator.ts";
import { designParameters, designSource } from "./design.ts";

const machine = withValues("swg", swgParameters, {
  columns: 1,
  rows: 3,
  clusterSize: 3,
  vectorBits: 48,
  accumulators: 36,
  roundKs: 2,
});

/** A fault: what a design file says, and what it says instead. */
const faults: Readonly<Record<string, readonly [file: string, right: string, wrong: string]>> = {
  "the balancer moves pairs of a PE that can finish alone": [
    ...(["balancer.sv", "served && left[i] > cycles", "served && left[i] >= cycles"] as const),
  ],
  "the mean load is rounded down": ["balancer.sv", "total + SUM_BITS'(MACS - 1)", "total"],
  "a bit of the mask is dropped": [
    "valid_data_trace.sv",
    "wanted[s] <= arrive_wanted;",
    "wanted[s] <= arrive_wanted & ~ACCUMULATORS'(4);",
  ],
  "the emap's ready is stuck": [
    "column.sv",
    "assign emap_ready = !reset && held != 2'd3;",
    "assign emap_ready = 1'b1;",
  ],
  "the fmap's ready is stuck": [
    "swg.sv",
    "assign fmap_ready = !reset && chunks_loaded - episodes_finished < COUNTER_BITS'(CHUNKS);",
    "assign fmap_ready = 1'b1;",
  ],
  "a pair is handed out twice where its word goes on": [
    ...(["valid_data_trace.sv", "next_from = place[1] + 5'd1;", "next_from = place[1];"] as const),
  ],
  "ties are rounded up": ["adder.sv", "guard && (rest || half[0])", "guard"],
};

describe("is a fault in the hardware found?", () => {
  it.each(Object.entries(faults))("%s", async (_, [file, right, wrong]) => {
    const source = designSource("swg", designParameters(machine));
    expect(source.files[file]).toContain(right);
    const files = { ...source.files, [file]: source.files[file].replace(right, wrong) };
    const array = circuitSimulator(await Circuit.compile({ ...source, files }));
    expect(checkLayers(array, randomLayers(machine, 1), machine, 20_000).difference).toBeDefined();
  });
});
