import { dramTraffic } from "../energy/dram-traffic.ts";
import { energyOf } from "../energy/energy.ts";
import { rooflineOf } from "../energy/roofline.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { denseMacs } from "../workload/layer.ts";
import { layerBound } from "./bound.ts";
import { energyResult } from "./energy-result.ts";
import { type Pricing, priced } from "./pricing.ts";
import type { LayerReport, LayerResult } from "./report.ts";
import { type Selection, swgParametersOf } from "./selection.ts";

/** One layer on each selected machine. */
export function runLayer(
  occupied: Occupancy,
  selections: readonly Selection[],
  kernel: Kernel,
  pricing: Pricing,
): LayerReport {
  const { layer, fmap, emap, mask } = occupied;
  const share = (flags: Uint8Array) => countOnes(flags) / flags.length;
  const validMacs = kernel.validPairs(occupied);
  const work = { denseMacs: denseMacs(layer), validMacs };
  const bound = layerBound(occupied, validMacs, swgParametersOf(selections));
  const results = selections.map(({ name, accelerator, parameters }): [string, LayerResult] => {
    const activity = accelerator.simulate(occupied, parameters, kernel);
    const { cycles, macs, breakdown, events, mapping } = activity;
    const components = accelerator.components(parameters);
    const result = {
      ...{ cycles, macs, macUtilization: validMacs / (macs * cycles), breakdown, events },
      energy: energyResult(energyOf(events, cycles, priced(components, pricing)), work),
      dram: dramTraffic(events, pricing.dram),
      roofline: rooflineOf(work, activity, components, pricing.dram),
      mapping,
    };
    return [name, result];
  });
  return {
    ...{ name: layer.name, ...work },
    densities: { fmap: share(fmap), emap: share(emap), mask: mask ? share(mask) : 1 },
    ...{ boundCycles: bound.cycles, boundBy: bound.by, results: Object.fromEntries(results) },
  };
}
