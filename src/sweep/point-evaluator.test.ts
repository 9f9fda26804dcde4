import { expect, it } from "vitest";
import { tinyTrace } from "../../test/run-swg.ts";
import { accelerators } from "../accelerators/index.ts";
import { machineOf } from "../accelerators/machine.ts";
import { fast } from "../kernel/wasm.ts";
import { pricingOf } from "../report/pricing.ts";
import { openTrace } from "../trace/file.ts";
import { type BuiltPoint, pointEvaluator, sharedOutcome } from "./point-evaluator.ts";

const trace = openTrace(tinyTrace);
const layers = trace.layers.filter(({ name }) => ["conv4", "fc"].includes(name));

/** Two works, one of them with one layer alone, on two machines. */
const point = (teamColumns: number): BuiltPoint => ({
  works: [
    { key: "both", trace, layers },
    { key: "one", trace, layers: layers.slice(1) },
  ],
  machines: [
    machineOf("swg", accelerators.swg, { columns: 4, teamColumns }),
    machineOf("dense", accelerators.dense, {}),
  ],
  pricing: pricingOf(),
});

it.each([1, 7])(
  "is a point the same whose layers were shared among threads? teams of %d columns",
  (columns) => {
    const asked = point(columns);
    // each layer with an evaluator of its own, as if in a thread of its own
    const found = asked.works.map((work, i) =>
      work.layers.map((_, layer) => structuredClone(pointEvaluator(fast).layerOutcome(asked, i, layer))),
    );
    const alone = pointEvaluator(fast).evaluate(asked);
    expect(sharedOutcome(asked, found)).toEqual(alone);
    expect(Object.keys(alone)).toEqual([columns === 1 ? "result" : "impossible"]);
  },
);
