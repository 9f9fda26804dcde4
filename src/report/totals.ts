import { phaseNames } from "../workload/phase.ts";
import { energyResult } from "./energy-result.ts";
import type { LayerReport, MachineReport, TotalResult, Totals } from "./report.ts";
import { stepEfficiencies } from "./step-efficiency.ts";

/** Sums over the layers, one at least. `besideLnpu`: as in `stepEfficiencies`. */
export function totalsOf(
  layers: readonly LayerReport[],
  machines: Readonly<Record<string, MachineReport>>,
  besideLnpu: Readonly<Record<string, number>> = {},
): Totals {
  const work = {
    denseMacs: total(layers, (layer) => layer.denseMacs),
    validMacs: total(layers, (layer) => layer.validMacs),
  };
  return {
    ...work,
    boundCycles: total(layers, (layer) => layer.boundCycles),
    results: totalResults(layers, work),
    ...(layers[0].phases && phaseTotals(layers, machines, besideLnpu)),
  };
}

function phaseTotals(
  layers: readonly LayerReport[],
  machines: Readonly<Record<string, MachineReport>>,
  besideLnpu: Readonly<Record<string, number>>,
): Pick<Totals, "phases" | "phaseValidMacs" | "denseTopsPerWatt"> {
  const phases = phaseNames.flatMap((phase) => {
    const inPhase = layers.flatMap(({ denseMacs, ...layer }) => {
      const results = layer.phases?.[phase];
      return results ? [{ denseMacs, results, validMacs: layer.phaseValidMacs![phase]! }] : [];
    });
    const work = {
      denseMacs: total(inPhase, (layer) => layer.denseMacs),
      validMacs: total(inPhase, (layer) => layer.validMacs),
    };
    return inPhase.length > 0 ? [{ phase, work, results: totalResults(inPhase, work) }] : [];
  });
  return {
    phases: Object.fromEntries(phases.map(({ phase, results }) => [phase, results])),
    phaseValidMacs: Object.fromEntries(phases.map(({ phase, work }) => [phase, work.validMacs])),
    denseTopsPerWatt: stepEfficiencies(layers, machines, besideLnpu),
  };
}

function totalResults(
  layers: readonly Pick<LayerReport, "results">[],
  work: Pick<Totals, "denseMacs" | "validMacs">,
): Record<string, TotalResult> {
  const names = Object.keys(layers[0].results);
  const cyclesOf = (name: string) => total(layers, ({ results }) => results[name].cycles);
  const totals = names.map((name): [string, TotalResult] => {
    const results = layers.map((layer) => layer.results[name]);
    const { macs } = results[0];
    const cycles = cyclesOf(name);
    const others = names.filter((other) => other !== name);
    return [
      name,
      {
        cycles,
        macs,
        macUtilization: work.validMacs / (macs * cycles),
        breakdown: results.map(({ breakdown }) => breakdown).reduce(addCounts),
        events: results.map(({ events }) => events).reduce(addCounts),
        energy: energyResult(results.map(({ energy }) => energy.partsPj).reduce(addCounts), work),
        dram: results.map(({ dram }) => dram).reduce(addCounts),
        speedupOver: Object.fromEntries(others.map((other) => [other, cyclesOf(other) / cycles])),
      },
    ];
  });
  return Object.fromEntries(totals);
}

const total = <T>(items: readonly T[], count: (item: T) => number): number =>
  items.reduce((sum, item) => sum + count(item), 0);

/** Two records of counts added field by field. */
function addCounts<T extends object>(a: T, b: T): T {
  const names = Object.keys(a) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, (a[name] as number) + (b[name] as number)])) as T;
}
