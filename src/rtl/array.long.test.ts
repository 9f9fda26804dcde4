import { describe, expect, it } from "vitest";
import {
  backPressure,
  compare,
  compareAfterReset,
  compareAny,
  cornerCases,
  halfFull,
} from "../../test/array-cases.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { reference } from "../kernel/reference.ts";
import { withValues } from "../parameter.ts";
import { openTrace } from "../trace/file.ts";
import { occupancy } from "../trace/occupancy.ts";
import { weightGradient } from "../training/weight-gradient.ts";
import { capturedLayers, checkLayer, checkLayers, randomLayers } from "./check.ts";
import { Circuit } from "./circuit.ts";
import { circuitSimulator } from "./circuit-simulator.ts";
import { designParameters, designSource } from "./design.ts";

const arrayOf = async (parameters: SwgParameters) =>
  circuitSimulator(await Circuit.compile(designSource("swg", designParameters(parameters))));

/** Short vectors and few sums compile sooner, and meet their limits more often. */
const short = { vectorBits: 48, accumulators: 36 } as const;

/** A real training step, where the shared data are: its smallest layer runs on arrays of any size, all of it on one of them. */
const masked = sharedTraces().find(({ name }) => name.startsWith("vgg8") && name.endsWith("mask40"));

describe("does the hardware equal the cycle model for a million cycles and in every corner, whatever its size?", () => {
  it.each([
    [
      "a PE",
      { ...short, columns: 1, rows: 1, clusterSize: 1, format: "int8", slack: 0, vectorTaps: 1, roundKs: 1 },
    ],
    ["a cluster", { ...short, columns: 1, rows: 3, clusterSize: 3, format: "int16", roundKs: 2 }],
    [
      "a column of two clusters",
      { ...short, columns: 1, rows: 5, clusterSize: 3, slack: 3, vectorTaps: 3, columnDrainSums: 2 },
    ],
    [
      "columns without balancers",
      { ...short, columns: 3, rows: 2, intraColumn: false, interColumn: false, slack: 2, format: "int8" },
    ],
    ["columns without slack or mask", { ...short, columns: 4, rows: 1, slack: 0, gradientSkip: false }],
  ])("%s", async (_, given) => {
    const parameters = withValues("swg", swgParameters, given);
    const array = await arrayOf(parameters);
    const { cycles, difference } = checkLayers(array, randomLayers(parameters, 2), parameters, 200_000);
    expect(difference).toBeUndefined();
    expect(cycles).toBeGreaterThanOrEqual(200_000);
    compareAny(array, parameters, 300);
    for (const [, trace] of cornerCases) expect(compare(array, trace, parameters)).toBeGreaterThan(50);
    for (const [, narrow] of backPressure)
      expect(compare(array, halfFull, { ...parameters, ...narrow })).toBeGreaterThan(500);
    compareAfterReset(array, parameters);
    if (masked) {
      const layers = capturedLayers(openTrace(masked.path), ["conv_13"], parameters);
      expect(checkLayers(array, layers, parameters)).toMatchObject({ layers: 1 });
    }
  });
});

describe.skipIf(!masked)("do whole layers of a real training step come out the same?", () => {
  const parameters = withValues("swg", swgParameters, { columns: 4, rows: 8, clusterSize: 8 });

  it("every layer of vgg8 with its mask on 4 columns of 8 PEs: every output in every cycle", async () => {
    const array = await arrayOf(parameters);
    const file = openTrace(masked!.path);
    const names = file.layers.map(({ name }) => name);
    for (const layer of capturedLayers(file, names, parameters)) {
      const { bench, busyCycles, gradients, difference } = checkLayer(array, layer, parameters);
      expect(difference).toBeUndefined();
      // what the hardware did, counted from its outputs, beside the model's pairs and the reference's gradients
      expect(busyCycles).toEqual([...bench.busyCycles]);
      expect(busyCycles.reduce((sum, n) => sum + n, 0)).toBe(reference.validPairs(occupancy(layer.trace)));
      expect(gradients).toBe(layer.trace.mask!.reduce((sum, wanted) => sum + wanted, 0));
      const expected = weightGradient(layer.trace);
      const sums = new Float32Array(bench.sums.buffer);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - sums[i])), 0);
      // inputs of 8 bits of significand
      expect(worst).toBeLessThan(0.01 * largest);
    }
  });
});
