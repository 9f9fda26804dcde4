import type { Machine } from "../accelerators/machine.ts";
import { lnpuMeasured, lnpuPj } from "../energy/lnpu.ts";
import { energyScale } from "../energy/scaling.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { Pricing } from "./pricing.ts";
import type { LayerReport, LayerResult, MachineReport } from "./report.ts";

/** TOPS/W by phase, and of all three together: operations of the dense layers, 2 a MAC, skipped ones counted; on chip. */
export type StepEfficiency = Readonly<Partial<Record<Phase | "step", number>>>;

/**
 * The efficiency of machines whose phases are priced by LNPU's measurements, as LNPU's paper counts it. A phase over
 * several layers, and the step over its phases: all their dense operations / all their energy. So the step of a machine
 * that leaves WG to SWG is (FF + BP + WG operations) / (LNPU's energy of FF and BP + SWG's of WG). A phase without a
 * price is missing, and with it the step. `besideLnpu`: what `scalesBesideLnpu` gives.
 */
export function stepEfficiencies(
  layers: readonly LayerReport[],
  machines: Readonly<Record<string, MachineReport>>,
  besideLnpu: Readonly<Record<string, number>>,
): Record<string, StepEfficiency> {
  const efficiencies = Object.entries(machines).flatMap(([label, { pricedAsLnpu }]) => {
    if (!pricedAsLnpu) return [];
    const priced = { label, pricedAsLnpu, scale: besideLnpu[label] };
    return [[label, efficiencyOf(priced, layers)]] as const;
  });
  return Object.fromEntries(efficiencies);
}

/**
 * pJ at LNPU's voltage / pJ as they are priced, of the machines whose prices are of LNPU's node and format (assumed, D33).
 * The energy of others cannot stand beside LNPU's measurements.
 */
export function scalesBesideLnpu(machines: readonly Machine[], { node }: Pricing): Record<string, number> {
  const scale = energyScale(node.scaling, lnpuMeasured.voltage) / energyScale(node.scaling, node.voltage);
  const alike = machines.filter(
    ({ accelerator, parameters }) =>
      node.nm === lnpuMeasured.nm && accelerator.components(parameters).format === lnpuMeasured.format,
  );
  return Object.fromEntries(alike.map(({ label }) => [label, scale]));
}

interface PricedMachine {
  readonly label: string;
  readonly pricedAsLnpu: readonly Phase[];
  /** of its other phases; undefined where they have no price beside LNPU's */
  readonly scale: number | undefined;
}

function efficiencyOf(machine: PricedMachine, layers: readonly LayerReport[]): StepEfficiency {
  const sums = phaseNames.map((phase) => ({ phase, ...phaseSums(machine, phase, layers) }));
  const priced = sums.filter(({ pj }) => pj > 0);
  const macs = sums.reduce((sum, { denseMacs }) => sum + denseMacs, 0);
  const pj = sums.reduce((sum, phase) => sum + phase.pj, 0);
  return {
    ...Object.fromEntries(priced.map((phase) => [phase.phase, (2 * phase.denseMacs) / phase.pj])),
    ...(priced.length === phaseNames.length && { step: (2 * macs) / pj }),
  };
}

/** Over the layers that have the phase; no energy where it has no price. */
function phaseSums(machine: PricedMachine, phase: Phase, layers: readonly LayerReport[]) {
  let [denseMacs, pj] = [0, 0];
  for (const layer of layers) {
    const result = layer.phases?.[phase]?.[machine.label];
    const layerPj = result && phasePj(machine, phase, layer.denseMacs, result);
    if (layerPj === undefined) continue;
    denseMacs += layer.denseMacs;
    pj += layerPj;
  }
  return { denseMacs, pj };
}

/** Energy on chip of a layer's phase, in pJ; undefined where it has no price. */
function phasePj(
  { pricedAsLnpu, scale }: PricedMachine,
  phase: Phase,
  denseMacs: number,
  { events, energy }: LayerResult,
): number | undefined {
  if (pricedAsLnpu.includes(phase)) return lnpuPj(denseMacs, events.macs);
  return scale === undefined ? undefined : scale * energy.onChipPj;
}
