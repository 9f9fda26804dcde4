import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { select } from "../accelerators/machine.ts";
import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import { InputError } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { reference } from "../kernel/reference.ts";
import { fast } from "../kernel/wasm.ts";
import { openTrace } from "../trace/file.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { linear } from "../workload/layer.ts";
import type { PricingOptions } from "./pricing.ts";
import { runTrace } from "./run-trace.ts";
import { reportJson } from "./write-report.ts";

// two linear layers, 2 images: 2 x 3 and 2 x 1 MACs; "b" has no valid pair and a mask that wants half
const layerTraces: readonly LayerTrace[] = [
  { layer: linear("a", 2, 1, 3), fmap: Float32Array.of(1, 0), emap: Float32Array.of(1, 2, 0, 1, 1, 1) },
  {
    layer: linear("b", 2, 2, 1),
    fmap: Float32Array.of(0, 0, 0, 0),
    emap: Float32Array.of(5, 5),
    mask: Uint8Array.of(1, 0),
  },
];
const labels = { network: "n", dataset: "d", step: 3, batch: 2 };
const trace = memoryTrace("test", labels, layerTraces);

/** SWG that takes 10 cycles for every layer, 2 of them with work. */
const activity: Activity = {
  cycles: 10,
  macs: 4,
  mapping: "fixed",
  breakdown: { ...emptyBreakdown(), busy: 8, dram: 32 },
  events: {
    ...noEvents(),
    macs: 8,
    fmapReadBytes: 1,
    emapReadBytes: 2,
    gradientWriteBytes: 3,
    dramReadBytes: 4,
    dramWriteBytes: 5,
    looks: 6,
  },
};
const kernel: Kernel = { ...reference, simulate: () => activity };
const selections = [select("swg", { columns: 2, rows: 2, macs: 1 }), select("dense", { macs: 4 })];

describe("what does a report say of a run?", () => {
  const report = runTrace(trace, selections, kernel);

  it("the trace's labels, and the machines with their parameters", () => {
    expect(report).toMatchObject({ schemaVersion: 1, engine: "reference", trace: trace.labels });
    expect(report.machines.dense.parameters).toMatchObject({ macs: 4 });
    expect(report.machines.swg.parameters).toMatchObject({ columns: 2, rows: 2, format: "bf16" });
  });

  it("each layer's work and densities; without a mask its density is 1", () => {
    const [a, b] = report.layers;
    expect(a).toMatchObject({ name: "a", denseMacs: 6, validMacs: 2 });
    expect(a.densities).toEqual({ fmap: 0.5, emap: 5 / 6, mask: 1 });
    expect(b.densities).toEqual({ fmap: 0, emap: 1, mask: 0.5 });
  });

  it("each machine's cycles, multipliers, breakdown, and valid MACs over multipliers x cycles", () => {
    const [{ results }] = report.layers;
    const { cycles, macs, breakdown, events, mapping } = activity;
    expect(results.swg).toMatchObject({ cycles, macs, macUtilization: 2 / 40, breakdown, events, mapping });
    expect(results.dense).toMatchObject({ cycles: 2, macs: 4, macUtilization: 2 / 8 });
  });

  it("a layer without valid pairs has utilisation 0", () => {
    const [, { validMacs, results }] = report.layers;
    expect([validMacs, results.swg.macUtilization, results.dense.macUtilization]).toEqual([0, 0, 0]);
  });

  it("totals are sums over the layers, speedups their ratios", () => {
    const { totals } = report;
    const boundCycles = report.layers[0].boundCycles + report.layers[1].boundCycles;
    expect(totals).toMatchObject({ denseMacs: 10, validMacs: 2, boundCycles });
    expect(totals.results.swg).toMatchObject({
      cycles: 20,
      macs: 4,
      macUtilization: 2 / 80,
      speedupOver: { dense: 3 / 20 },
      breakdown: { busy: 16, dram: 64, mapping: 0 },
      events: { fmapReadBytes: 2, looks: 12 },
    });
    expect(totals.results.dense).toMatchObject({ cycles: 3, speedupOver: { swg: 20 / 3 } });
  });

  it("without SWG in the run the bound is that of SWG's defaults", () => {
    const withDefaults = runTrace(trace, [select("swg")], kernel);
    const without = runTrace(trace, [select("dense")], kernel);
    expect(without.totals.boundCycles).toBe(withDefaults.totals.boundCycles);
  });
});

describe("what does a report say of the phases?", () => {
  const machines = [
    select("swg", { columns: 2, rows: 2, macs: 1 }),
    select("dense", { macs: 4 }),
    select("lnpu"),
  ];
  const report = runTrace(trace, machines, kernel, { phases: ["wg", "bp", "ff"] });
  const [a, b] = report.layers;

  it("nothing where it was not asked for any", () => {
    const { layers, totals } = runTrace(trace, machines, kernel);
    for (const part of [...layers, totals]) {
      expect(part).not.toHaveProperty("phases");
      expect(part).not.toHaveProperty("phaseValidMacs");
    }
    expect(totals).not.toHaveProperty("denseTopsPerWatt");
  });

  it("results stay WG's; each phase has the form of results; a machine without the phase is not there", () => {
    expect({ ...b, phases: undefined, phaseValidMacs: undefined }).toEqual({
      ...runTrace(trace, machines, kernel).layers[1],
      phases: undefined,
      phaseValidMacs: undefined,
    });
    expect(Object.keys(b.phases!)).toEqual(["ff", "bp", "wg"]);
    expect(b.phases!.wg).toEqual(b.results);
    expect(Object.keys(b.phases!.ff!)).toEqual(["dense", "lnpu"]);
    expect(Object.keys(b.phases!.bp!)).toEqual(["dense", "lnpu"]);
    expect(Object.keys(b.phases!.ff!.lnpu)).toEqual(Object.keys(b.results.lnpu));
  });

  it("the first layer of the trace has no BP, whichever layers run", () => {
    expect(Object.keys(a.phases!)).toEqual(["ff", "wg"]);
    const only = (name: string) =>
      runTrace(trace, machines, kernel, { layers: [name], phases: ["bp"] }).totals.phases;
    expect(only("a")).toEqual({});
    expect(Object.keys(only("b")!)).toEqual(["bp"]);
  });

  it("useful MACs: nonzeros of the phase's map with weights that the mask keeps", () => {
    // a: one nonzero of the fmap x 3 k's; b: none in the fmap, two in the emap x 1 of 2 channels
    expect(a.phaseValidMacs).toEqual({ ff: 3, wg: 2 });
    expect(b.phaseValidMacs).toEqual({ ff: 0, bp: 2, wg: 0 });
    expect(report.totals.phaseValidMacs).toEqual({ ff: 3, bp: 2, wg: 2 });
    expect(b.phases!.bp!.dense.macUtilization).toBe(2 / 4);
  });

  it("totals are sums over the layers that have the phase", () => {
    const { phases } = report.totals;
    const of = (layer: typeof a, phase: "ff" | "bp") => layer.phases![phase]!.lnpu.cycles;
    expect(phases!.ff!.lnpu).toMatchObject({ cycles: of(a, "ff") + of(b, "ff") });
    expect(phases!.bp!.lnpu).toMatchObject({ cycles: of(b, "bp"), macUtilization: 2 / (256 * of(b, "bp")) });
    expect(phases!.bp!.dense.speedupOver).toEqual({ lnpu: of(b, "bp") });
    expect(phases!.wg).toEqual(report.totals.results);
  });

  it("a phase that no machine of the run computes is refused", () => {
    expect(() => runTrace(trace, [select("swg"), select("sparten")], kernel, { phases: ["bp"] })).toThrow(
      new InputError(
        "phase bp must be computed by a machine of the run, is by none of swg, sparten; those that do: trainware, dense, lnpu, lnpu-swg, outer-product, ant, tensordash, sparsetrain, procrustes",
      ),
    );
  });
});

describe("which layers run?", () => {
  const names = (layers: string[]) =>
    runTrace(trace, selections, kernel, { layers }).layers.map(({ name }) => name);

  it("those named, in the order of the trace", () => {
    expect(names(["b"])).toEqual(["b"]);
    expect(names(["b", "a"])).toEqual(["a", "b"]);
  });

  it("an unknown one is refused, and so is one named twice", () => {
    expect(() => names(["c"])).toThrow(new InputError('unknown layer "c"; known: a, b'));
    expect(() => names(["a", "a"])).toThrow(new InputError('layer "a" is named twice'));
  });

  it("progress is told before each layer's turn, and before each step of its ablation", () => {
    const heard: { what: string; share: number }[] = [];
    runTrace(trace, selections, kernel, {
      ablation: true,
      onProgress: ({ what, done, of }) => heard.push({ what, share: done / of }),
    });
    expect(heard).toHaveLength(2 * 13);
    expect(heard.map(({ what }) => what).filter((what) => !what.includes("ablation"))).toEqual(["a", "b"]);
    expect(heard[1].what).toBe("a, ablation, step 1 of 12");
    expect(heard[0].share).toBe(0);
    for (let i = 1; i < heard.length; i++) expect(heard[i].share).toBeGreaterThan(heard[i - 1].share);
    // the last step counts two simulations of the smaller layer's 29, which has a third of the work or more
    expect(heard.at(-1)!.share).toBeGreaterThan(0.95);
    expect(heard.at(-1)!.share).toBeLessThan(1);
  });

  it("a layer's maps are read once, however much is simulated on them", () => {
    const read: string[] = [];
    const counting = {
      ...trace,
      occupancy(name: string) {
        read.push(name);
        return trace.occupancy(name);
      },
    };
    runTrace(counting, selections, kernel, { ablation: true });
    expect(read).toEqual(["a", "b"]);
  });
});

describe("is a report of a real training step whole, and the same on two runs?", () => {
  const path = fileURLToPath(new URL("../../test/data/tiny.safetensors", import.meta.url));
  const run = (pricing: PricingOptions = {}) =>
    runTrace(
      openTrace(path),
      ["swg", "trainware", "dense"].map((name) => select(name)),
      reference,
      {
        layers: ["conv1", "conv4"],
        ...pricing,
      },
    );
  const first = reportJson(run());

  it("byte for byte the same", () => expect(reportJson(run())).toBe(first));

  it("and from the fast engine, but for its name", () => {
    const names = ["swg", "trainware", "dense"];
    const report = runTrace(
      openTrace(path),
      names.map((name) => select(name)),
      fast,
      {
        layers: ["conv1", "conv4"],
      },
    );
    expect(reportJson({ ...report, engine: "reference" })).toBe(first);
  });

  it("energy adds up over parts and layers; another node and DRAM change it and nothing else", () => {
    const { layers, totals, machines } = run();
    for (const [name, { energy }] of Object.entries(totals.results)) {
      const ofLayers = layers.map(({ results }) => results[name].energy);
      expect(energy.totalPj).toBe(ofLayers.reduce((sum, { totalPj }) => sum + totalPj, 0));
      expect(energy.totalPj).toBe(Object.values(energy.partsPj).reduce((sum, pj) => sum + pj, 0));
      expect(energy.onChipPj + energy.partsPj.dram).toBe(energy.totalPj);
      expect(energy.effectiveTopsPerWatt).toBe((2 * totals.validMacs) / energy.totalPj);
      expect(energy.denseEquivalentTopsPerWattOnChip).toBe((2 * totals.denseMacs) / energy.onChipPj);
      const { parts, total } = machines[name].areaMm2;
      expect(Object.values(parts).reduce((sum, mm2) => sum + mm2, 0)).toBe(total);
    }
    const other = run({ node: "28", dram: "hbm2" });
    expect(other.pricing).toMatchObject({
      node: "28",
      nm: 28,
      voltage: 0.9,
      dram: "hbm2",
      dramPjPerBit: 3.9,
    });
    const [a, b] = [totals.results.swg, other.totals.results.swg];
    expect([b.cycles, b.events]).toEqual([a.cycles, a.events]);
    expect(b.energy.onChipPj).toBeLessThan(a.energy.onChipPj);
    expect(b.energy.partsPj.dram).toBeLessThan(a.energy.partsPj.dram);
  });

  it("every MAC-cycle accounted for, SWG busy for the valid MACs alone, nothing null", () => {
    expect(first).not.toMatch(/null/);
    const { layers } = run();
    for (const { validMacs, results } of layers) {
      expect(results.swg.breakdown.busy).toBe(validMacs);
      for (const { breakdown, macs, cycles } of Object.values(results))
        expect(Object.values(breakdown).reduce((sum, n) => sum + n, 0)).toBe(macs * cycles);
    }
  });
});
