import { describe, expect, it } from "vitest";
import { select } from "../accelerators/machine.ts";
import { lnpuPoints } from "../energy/lnpu.ts";
import { reference } from "../kernel/reference.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import { linear } from "../workload/layer.ts";
import { runTrace } from "./run-trace.ts";

/** Linear layers of 10 images, 10 channels and 10 k's, of each map the first `nonzeros` values not zero. */
function stepOf(layers: readonly { fmap: number; emap: number }[]): OccupancySource {
  const flags = (nonzeros: number) => Uint8Array.from({ length: 100 }, (_, i) => (i < nonzeros ? 1 : 0));
  const shapes = layers.map((_, i) => linear(`fc${i}`, 10, 10, 10));
  return {
    source: "test",
    labels: { network: "n", dataset: "d", step: 0, batch: 10 },
    layers: shapes,
    occupancy(name): Occupancy {
      const i = shapes.findIndex((layer) => layer.name === name);
      return { layer: shapes[i], fmap: flags(layers[i].fmap), emap: flags(layers[i].emap) };
    },
  };
}
const fp8 = { format: "fp8" };
const totalsOf = (layers: Parameters<typeof stepOf>[0], given: object = {}, node = "65") => {
  const machines = [select("lnpu", fp8), select("lnpu-swg", { ...fp8, ...given }), select("dense")];
  return runTrace(stepOf(layers), machines, reference, { phases: ["ff", "bp", "wg"], node }).totals;
};
const efficiencyOf = (...step: Parameters<typeof totalsOf>) => totalsOf(...step).denseTopsPerWatt!;
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

  const twoLayers = [
    { fmap: 30, emap: 50 },
    { fmap: 20, emap: 40 },
  ];

  it("with SWG, FF and BP as LNPU's, WG by SWG's energy on chip at LNPU's voltage; no other machine", () => {
    const { denseTopsPerWatt, results } = totalsOf(twoLayers);
    const { ff, bp } = denseTopsPerWatt!.lnpu;
    // by hand: 3.755 V^2 - 4.398 V + 1.975 at 0.78 V and at 1.1 V
    const wg = (2 * 2000) / (results["lnpu-swg"].energy.onChipPj * (0.829102 / 1.68075));
    const step = 5 / (2 / ff! + 1 / bp! + 2 / wg);
    expect(denseTopsPerWatt).toEqual({ lnpu: expect.anything(), "lnpu-swg": expect.anything() });
    expect(denseTopsPerWatt!["lnpu-swg"]).toMatchObject({ ff, bp });
    expect(denseTopsPerWatt!["lnpu-swg"].wg).toBeCloseTo(wg, 4);
    expect(denseTopsPerWatt!["lnpu-swg"].step).toBeCloseTo(step, 4);
  });

  it("no step where SWG's energy is not of LNPU's format or node", () => {
    for (const efficiencies of [
      efficiencyOf(twoLayers, { format: "bf16" }),
      efficiencyOf(twoLayers, {}, "28"),
    ])
      expect(Object.keys(efficiencies["lnpu-swg"])).toEqual(["ff", "bp"]);
  });
});
