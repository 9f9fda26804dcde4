import { simulatorOf } from "../accelerators/accelerator.ts";
import type { Machine } from "../accelerators/machine.ts";
import { dramTraffic } from "../energy/dram-traffic.ts";
import { energyOf } from "../energy/energy.ts";
import { rooflineOf } from "../energy/roofline.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import { denseMacs } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { boundParameters, boundWork, layerBound } from "./bound.ts";
import { energyResult } from "./energy-result.ts";
import { pairsOnce } from "./pairs-once.ts";
import { type Pricing, priced } from "./pricing.ts";
import type { LayerReport, LayerResult } from "./report.ts";

/** One layer's weight gradient on each machine, and its `phases` on those that compute them. */
export function runLayer(
  occupied: Occupancy,
  machines: readonly Machine[],
  given: Kernel,
  pricing: Pricing,
  phases?: readonly Phase[],
): LayerReport {
  const kernel = pairsOnce(given);
  const { layer, fmap, emap, mask } = occupied;
  const share = (flags: Uint8Array) => countOnes(flags) / flags.length;
  const validMacs = kernel.validPairs(occupied);
  const work = { denseMacs: denseMacs(layer), validMacs };
  const bound = layerBound(boundWork(occupied, validMacs), boundParameters(machines));
  const resultsOf = (phase: Phase, valid: number) =>
    phaseResults(occupied, machines, kernel, pricing, phase, { ...work, validMacs: valid });
  const results = resultsOf("wg", validMacs);
  const others = (phases ?? []).map((phase) => {
    const valid = phase === "wg" ? validMacs : kernel.validPairs(phaseOccupancy(occupied, phase));
    return { phase, valid, results: phase === "wg" ? results : resultsOf(phase, valid) };
  });
  return {
    name: layer.name,
    ...work,
    densities: { fmap: share(fmap), emap: share(emap), mask: mask ? share(mask) : 1 },
    boundCycles: bound.cycles,
    boundBy: bound.by,
    results,
    ...(phases && {
      phases: Object.fromEntries(others.map(({ phase, results }) => [phase, results])),
      phaseValidMacs: Object.fromEntries(others.map(({ phase, valid }) => [phase, valid])),
    }),
  };
}

function phaseResults(
  occupied: Occupancy,
  machines: readonly Machine[],
  kernel: Kernel,
  pricing: Pricing,
  phase: Phase,
  work: { readonly validMacs: number; readonly denseMacs: number },
): Record<string, LayerResult> {
  const results = machines.flatMap(({ label, accelerator, parameters }): [string, LayerResult][] => {
    const simulate = simulatorOf(accelerator, phase);
    if (!simulate) return [];
    const activity = simulate(occupied, parameters, kernel);
    const { cycles, macs, breakdown, events, mapping } = activity;
    const components = accelerator.components(parameters);
    const result = {
      cycles,
      macs,
      macUtilization: work.validMacs / (macs * cycles),
      breakdown,
      events,
      energy: energyResult(energyOf(events, cycles, priced(components, pricing)), work),
      dram: dramTraffic(events, pricing.dram),
      roofline: rooflineOf(work, activity, components, pricing.dram),
      mapping,
    };
    return [[label, result]];
  });
  return Object.fromEntries(results);
}
