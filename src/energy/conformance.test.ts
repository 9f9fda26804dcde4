import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import { phasesOf } from "../accelerators/accelerator.ts";
import { trialOf } from "../accelerators/conformance.ts";
import { accelerators } from "../accelerators/index.ts";
import { fast } from "../kernel/wasm.ts";
import { type Parameters, withValues } from "../parameter.ts";
import type { Phase } from "../workload/phase.ts";
import { pricingRules } from "./pricing-rules.ts";

/** Any of a machine's switches and choices; its numbers as declared. */
const anySettings = (parameters: Parameters): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [
        name,
        "choices" in parameter
          ? fc.constantFrom(...parameter.choices)
          : typeof parameter.value === "boolean"
            ? fc.boolean()
            : fc.constant(parameter.value),
      ]),
    ),
  );

const machinePhases = Object.keys(accelerators).flatMap((name) =>
  phasesOf(accelerators[name]).map((phase): [string, Phase] => [name, phase]),
);

describe.each(machinePhases)("can the energy and area of %s be computed in %s?", (name, phase) => {
  it(Object.keys(pricingRules).join("; "), () => {
    const accelerator = accelerators[name];
    holds(
      fc.property(anyOccupancy, anySettings(accelerator.parameters), (occupancy, given) => {
        const values = withValues(name, accelerator.parameters, { ...given });
        const trial = trialOf(accelerator, phase, occupancy, values, fast);
        for (const [rule, check] of Object.entries(pricingRules))
          expect([rule, check(trial)]).toEqual([rule, undefined]);
      }),
      30,
    );
  });
});
