import { accelerators } from "../accelerators/index.ts";
import { lnpuPj } from "../energy/lnpu.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { LayerReport, LayerResult } from "./report.ts";

/** TOPS/W by phase, and of all three together: operations of the dense layers, 2 a MAC, skipped ones counted; on chip. */
export type StepEfficiency = Readonly<Partial<Record<Phase | "step", number>>>;

/**
 * The efficiency of machines whose phases are priced by LNPU's measurements, as LNPU's paper counts it. A phase over
 * several layers, and the step over its phases: all their dense operations / all their energy. So the step of a machine
 * that leaves WG to SWG is (FF + BP + WG operations) / (LNPU's energy of FF and BP + SWG's of WG). A phase without a
 * price is missing, and with it the step.
 */
export function stepEfficiencies(layers: readonly LayerReport[]): Record<string, StepEfficiency> {
  const names = Object.keys(layers[0].results).filter((name) => accelerators[name].pricedAsLnpu);
  return Object.fromEntries(names.map((name) => [name, efficiencyOf(name, layers)]));
}

function efficiencyOf(name: string, layers: readonly LayerReport[]): StepEfficiency {
  const sums = phaseNames.map((phase) => ({ phase, ...phaseSums(name, phase, layers) }));
  const priced = sums.filter(({ pj }) => pj > 0);
  const macs = sums.reduce((sum, { denseMacs }) => sum + denseMacs, 0);
  const pj = sums.reduce((sum, phase) => sum + phase.pj, 0);
  return {
    ...Object.fromEntries(priced.map((phase) => [phase.phase, (2 * phase.denseMacs) / phase.pj])),
    ...(priced.length === phaseNames.length && { step: (2 * macs) / pj }),
  };
}

/** Over the layers that have the phase; no energy where it has no price. */
function phaseSums(name: string, phase: Phase, layers: readonly LayerReport[]) {
  let [denseMacs, pj] = [0, 0];
  for (const layer of layers) {
    const result = layer.phases?.[phase]?.[name];
    const layerPj = result && phasePj(name, phase, layer.denseMacs, result);
    if (layerPj === undefined) continue;
    denseMacs += layer.denseMacs;
    pj += layerPj;
  }
  return { denseMacs, pj };
}

/** Energy on chip of a layer's phase, in pJ; undefined where it has no price. */
const phasePj = (
  name: string,
  phase: Phase,
  denseMacs: number,
  { events }: LayerResult,
): number | undefined =>
  accelerators[name].pricedAsLnpu?.includes(phase) ? lnpuPj(denseMacs, events.macs) : undefined;
