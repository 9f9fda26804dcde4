import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { denseMacs } from "../workload/layer.ts";
import { layerBound } from "./bound.ts";
import type { LayerReport, LayerResult } from "./report.ts";
import { type Selection, swgParametersOf } from "./selection.ts";

/** One layer on each selected machine. */
export function runLayer(occupied: Occupancy, selections: readonly Selection[], kernel: Kernel): LayerReport {
  const { layer, fmap, emap, mask } = occupied;
  const share = (flags: Uint8Array) => countOnes(flags) / flags.length;
  const validMacs = kernel.validPairs(occupied);
  const bound = layerBound(occupied, validMacs, swgParametersOf(selections));
  const results = selections.map(({ name, accelerator, parameters }): [string, LayerResult] => {
    const { cycles, macs, breakdown, events, mapping } = accelerator.simulate(occupied, parameters, kernel);
    return [name, { cycles, macs, macUtilization: validMacs / (macs * cycles), breakdown, events, mapping }];
  });
  return {
    ...{ name: layer.name, denseMacs: denseMacs(layer), validMacs },
    densities: { fmap: share(fmap), emap: share(emap), mask: mask ? share(mask) : 1 },
    ...{ boundCycles: bound.cycles, boundBy: bound.by, results: Object.fromEntries(results) },
  };
}
