import { expect, it, vi } from "vitest";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { reference } from "../kernel/reference.ts";
import { fast } from "../kernel/wasm.ts";
import { withValues } from "../parameter.ts";
import { syntheticOccupancy } from "../trace/synthetic.ts";
import { linear } from "../workload/layer.ts";
import { watchedKernel } from "./watched-kernel.ts";

const occupied = syntheticOccupancy(linear("fc", 6000, 2, 2), { fmap: 0.5, emap: 0.5 }, 1);
const parameters = withValues("swg", swgParameters, { columns: 1, rows: 1, traces: 3 });

it.each([fast, reference])("how far is a layer, inside it? $name", (kernel) => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const shares: number[] = [];
    const watched = watchedKernel(kernel, 2, (share) => shares.push(share));
    const told: number[] = [];
    kernel.simulate(swgCycleModel, occupied, parameters, (share) => told.push(share));
    expect(told.length).toBeGreaterThan(4);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told[0]).toBeLessThan(0.2);
    expect(told.at(-1)).toBeGreaterThan(0.8);
    expect(told.at(-1)).toBeLessThanOrEqual(1);
    vi.advanceTimersByTime(1000);
    expect(watched.simulate(swgCycleModel, occupied, parameters)).toEqual(
      kernel.simulate(swgCycleModel, occupied, parameters),
    );
    vi.advanceTimersByTime(1000);
    watched.simulate(swgCycleModel, occupied, parameters);
    // once in 200 ms: the first word of each of two runs
    expect(shares).toEqual([told[0] / 2, (1 + told[0]) / 2]);
  } finally {
    vi.useRealTimers();
  }
});
