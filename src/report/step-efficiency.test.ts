import { describe, expect, it } from "vitest";
import { lnpuPoints } from "../energy/lnpu.ts";
import { reference } from "../kernel/reference.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import { linear } from "../workload/layer.ts";
import { runTrace } from "./run-trace.ts";
import { select } from "./selection.ts";

/** Linear layers of 10 images, 10 channels and 10 k's, of each map the first `nonzeros` values not zero. */
function stepOf(layers: readonly { fmap: number; emap: number }[]): OccupancySource {
  const flags = (nonzeros: number) => Uint8Array.from({ length: 100 }, (_, i) => (i < nonzeros ? 1 : 0));
  const shapes = layers.map((_, i) => linear(`fc${i}`, 10, 10, 10));
  return {
    ...{ source: "test", labels: { network: "n", dataset: "d", step: 0, batch: 10 }, layers: shapes },
    occupancy(name): Occupancy {
      const i = shapes.findIndex((layer) => layer.name === name);
      return { layer: shapes[i], fmap: flags(layers[i].fmap), emap: flags(layers[i].emap) };
    },
  };
}
const efficiencyOf = (layers: Parameters<typeof stepOf>[0]) => {
  const machines = ["lnpu", "lnpu-swg", "dense"].map((name) => select(name));
  return runTrace(stepOf(layers), machines, reference, { phases: ["ff", "bp", "wg"] }).totals
    .denseTopsPerWatt!;
};
const [dense, sparse] = lnpuPoints.map(({ denseTopsPerWatt }) => denseTopsPerWatt);

describe("what is the efficiency of a step?", () => {
  it("in every phase that of LNPU's points, where the inputs have as many zeros", () => {
    const { lnpu } = efficiencyOf([
      { fmap: 10, emap: 100 },
      { fmap: 10, emap: 100 },
    ]);
    // WG skips the map with more zeros
    expect([lnpu.ff, lnpu.bp, lnpu.wg].map((value) => value?.toFixed(8))).toEqual(
      [sparse, dense, sparse].map((value) => value.toFixed(8)),
    );
  });

  it("all operations by all energy: two layers of FF and WG at one point, one of BP at the other", () => {
    const { lnpu } = efficiencyOf([
      { fmap: 10, emap: 100 },
      { fmap: 10, emap: 100 },
    ]);
    expect(lnpu.step).toBeCloseTo(5 / (4 / sparse + 1 / dense), 8);
  });

  it("with SWG, FF and BP as LNPU's; no step without SWG's energy; no other machine", () => {
    const efficiencies = efficiencyOf([
      { fmap: 30, emap: 50 },
      { fmap: 20, emap: 40 },
    ]);
    const { ff, bp } = efficiencies.lnpu;
    expect(efficiencies).toEqual({ lnpu: expect.anything(), "lnpu-swg": { ff, bp } });
  });
});
