import { beforeAll, describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { type ArraySimulator, checkRandom, checkText } from "./check.ts";
import { Circuit } from "./circuit.ts";
import { circuitSimulator } from "./circuit-simulator.ts";
import { designParameters, designSource } from "./design.ts";

const machine = withValues("swg", swgParameters, { columns: 2, rows: 4, clusterSize: 4 });

describe("does the array in SystemVerilog do what the cycle model says, in every cycle?", () => {
  let array: ArraySimulator;
  beforeAll(async () => {
    array = circuitSimulator(await Circuit.compile(designSource("swg", designParameters(machine))));
  }, 600_000);

  it("on 20,000 cycles of layers drawn at random, any mapping", () => {
    const result = checkRandom(array, machine, { seed: 1, cycles: 20_000 });
    expect(checkText(result)).toMatch(/^\d+ cycles of \d+ layers compared: 0 differences/);
  });
});
