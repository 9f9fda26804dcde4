import { phaseNames } from "../workload/phase.ts";
import type { LayerReport, LayerResult, TotalResult, Totals } from "./report.ts";
import { stepEfficiencies } from "./step-efficiency.ts";

/** Sums over the layers, one at least. */
export const totalsOf = (layers: readonly LayerReport[]): Totals => ({
  denseMacs: total(layers, (layer) => layer.denseMacs),
  validMacs: total(layers, (layer) => layer.validMacs),
  boundCycles: total(layers, (layer) => layer.boundCycles),
  results: totalResults(layers),
  ...(layers[0].phases && phaseTotals(layers)),
});

function phaseTotals(
  layers: readonly LayerReport[],
): Pick<Totals, "phases" | "phaseValidMacs" | "denseTopsPerWatt"> {
  const phases = phaseNames.flatMap((phase) => {
    const inPhase = layers.flatMap((layer) => {
      const results = layer.phases?.[phase];
      return results ? [{ results, validMacs: layer.phaseValidMacs![phase]! }] : [];
    });
    return inPhase.length > 0 ? [{ phase, inPhase }] : [];
  });
  return {
    phases: Object.fromEntries(phases.map(({ phase, inPhase }) => [phase, totalResults(inPhase)])),
    phaseValidMacs: Object.fromEntries(
      phases.map(({ phase, inPhase }) => [phase, total(inPhase, ({ validMacs }) => validMacs)]),
    ),
    denseTopsPerWatt: stepEfficiencies(layers),
  };
}

/** One phase of one layer. */
interface PhaseOfLayer {
  readonly validMacs: number;
  readonly results: Readonly<Record<string, LayerResult>>;
}

function totalResults(layers: readonly PhaseOfLayer[]): Record<string, TotalResult> {
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
        ...{ cycles, macs },
        macUtilization: total(layers, ({ validMacs }) => validMacs) / (macs * cycles),
        breakdown: results.map(({ breakdown }) => breakdown).reduce(addCounts),
        events: results.map(({ events }) => events).reduce(addCounts),
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
