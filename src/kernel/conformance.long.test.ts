import { describe, expect, it } from "vitest";
import { sharedTraces } from "../../test/shared-data.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { defaults, withValues } from "../parameter.ts";
import { openTrace } from "../trace/file.ts";
import { occupancy } from "../trace/occupancy.ts";
import { syntheticTrace } from "../trace/synthetic.ts";
import { reference } from "./reference.ts";
import { fast } from "./wasm.ts";

const machines = { default: {}, withoutLimits: { unlimitedPorts: true }, noTrace: { vdt: "none" } };

describe.skipIf(sharedTraces().length === 0)("is the fast engine the reference on every real layer?", () => {
  for (const { name, path } of sharedTraces()) {
    const trace = openTrace(path);
    for (const [machine, given] of Object.entries(machines))
      it.each(trace.layers.map((layer) => layer.name))(`${name}, ${machine}: %s`, (layer) => {
        const occupied = occupancy(trace.read(layer));
        const parameters = withValues("swg", swgParameters, given);
        expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
        expect(fast.swg(occupied, parameters)).toEqual(reference.swg(occupied, parameters));
      });
  }
});

describe("and on layers of ImageNet, where DRAM is read dozens of episodes ahead?", () => {
  const trace = syntheticTrace("alexnet", 4, 1);
  it.each(["features.6", "features.8", "features.10"])("alexnet, batch 4: %s", (name) => {
    const occupied = trace.occupancy(name);
    const parameters = defaults(swgParameters);
    expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
    expect(fast.swg(occupied, parameters)).toEqual(reference.swg(occupied, parameters));
  });
});
