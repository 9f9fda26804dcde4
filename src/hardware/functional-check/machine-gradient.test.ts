import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayerTrace } from "../../../test/random-layers.ts";
import { sharedTraces } from "../../../test/shared-data.ts";
import { withValues } from "../../parameter.ts";
import { openTrace } from "../../trace/file.ts";
import { occupancy } from "../../trace/occupancy.ts";
import { weightGradient } from "../../training/weight-gradient.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { candidates } from "../mapper/mapper.ts";
import { swgParameters } from "../parameters.ts";
import { countValidPairs } from "../valid-data-trace/valid-pairs.ts";
import { machineGradient } from "./machine-gradient.ts";

const statisticsOf = (trace: Parameters<typeof occupancy>[0]) =>
  layerStatistics(flattenPointwise(occupancy(trace)));

describe("does the machine compute the gradient, in its own order of work?", () => {
  it("equals the reference exactly on small integers, each valid pair multiplied once, under any mapping", () => {
    fc.assert(
      fc.property(
        anyLayerTrace,
        fc.record({ columns: fc.constantFrom(1, 2, 4, 6), rows: fc.constantFrom(1, 2, 4, 6) }),
        fc.nat(),
        (trace, size, pick) => {
          const parameters = withValues("swg", swgParameters, { ...size, accumulators: 36, vectorBits: 24 });
          const all = [...candidates(statisticsOf(trace), parameters)];
          const mapping = all[pick % all.length];
          const { gradient, products } = machineGradient(trace, parameters, mapping);
          expect(gradient).toEqual(weightGradient(trace));
          expect(products).toBe(countValidPairs(occupancy(trace)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("equals the reference, whatever zeros are not skipped", () => {
    fc.assert(
      fc.property(
        anyLayerTrace,
        fc.record({
          vdt: fc.constantFrom("none", "fmap", "emap", "both"),
          gradientSkip: fc.boolean(),
          intraColumn: fc.boolean(),
          interColumn: fc.boolean(),
        }),
        (trace, switches) => {
          const parameters = withValues("swg", swgParameters, { columns: 4, rows: 4, ...switches });
          const [mapping] = candidates(statisticsOf(trace), parameters);
          expect(machineGradient(trace, parameters, mapping).gradient).toEqual(weightGradient(trace));
        },
      ),
      { numRuns: 60 },
    );
  });

  const traces = sharedTraces();
  it.skipIf(traces.length === 0)("is within 1e-12 of the layer's largest magnitude on real tensors", () => {
    const parameters = withValues("swg", swgParameters, {});
    for (const { path } of traces.filter(({ name }) => name.startsWith("vgg8"))) {
      const file = openTrace(path);
      for (const name of ["conv_0", "conv_11"]) {
        const trace = file.read(name);
        const [mapping] = candidates(statisticsOf(trace), parameters);
        const { gradient, products } = machineGradient(trace, parameters, mapping);
        const expected = weightGradient(trace);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        let worst = 0;
        for (const [i, value] of gradient.entries()) worst = Math.max(worst, Math.abs(value - expected[i]));
        expect(worst / largest).toBeLessThanOrEqual(1e-12);
        expect(products).toBe(countValidPairs(occupancy(trace)));
      }
    }
  });
});
