import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyExtremeSwg, anyOccupancy, anySwg } from "../../test/random-layers.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
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
        expect(fast.simulate(swgCycleModel, occupied, parameters)).toEqual(
          reference.simulate(swgCycleModel, occupied, parameters),
        );
      });
  }
});

describe("and on layers of ImageNet, where DRAM is read dozens of episodes ahead?", () => {
  const trace = syntheticTrace("alexnet", 4, 1);
  it.each(["features.6", "features.8", "features.10"])("alexnet, batch 4: %s", (name) => {
    const occupied = trace.occupancy(name);
    const parameters = defaults(swgParameters);
    expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
    expect(fast.simulate(swgCycleModel, occupied, parameters)).toEqual(
      reference.simulate(swgCycleModel, occupied, parameters),
    );
  });
});

/** How many layers are drawn, and from which seed; a failure names the seed and the smallest layer that fails. */
const drawn = Number(process.env.SWG_LAYERS ?? 2000);
const seed = Number(process.env.SWG_SEED ?? 1);

/** What comes of it, or the line that refuses it. */
function outcome<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe("and on layers and machines drawn at random, the degenerate ones among them?", () => {
  const anyMachine = fc.oneof(fc.constant({}), anySwg, anyExtremeSwg, anyExtremeSwg);

  it(
    `${drawn} layers from seed ${seed}: the same valid pairs, the same account, the same refusals`,
    () => {
      fc.assert(
        fc.property(anyOccupancy, anyMachine, (occupied, given) => {
          const parameters = withValues("swg", swgParameters, { ...given });
          expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
          expect(outcome(() => fast.simulate(swgCycleModel, occupied, parameters))).toEqual(
            outcome(() => reference.simulate(swgCycleModel, occupied, parameters)),
          );
        }),
        { numRuns: drawn, seed },
      );
    },
    300_000 + 200 * drawn,
  );
});
