import { beforeAll, describe, expect, it } from "vitest";
import {
  backPressure,
  compare,
  compareAfterReset,
  compareAny,
  cornerCases,
  halfFull,
  lastChunkIsDoneFirst,
} from "../../test/array-cases.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { type ArraySimulator, checkLayer, checkLayers, checkText, randomLayers } from "./check.ts";
import { Circuit } from "./circuit.ts";
import { circuitSimulator } from "./circuit-simulator.ts";
import { designParameters, designSource } from "./design.ts";

const small = { columns: 2, rows: 4, clusterSize: 4, columnDrainSums: 2, vectorBits: 64, accumulators: 36 };
const machine = withValues("swg", swgParameters, small);

describe("does the array in SystemVerilog do what the cycle model says, in every cycle?", () => {
  let array: ArraySimulator;
  beforeAll(async () => {
    array = circuitSimulator(await Circuit.compile(designSource("swg", designParameters(machine))));
  });

  it("on 20,000 cycles of layers drawn at random, any mapping", () => {
    const result = checkLayers(array, randomLayers(machine, 1), machine, 20_000);
    expect(checkText(result, machine)).toMatch(
      /^[\d,]+ cycles of \d+ layers compared: 0 differences\non 2 columns of 4 PEs, the same .* [1-9][\d,]* busy PE-cycles .* [1-9][\d,]* gradients/,
    );
    expect(result.cycles).toBeGreaterThanOrEqual(20_000);
  });

  it("on any layer under any mapping", () => compareAny(array, machine, 30));

  it.each(cornerCases)("on a layer that is %s", (_, trace) => {
    expect(compare(array, trace, machine)).toBeGreaterThan(50);
  });

  it("on a team whose last chunk is not the last to be done", () => {
    expect(checkLayer(array, lastChunkIsDoneFirst(), machine).difference).toBeUndefined();
  });

  it.each(backPressure)("when %s is in the way", (_, given) => {
    const narrow = withValues("swg", swgParameters, { ...small, ...given });
    expect(compare(array, halfFull, narrow)).toBeGreaterThan(500);
  });

  it("after a reset in the middle of a layer", () => compareAfterReset(array, machine));
});
