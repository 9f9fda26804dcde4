import { describe, expect, it } from "vitest";
import { select } from "../accelerators/machine.ts";
import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import { linear } from "../workload/layer.ts";
import { runTrace } from "./run-trace.ts";

const layer = linear("a", 2, 4, 3);
/** A machine on which each mechanism that is off, and the port limits, cost cycles of their own. */
const cyclesOf = (p: SwgParameters): number =>
  100 +
  { both: 0, fmap: 1, emap: 2, none: 3 }[p.vdt] +
  (p.gradientSkip ? 0 : 10) +
  (p.intraColumn ? 0 : 20) +
  (p.interColumn ? 0 : 30) +
  (p.unlimitedPorts ? 0 : 1000);
const trace = memoryTrace("test", { network: "n", dataset: "d", step: 3, batch: 2 }, [
  { layer, fmap: new Float32Array(8).fill(1), emap: new Float32Array(6).fill(1) },
]);
const seen: SwgParameters[] = [];
const kernel: Kernel = {
  name: "fake",
  validPairs: () => 12,
  simulate(_model, _occupancy, values): Activity {
    const parameters = values as unknown as SwgParameters;
    seen.push(parameters);
    return {
      cycles: cyclesOf(parameters),
      macs: 2,
      mapping: "",
      breakdown: { ...emptyBreakdown(), busy: 2 * cyclesOf(parameters) },
      events: noEvents(),
    };
  },
};

describe("what is each mechanism worth?", () => {
  const machine = select("swg", { columns: 2, rows: 1, macs: 1, vdt: "none" });
  const { full, removed, added } = runTrace(trace, [machine], kernel, { ablation: true }).ablation!;
  const unlimited = (rows: typeof removed) => rows.map((row) => row.unlimitedPorts.cycles - 100);

  it("the full machine has them all, whatever is off in the parameters given", () => {
    const on = { gradientSkip: true, intraColumn: true, interColumn: true };
    expect(full.mechanisms).toEqual({ vdt: "both", ...on });
    expect(full.limitedPorts).toEqual({
      cycles: 1100,
      macUtilization: 12 / 2200,
      speedupOverDense: 12 / 1100,
    });
    expect(full.unlimitedPorts.cycles).toBe(100);
  });

  it("each is removed alone", () => {
    expect(unlimited(removed)).toEqual([3, 2, 1, 10, 20, 30]);
  });

  it("each is added to those before it, up to the full machine", () => {
    expect(unlimited(added)).toEqual([63, 61, 62, 60, 50, 30, 0]);
    expect(added.at(-1)).toMatchObject({ mechanisms: full.mechanisms, limitedPorts: full.limitedPorts });
  });

  it("no machine of the ablation runs twice, and sizes stay as given", () => {
    const [, ...ablated] = seen.map((p) => JSON.stringify(p));
    expect(new Set(ablated).size).toBe(ablated.length);
    expect(ablated).toHaveLength(24);
    expect(seen.every(({ columns, rows }) => columns === 2 && rows === 1)).toBe(true);
  });
});
