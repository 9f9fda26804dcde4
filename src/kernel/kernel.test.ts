import { describe, expect, it } from "vitest";
import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import type { CycleModel } from "../hardware/cycle-model.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { defaults } from "../parameter.ts";
import { linear } from "../workload/layer.ts";
import type { Kernel } from "./kernel.ts";
import { reference } from "./reference.ts";
import { fast } from "./wasm.ts";

const layer = linear("fc", 4, 4, 4);
const occupied = { layer, fmap: new Uint8Array(16).fill(1), emap: new Uint8Array(16).fill(1) };

const parameters = { lanes: { value: 4, unit: "lanes", about: "multipliers", max: 8 } };
const activityOf = (cycles: number, macs: number): Activity => ({
  cycles,
  macs,
  mapping: "none",
  breakdown: { ...emptyBreakdown(), busy: cycles * macs },
  events: noEvents(),
});
/** A machine that no kernel knows. */
const outsider: CycleModel<typeof parameters> = {
  name: "outsider",
  parameters,
  simulate({ layer: { N, C } }, { lanes }, onProgress) {
    onProgress?.(0.5);
    return activityOf(N * C, lanes);
  },
};
const withFast: typeof outsider = { ...outsider, simulateFast: (_, { lanes }) => activityOf(7, lanes) };

describe.each([reference, fast])("does a machine from outside run on a kernel? $name", (kernel: Kernel) => {
  it("as it defines itself, with its own parameters, and says how far it is", () => {
    const told: number[] = [];
    const run = kernel.simulate(outsider, occupied, { lanes: 3 }, (share) => told.push(share));
    expect(run).toEqual(activityOf(16, 3));
    expect(told).toEqual([0.5]);
  });

  it("under any name, that of a machine of the kernel's own included", () => {
    expect(kernel.simulate({ ...outsider, name: "swg" }, occupied, { lanes: 3 }).cycles).toBe(16);
  });

  it("not with parameters that it did not declare, nor with a layer that is none", () => {
    const run = (lanes: number, given: object = occupied) =>
      kernel.simulate(outsider, given as typeof occupied, { lanes });
    expect(() => run(9)).toThrow("parameter outsider.lanes must be a whole number from 1 to 8, got 9");
    expect(() => run(3, { ...occupied, fmap: new Uint8Array(2) })).toThrow(InputError);
  });
});

describe("who runs a model that has a fast form?", () => {
  it("the fast kernel runs that form, the reference the definition", () => {
    expect(fast.simulate(withFast, occupied, { lanes: 3 }).cycles).toBe(7);
    expect(reference.simulate(withFast, occupied, { lanes: 3 }).cycles).toBe(16);
  });

  it("the engine runs SWG and nothing made from it", () => {
    let runs = 0;
    const simulate: typeof swgCycleModel.simulate = (...given) => {
      runs++;
      return swgCycleModel.simulate(...given);
    };
    const copy = { ...swgCycleModel, simulate };
    const expected = fast.simulate(swgCycleModel, occupied, defaults(swgParameters));
    expect(fast.simulate(copy, occupied, defaults(swgParameters))).toEqual(expected);
    expect(runs).toBe(1);
  });
});

it.each([reference, fast])("a mask that wants everything is none: $name", (kernel) => {
  const p = defaults(swgParameters);
  const whole = { ...occupied, mask: new Uint8Array(16).fill(1) };
  expect(kernel.simulate(swgCycleModel, whole, p)).toEqual(kernel.simulate(swgCycleModel, occupied, p));
});
