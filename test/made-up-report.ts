import { areaParts } from "../src/energy/area.ts";
import { energyParts, type PartsPj } from "../src/energy/energy.ts";
import type { Roofline } from "../src/energy/roofline.ts";
import { type EventCounts, emptyBreakdown, noEvents } from "../src/events.ts";
import type { Ablation } from "../src/report/ablation.ts";
import { energyResult } from "../src/report/energy-result.ts";
import type { LayerReport, LayerResult, MachineReport, Report, TotalResult } from "../src/report/report.ts";

const events: EventCounts = {
  ...noEvents(),
  macs: 1,
  fmapReadBytes: 2,
  emapReadBytes: 3,
  gradientWriteBytes: 4,
  dramReadBytes: 5,
  dramWriteBytes: 6,
  looks: 7,
};

const dram = { fmapBytes: 200, emapBytes: 300, gradientBytes: 500, maskBytes: 0, rowHits: 30, rowMisses: 2 };
const area = { parts: Object.fromEntries(areaParts.map((part) => [part, 1.5])), total: 12 };
const clock = { longestWayGates: 100, ownClockMhz: 227 };
const built = {
  areaMm2: area as MachineReport["areaMm2"],
  ...clock,
  clockMhz: 200,
  format: "bf16",
  declared: {},
} as const;
const roofline: Roofline = {
  validOpsPerByte: 2000,
  denseOpsPerByte: 150_000,
  peakGops: 102.4,
  dramMbps: 25_600,
  achievedGops: 40,
  denseEquivalentGops: 3000,
  attainableGops: 102.4,
  roof: "compute",
  withRows: { mbps: 20_000, attainableGops: 40, roof: "dram" },
};

/** A report whose layers are all alike, with numbers as wide as real ones. */
export function reportOf(
  layerNames: readonly string[],
  { denseMacs = 256, unlimitedPorts = false } = {},
): Report {
  /** 1 µJ of each part a layer, but 9 of DRAM */
  const energy = (layers: number) => {
    const parts = energyParts.map((part) => [part, layers * (part === "dram" ? 9e6 : 1e6)]);
    return energyResult(Object.fromEntries(parts) as PartsPj, work(layers));
  };
  const result = (cycles: number, macs: number, layers: number): LayerResult => {
    const all = layers * cycles * macs;
    const busy = layers * 1_000_000;
    const breakdown = { ...emptyBreakdown(), busy, betweenColumns: all / 2, dram: all / 2 - busy };
    const macUtilization = busy / all;
    const account = { cycles: layers * cycles, macs, macUtilization, breakdown, events };
    return { ...account, energy: energy(layers), dram, roofline, mapping: "made up" };
  };
  const results = (layers: number) => ({
    swg: result(10_000, 256, layers),
    trainware: result(294_912, 256, layers),
    dense: result(294_912, denseMacs, layers),
  });
  const work = (layers: number) => ({
    denseMacs: layers * 75_497_472,
    validMacs: layers * 1_000_000,
    boundCycles: layers * 4_000,
  });
  const layer = (name: string): LayerReport => ({
    name,
    ...work(1),
    densities: { fmap: 0.5, emap: 0.1, mask: 1 },
    boundBy: "dram",
    results: results(1),
  });
  const totals = results(layerNames.length);
  const withSpeedups = Object.entries(totals).map(([name, own]): [string, TotalResult] => {
    const others = Object.entries(totals).filter(([other]) => other !== name);
    const speedupOver = others.map(([other, { cycles }]) => [other, cycles / own.cycles]);
    return [name, { ...own, speedupOver: Object.fromEntries(speedupOver) }];
  });
  return {
    schemaVersion: 1,
    engine: "reference",
    trace: { network: "net", dataset: "pictures", step: 7, batch: 8 },
    coverage: { layers: layerNames.length, notAskedFor: [], leftOutWithWeights: 0, leftOut: [], notes: [] },
    pricing: {
      node: "65",
      nm: 65,
      voltage: 1.1,
      scaling: [["65", 1]],
      about: "made up",
      dram: "lpddr4",
      dramPjPerBit: 8,
    },
    subject: "swg",
    machines: {
      swg: { title: "SWG", accelerator: "swg", ...built, parameters: { clockMhz: 200, unlimitedPorts } },
      trainware: { title: "TrainWare", ...built, parameters: {} },
      dense: { title: "Dense", ...built, parameters: {} },
    },
    layers: layerNames.map(layer),
    totals: { ...work(layerNames.length), results: Object.fromEntries(withSpeedups) },
  };
}

export function ablationOf(cycles: number): Ablation {
  const ports = { cycles, macUtilization: 0.5, speedupOverDense: 9.5 };
  const mechanisms = {
    vdt: "both",
    gradientSkip: true,
    intraColumn: true,
    interColumn: true,
  } as const;
  const row = (machine: string) => ({ machine, mechanisms, limitedPorts: ports, unlimitedPorts: ports });
  return { full: row("the full machine"), removed: [row("without one")], added: [row("nothing")] };
}
