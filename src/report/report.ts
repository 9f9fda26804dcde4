import type { Format } from "../accelerators/components.ts";
import type { ModuleFile } from "../accelerators/machine.ts";
import type { AreaPart } from "../energy/area.ts";
import type { DramTraffic } from "../energy/dram-traffic.ts";
import type { Roofline } from "../energy/roofline.ts";
import type { ScalingPlace } from "../energy/scaling.ts";
import type { CycleBreakdown, EventCounts } from "../events.ts";
import type { TraceLabels } from "../trace/trace.ts";
import type { Phase } from "../workload/phase.ts";
import type { Ablation } from "./ablation.ts";
import type { BoundBy } from "./bound.ts";
import type { ReportCoverage } from "./coverage.ts";
import type { EnergyResult } from "./energy-result.ts";
import type { LiftedLimits } from "./lifted-limits.ts";
import type { StepEfficiency } from "./step-efficiency.ts";

/** How machines do on one training step: what `swg run --format json` prints. Nothing in it depends on when it ran. */
export interface Report {
  readonly schemaVersion: 1;
  /** what simulated: reference, fast; both give the same numbers */
  readonly engine: string;
  readonly trace: TraceLabels;
  /** what of the network is in the numbers, and what is not */
  readonly coverage: ReportCoverage;
  /** what energy and area were computed for */
  readonly pricing: {
    /** the process node's name, or the path of its file */
    readonly node: string;
    readonly nm: number;
    /** of logic */
    readonly voltage: number;
    /** its place among the rows of Stillmaker and Baas, with the share of each */
    readonly scaling: ScalingPlace;
    /** where its numbers come from */
    readonly about: string;
    readonly dram: string;
    readonly dramPjPerBit: number;
  };
  /** the machine that the report is about and holds the others against: the first SWG in it, else the first of all */
  readonly subject: string;
  /** only at equal area: what every array but the subject's was grown to */
  readonly equalAreaMm2?: number;
  /** by label, in the order in which they were asked for; other tables by machine have the same labels */
  readonly machines: Readonly<Record<string, MachineReport>>;
  /** in the order of the trace */
  readonly layers: readonly LayerReport[];
  readonly totals: Totals;
  readonly ablation?: Ablation;
  /** only where asked for: what its limits cost the subject, in the layer that is farthest from its bound */
  readonly why?: LiftedLimits;
}

/** A parameter's value, by name. */
type Values = Readonly<Record<string, number | boolean | string>>;

/** Whether a machine of a report is SWG, whatever its label and its parameters. */
export const isSwgReport = ({ accelerator }: MachineReport): boolean => accelerator === "swg";

/** What sentences call the bound: it follows from the parameters of the subject, and of a default SWG where that is none. */
export function boundName({ machines, subject }: Pick<Report, "machines" | "subject">): string {
  if (!isSwgReport(machines[subject])) return "the bound of swg with its defaults";
  return Object.values(machines).filter(isSwgReport).length > 1 ? `the bound of ${subject}` : "the bound";
}

/** A machine of a run: what it is, its parameters, its area and its clock. */
export interface MachineReport {
  readonly title: string;
  /** the name by which the program knows it, as in `swg list`; absent for a machine from outside */
  readonly accelerator?: string;
  /** the file that a machine from outside came from */
  readonly module?: ModuleFile;
  readonly clockMhz: number;
  /** of values of maps and gradients */
  readonly format: Format;
  readonly parameters: Values;
  /** what those of them that were changed are without it */
  readonly declared: Values;
  /** phases whose energy follows from LNPU's measurements */
  readonly pricedAsLnpu?: readonly Phase[];
  readonly areaMm2: {
    readonly parts: Readonly<Record<AreaPart, number>>;
    readonly total: number;
  };
  /** gates on its longest way between two registers */
  readonly longestWayGates: number;
  /** the clock that these allow at the run's node; cycles are counted at the one that all share */
  readonly ownClockMhz: number;
}

/** The work in a layer's weight gradient, or in all of them, whatever machine does it. */
interface Work {
  /** MACs without any zero skipped, taps in the padding counted */
  readonly denseMacs: number;
  /** pairs of a position and a wanted tap at which emap and fmap are both nonzero */
  readonly validMacs: number;
  /** what no machine of SWG's size can beat */
  readonly boundCycles: number;
}

/** A layer's work, its bound, and how each machine does on it. */
export interface LayerReport extends Work {
  readonly name: string;
  /** shares of nonzeros, 0 to 1; of the mask, of wanted gradients, 1 without a mask */
  readonly densities: { readonly fmap: number; readonly emap: number; readonly mask: number };
  readonly boundBy: BoundBy;
  /** of the weight gradient, by machine */
  readonly results: Readonly<Record<string, LayerResult>>;
  /** Only where asked for. BP is missing in the first layer of the trace, which needs none. */
  readonly phases?: ByPhase<LayerResult>;
  /** useful MACs of these phases: WG's are `validMacs`; FF's, BP's: pairs of a nonzero of the map and a weight that the mask keeps */
  readonly phaseValidMacs?: Readonly<Partial<Record<Phase, number>>>;
}

/** By phase, then by machine; a machine that leaves a phase to another one is missing there. */
export type ByPhase<R> = Readonly<Partial<Record<Phase, Readonly<Record<string, R>>>>>;

/** How one machine does on one layer, in one phase. */
export interface LayerResult {
  readonly cycles: number;
  /** multipliers in the machine */
  readonly macs: number;
  /** validMacs / (macs x cycles) */
  readonly macUtilization: number;
  /** MAC-cycles by cause; they add up to macs x cycles */
  readonly breakdown: CycleBreakdown;
  readonly events: EventCounts;
  readonly energy: EnergyResult;
  readonly dram: DramTraffic;
  readonly roofline: Roofline;
  /** how the layer was laid over the machine, in words */
  readonly mapping: string;
}

/** Sums over the layers of the report. */
export interface Totals extends Work {
  readonly results: Readonly<Record<string, TotalResult>>;
  /** Only where asked for; sums over the layers that have the phase. */
  readonly phases?: ByPhase<TotalResult>;
  readonly phaseValidMacs?: Readonly<Partial<Record<Phase, number>>>;
  /** of the machines whose energy follows from LNPU's measurements, by machine; only with `phases` */
  readonly denseTopsPerWatt?: Readonly<Record<string, StepEfficiency>>;
}

/** How one machine does on all layers together. */
export interface TotalResult extends Omit<LayerResult, "mapping" | "roofline"> {
  /** total cycles of each other machine of the run / this one's */
  readonly speedupOver: Readonly<Record<string, number>>;
}
