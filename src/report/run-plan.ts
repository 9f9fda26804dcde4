import { type Accelerator, phasesOf } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { isSwg, type Machine, subjectOf } from "../accelerators/machine.ts";
import { InputError, quoted, unknownName } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { ablationMachines, ablationOf } from "./ablation.ts";
import { reportCoverage } from "./coverage.ts";
import { atEqualArea, equalAreaMm2 } from "./equal-area.ts";
import { machineReport } from "./machine-report.ts";
import { type PricingOptions, pricingOf } from "./pricing.ts";
import type { LayerReport, Report } from "./report.ts";
import { runLayer } from "./run-layer.ts";
import { scalesBesideLnpu } from "./step-efficiency.ts";
import { totalsOf } from "./totals.ts";

/** Decides what is run, what it is called in the report, and at what process node and DRAM it is priced. */
export interface PlanOptions extends PricingOptions {
  /** names of the layers to run; all of them by default. They are reported in the order of the trace. */
  readonly layers?: readonly string[];
  /** also run the SWG that the run is about with each mechanism removed, and added, in turn; its sizes stay */
  readonly ablation?: boolean;
  /** every array but that of the SWG that the run is about as large as fits in this one's area */
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

/** One layer on every machine of the run, or on a few of the ablation. */
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
export type PartResult = { readonly layer: LayerReport } | { readonly ablated: AblatedCycles };

/** Cycles of a layer, by the label of an ablation's machine. */
type AblatedCycles = Readonly<Record<string, number>>;

/** Cuts a run into parts. `engine` is its kernel's name. Throws `InputError` for a layer, node or DRAM that there is not, a phase without a machine, or a machine that has no place at equal area. */
export function planRun(
  trace: Pick<OccupancySource, "labels" | "layers" | "coverage">,
  asked: readonly Machine[],
  engine: string,
  { layers, ablation = false, equalArea = false, phases, ...prices }: PlanOptions = {},
): RunPlan {
  const pricing = pricingOf(prices);
  checkMachines(asked);
  const machines = equalArea ? atEqualArea(asked, pricing) : asked;
  const subject = subjectOf(machines);
  if (phases) checkPhases(phases, machines);
  const chosen = chooseLayers(trace, layers);
  const first = chosen.find((layer) => layer === trace.layers[0]);
  const withoutBp = phases?.includes("bp") ? first?.name : undefined;
  const phasesOfLayer = (name: string) =>
    phases && phaseNames.filter((phase) => phases.includes(phase) && !(phase === "bp" && name === withoutBp));
  if (ablation && !isSwg(subject)) throw new InputError("an ablation needs a machine of swg in the run");
  const steps = ablation ? ablationMachines(subject) : [];
  const runs = (some: readonly Machine[]) => some.filter(({ parameters }) => "vdt" in parameters).length;
  const partsOf = (layer: Layer): RunPart[] => [
    {
      title: layer.name,
      layer: layer.name,
      work: simulationWork(layer),
      runs: runs(machines),
      simulate: (occupied, kernel) => ({
        layer: runLayer(occupied, machines, kernel, pricing, phasesOfLayer(layer.name)),
      }),
    },
    ...steps.map((variants, i) => ({
      title: `${layer.name}, ablation, step ${i + 1} of ${steps.length}`,
      layer: layer.name,
      work: runs(variants) * simulationWork(layer),
      runs: runs(variants),
      simulate: (occupied: Occupancy, kernel: Kernel) => ({ ablated: cyclesOf(occupied, variants, kernel) }),
    })),
  ];
  const coverage = { ...reportCoverage(trace, chosen), ...(withoutBp !== undefined && { withoutBp }) };
  return {
    parts: chosen.flatMap(partsOf),
    report(results) {
      const reports = results.flatMap((result) => ("layer" in result ? [result.layer] : []));
      const ablated = results.flatMap((result) => ("ablated" in result ? [result.ablated] : []));
      const described = Object.fromEntries(
        machines.map((machine) => [machine.label, machineReport(machine, pricing)]),
      );
      const totals = totalsOf(reports, described, scalesBesideLnpu(machines, pricing));
      return {
        schemaVersion: 1,
        engine,
        trace: trace.labels,
        coverage,
        pricing: {
          node: pricing.names.node,
          nm: pricing.node.nm,
          voltage: pricing.node.voltage,
          scaling: pricing.node.scaling,
          about: pricing.node.about,
          dram: pricing.names.dram,
          dramPjPerBit: pricing.dram.pjPerBit,
        },
        subject: subject.label,
        ...(equalArea && { equalAreaMm2: equalAreaMm2(machines, pricing) }),
        machines: described,
        layers: reports,
        totals,
        ...(ablation && { ablation: ablationOf(subject, totals.validMacs, sumsByLabel(ablated)) }),
      };
    },
  };
}

/** Each phase needs a machine of the run. */
function checkPhases(phases: readonly Phase[], machines: readonly Machine[]): void {
  const computes = (phase: Phase) => (accelerator: Accelerator) => phasesOf(accelerator).includes(phase);
  for (const phase of phases) {
    if (machines.some(({ accelerator }) => computes(phase)(accelerator))) continue;
    const those = Object.keys(accelerators).filter((name) => computes(phase)(accelerators[name]));
    throw new InputError(
      `phase ${phase} must be computed by a machine of the run, is by none of ${machines.map(({ label }) => label).join(", ")}; those that do: ${those.join(", ")}`,
    );
  }
}

/** One at least, each with a label of its own. */
function checkMachines(machines: readonly Machine[]): void {
  if (machines.length === 0) throw new InputError("a run must have a machine, has none");
  const labels = new Set<string>();
  for (const { label } of machines) {
    if (labels.has(label))
      throw new InputError(
        `machines of a run must have labels of their own, ${quoted(label)} is there twice`,
      );
    labels.add(label);
  }
}

/** Of all layers; each label's are spread over parts. */
function sumsByLabel(parts: readonly AblatedCycles[]): AblatedCycles {
  const sums = new Map<string, number>();
  for (const part of parts)
    for (const [label, cycles] of Object.entries(part)) sums.set(label, (sums.get(label) ?? 0) + cycles);
  return Object.fromEntries(sums);
}

const cyclesOf = (occupied: Occupancy, machines: readonly Machine[], kernel: Kernel): AblatedCycles =>
  Object.fromEntries(
    machines.map(({ label, accelerator, parameters }) => [
      label,
      accelerator.simulate(occupied, parameters, kernel).cycles,
    ]),
  );

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
