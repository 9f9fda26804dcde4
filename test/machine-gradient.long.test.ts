import { describe, expect, it } from "vitest";
import { machineGradient } from "../src/hardware/functional-check/machine-gradient.ts";
import { swgParameters } from "../src/hardware/parameters.ts";
import { fast, fastMapping } from "../src/kernel/wasm.ts";
import { defaults } from "../src/parameter.ts";
import { openTrace } from "../src/trace/file.ts";
import { occupancy } from "../src/trace/occupancy.ts";
import { weightGradient } from "../src/training/weight-gradient.ts";
import { oraclePath, sharedTraces } from "./shared-data.ts";

const files = [...sharedTraces().map(({ path }) => path), oraclePath()].filter((path) => path !== undefined);

describe.skipIf(files.length === 0)(
  "does the machine compute the right gradient on real tensors, as it is mapped?",
  () => {
    it("on every file there is", () => expect(files.length).toBeGreaterThan(0));

    for (const path of files) {
      const trace = openTrace(path);
      it.each(trace.layers.map(({ name }) => name))(`${trace.labels.network}: %s`, (name) => {
        const layer = trace.read(name);
        const parameters = defaults(swgParameters);
        // the engine chooses as the cycle model does, which src/kernel/conformance.long.test.ts holds it to, and sooner
        const mapping = fastMapping(occupancy(layer), parameters);
        const { gradient, products } = machineGradient(layer, parameters, mapping);
        const expected = weightGradient(layer);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        let worst = 0;
        for (const [i, value] of gradient.entries()) worst = Math.max(worst, Math.abs(value - expected[i]));
        expect(worst).toBeLessThanOrEqual(1e-12 * largest);
        expect(products).toBe(fast.validPairs(occupancy(layer)));
      });
    }
  },
);
