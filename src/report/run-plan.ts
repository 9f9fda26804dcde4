import { type Accelerator, phasesOf } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { ownClockMhz } from "../energy/own-clock.ts";
import { InputError, unknownName } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { type AblatedLayer, ablateLayer, ablationOf, ablationSteps } from "./ablation.ts";
import { reportCoverage } from "./coverage.ts";
import { atEqualArea, swgAreaMm2 } from "./equal-area.ts";
import { type Pricing, type PricingOptions, priced, pricingOf } from "./pricing.ts";
import type { LayerReport, MachineReport, Report } from "./report.ts";
import { runLayer } from "./run-layer.ts";
import { type Selection, swgParametersOf } from "./selection.ts";
import { scalesBesideLnpu } from "./step-efficiency.ts";
import { totalsOf } from "./totals.ts";

/** Decides what is run, what it is called in the report, and at what process node and DRAM it is priced. */
export interface PlanOptions extends PricingOptions {
  /** names of the layers to run; all of them by default. They are reported in the order of the trace. */
  readonly layers?: readonly string[];
  /** also run SWG with each mechanism removed, and added, in turn; its sizes are those of the run */
  readonly ablation?: boolean;
  /** every array but SWG's as large as fits in SWG's area */
  readonly equalArea?: boolean;
  /** phases to report beside WG; they are reported in the order FF, BP, WG. The first layer of the trace has no BP. */
  readonly phases?: readonly Phase[];
}

/** A run cut into parts that can be simulated in any order, each on its own, and put together again. */
export interface RunPlan {
  /** in the order of the trace; all of a layer's stand together */
  readonly parts: readonly RunPart[];
  /** `results[i]` is that of `parts[i]`. */
  report(results: readonly PartResult[]): Report;
}

/** One layer on every machine of the run, or in one step of the ablation. */
export interface RunPart {
  readonly title: string;
  readonly layer: string;
  /** roughly how long it takes next to other parts, in no unit */
  readonly work: number;
  /** runs of a machine with SWG's array */
  readonly runs: number;
  simulate(occupied: Occupancy, kernel: Kernel): PartResult;
}

/** What a part found out: plain data, which can be sent from one thread to another. */
export type PartResult = { readonly layer: LayerReport } | { readonly ablated: AblatedLayer };

/** Cuts a run into parts. `engine` is its kernel's name. Throws `InputError` for a layer, node or DRAM that there is not, a phase without a machine, or a machine that has no place at equal area. */
export function planRun(
  trace: Pick<OccupancySource, "labels" | "layers" | "coverage">,
  asked: readonly Selection[],
  engine: string,
  { layers, ablation = false, equalArea = false, phases, ...prices }: PlanOptions = {},
): RunPlan {
  const pricing = pricingOf(prices);
  const selections = equalArea ? atEqualArea(asked, pricing) : asked;
  const parameters = swgParametersOf(selections);
  if (phases) checkPhases(phases, selections);
  const chosen = chooseLayers(trace, layers);
  const first = chosen.find((layer) => layer === trace.layers[0]);
  const withoutBp = phases?.includes("bp") ? first?.name : undefined;
  const phasesOfLayer = (name: string) =>
    phases && phaseNames.filter((phase) => phases.includes(phase) && !(phase === "bp" && name === withoutBp));
  const steps = ablation ? ablationSteps(parameters) : [];
  const swgRuns = selections.filter((selection) => "vdt" in selection.parameters).length;
  const partsOf = (layer: Layer): RunPart[] => [
    {
      title: layer.name,
      layer: layer.name,
      work: simulationWork(layer),
      runs: swgRuns,
      simulate: (occupied, kernel) => ({
        layer: runLayer(occupied, selections, kernel, pricing, phasesOfLayer(layer.name)),
      }),
    },
    ...steps.map((mechanisms, i) => ({
      title: `${layer.name}, ablation, step ${i + 1} of ${steps.length}`,
      layer: layer.name,
      work: 2 * simulationWork(layer),
      runs: 2,
      simulate: (occupied: Occupancy, kernel: Kernel) => ({
        ablated: ablateLayer(occupied, mechanisms, parameters, kernel),
      }),
    })),
  ];
  const coverage = { ...reportCoverage(trace, chosen), ...(withoutBp !== undefined && { withoutBp }) };
  return {
    parts: chosen.flatMap(partsOf),
    report(results) {
      const reports = results.flatMap((result) => ("layer" in result ? [result.layer] : []));
      const ablated = results.flatMap((result) => ("ablated" in result ? [result.ablated] : []));
      return {
        schemaVersion: 1,
        engine,
        trace: trace.labels,
        coverage,
        pricing: {
          node: pricing.names.node,
          voltage: pricing.node.voltage,
          dram: pricing.names.dram,
          dramPjPerBit: pricing.dram.pjPerBit,
        },
        ...(equalArea && { equalAreaMm2: swgAreaMm2(selections, pricing) }),
        machines: Object.fromEntries(selections.map((selection) => machineReport(selection, pricing))),
        layers: reports,
        totals: totalsOf(reports, scalesBesideLnpu(selections, pricing)),
        ...(ablation && { ablation: ablationOf(parameters, reports, ablated) }),
      };
    },
  };
}

/** Each phase needs a machine of the run. */
function checkPhases(phases: readonly Phase[], selections: readonly Selection[]): void {
  const computes = (phase: Phase) => (accelerator: Accelerator) => phasesOf(accelerator).includes(phase);
  for (const phase of phases) {
    if (selections.some(({ accelerator }) => computes(phase)(accelerator))) continue;
    const those = Object.keys(accelerators).filter((name) => computes(phase)(accelerators[name]));
    throw new InputError(
      `phase ${phase} must be computed by a machine of the run, is by none of ${selections.map(({ name }) => name).join(", ")}; those that do: ${those.join(", ")}`,
    );
  }
}

function machineReport(
  { name, accelerator, parameters }: Selection,
  pricing: Pricing,
): [string, MachineReport] {
  const { title } = accelerator;
  const components = accelerator.components(parameters);
  const parts = priced(components, pricing).areaMm2;
  const total = Object.values(parts).reduce((sum, area) => sum + area, 0);
  return [
    name,
    {
      title,
      parameters: parameters as Record<string, number | boolean | string>,
      areaMm2: { parts, total },
      longestWayGates: components.longestWayGates,
      ownClockMhz: ownClockMhz(components.longestWayGates, pricing.node),
    },
  ];
}

/**
 * Time grows about with the cube root of the dense MACs, from the layers of vgg8 to those of vgg16 at batch 32: large
 * layers have longer vectors, and their mappings are tried on a part of them.
 */
const simulationWork = (layer: Layer): number => Math.cbrt(denseMacs(layer));

/** The layers with these names, in the order of the trace. */
export function chooseLayers(
  trace: Pick<OccupancySource, "layers">,
  names?: readonly string[],
): readonly Layer[] {
  if (!names) return trace.layers;
  const known = new Set(trace.layers.map(({ name }) => name));
  const chosen = new Set<string>();
  for (const name of names) {
    if (!known.has(name)) throw unknownName("layer", name, known);
    if (chosen.has(name)) throw new InputError(`layer ${JSON.stringify(name)} is named twice`);
    chosen.add(name);
  }
  return trace.layers.filter(({ name }) => chosen.has(name));
}
