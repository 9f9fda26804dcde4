import { InputError } from "../input-error.ts";
import type { Report, TotalResult } from "../report/report.ts";
import type { TraceLabels } from "../trace/trace.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { type Densities, type StepDrift, stepDrifts, sweepOfSteps } from "./drift.ts";
import { sweepCoverageSentences } from "./sweep-coverage.ts";

/** What a whole training is. */
export interface Training {
  readonly epochs: number;
  /** of an epoch */
  readonly images: number;
  /** steps of the training that was recorded, where it was not this one: the numbers of recorded steps are places in it */
  readonly recordedSteps?: number;
}

/** What a whole training costs on each machine: what `swg cost --format json` prints. */
export interface TrainingCost {
  readonly schemaVersion: 1;
  readonly engine: string;
  readonly network: string;
  readonly dataset: string;
  readonly pricing: Report["pricing"];
  readonly subject: string;
  readonly training: Training;
  /** what of the network is not in the numbers */
  readonly remarks: readonly string[];
  /** from the beginning of the training to its end */
  readonly steps: readonly RecordedStep[];
  /** by label, in the order of the run */
  readonly machines: Readonly<Record<string, MachineCost>>;
}

/** A step that was recorded, and what it stands for. */
export interface RecordedStep extends Pick<TraceLabels, "step" | "optimizerStep" | "batch"> {
  /** 0: the beginning of the training, 1: its end; missing where one step was recorded, which stands for all wherever it was */
  readonly place?: number;
  /** its weight among all recorded steps; they add up to 1 */
  readonly share: number;
  /** means over the layers, by their dense MACs */
  readonly densities: Densities;
  /** of the weight gradients of an image */
  readonly denseMacs: number;
  readonly validMacs: number;
}

export interface MachineCost {
  readonly clockMhz: number;
  readonly areaMm2: number;
  /** by phase; one that a machine leaves to another is missing */
  readonly phases: Readonly<Partial<Record<Phase, CostOverTraining>>>;
  /** all three phases; missing where a machine does not have all */
  readonly wholeStep?: CostOverTraining;
}

export interface CostOverTraining {
  readonly total: Cost;
  /** what the whole training would cost if every step were like this recorded one; in the order of `steps` */
  readonly ifLike: readonly Cost[];
}

export interface Cost {
  readonly seconds: number;
  readonly energyJ: number;
  /** without DRAM */
  readonly onChipJ: number;
  readonly dramBytes: number;
}

/**
 * Puts the reports of recorded steps together to the cost of a training, image by image. Between two recorded steps an image's
 * cost goes in a straight line from one to the other; before the first and after the last it stays. Throws `InputError` for
 * steps that cannot be placed.
 */
export function trainingCost(reports: readonly Report[], training: Training): TrainingCost {
  const placed = reports.map((report) => ({
    report,
    place: reports.length > 1 ? placeOf(report.trace, training) : 0,
  }));
  placed.sort((a, b) => a.place - b.place);
  const twice = placed.find(({ place }, i) => i > 0 && place === placed[i - 1].place);
  if (twice)
    throw new InputError(
      `recorded steps must differ, are both step ${twice.report.trace.step}: one is enough`,
    );
  const inOrder = placed.map(({ report }) => report);
  const shares = sharesOf(placed.map(({ place }) => place));
  const drifts = stepDrifts(inOrder);
  const [{ engine, trace, pricing, subject, machines }] = inOrder;
  return {
    schemaVersion: 1,
    engine,
    network: trace.network,
    dataset: trace.dataset,
    pricing,
    subject,
    training,
    remarks: sweepCoverageSentences(sweepOfSteps({ steps: inOrder })),
    steps: drifts.map((drift, i) =>
      recordedStep(drift, inOrder[i].trace, shares[i], placed.length > 1 && placed[i].place),
    ),
    machines: Object.fromEntries(
      Object.keys(machines).map((label) => [label, machineCost(inOrder, label, shares, training)]),
    ),
  };
}

/** Throws `InputError` for a step beyond the end. */
function placeOf({ step, batch }: TraceLabels, { epochs, images, recordedSteps }: Training): number {
  const steps = recordedSteps ?? Math.ceil((epochs * images) / batch);
  if (step > steps)
    throw new InputError(
      `recorded step ${step} must be one of the training's ${steps} steps of ${batch} images, is behind them; --recorded-steps says how many the recorded training had`,
    );
  return step / steps;
}

/** How much of 0 to 1 goes by each place: half of the way to each neighbour, and all of it at the ends. */
function sharesOf(places: readonly number[]): number[] {
  const middles = places.slice(1).map((place, i) => (places[i] + place) / 2);
  const ends = [0, ...middles, 1];
  return places.map((_, i) => ends[i + 1] - ends[i]);
}

const recordedStep = (
  { densities, denseMacs, validMacs }: StepDrift,
  { step, optimizerStep, batch }: TraceLabels,
  share: number,
  place: number | false,
): RecordedStep => ({
  step,
  ...(optimizerStep !== undefined && { optimizerStep }),
  batch,
  ...(place !== false && { place }),
  share,
  densities,
  denseMacs: denseMacs / batch,
  validMacs: validMacs / batch,
});

function machineCost(
  reports: readonly Report[],
  label: string,
  shares: readonly number[],
  { epochs, images }: Training,
): MachineCost {
  const { clockMhz, areaMm2 } = reports[0].machines[label];
  const overTraining = (resultsOf: (report: Report) => readonly TotalResult[]): CostOverTraining => {
    const ifLike = reports.map((report) => {
      const times = (epochs * images) / report.trace.batch;
      return scaled(sumOf(resultsOf(report).map((result) => costOf(result, clockMhz))), times);
    });
    return { total: sumOf(ifLike.map((cost, i) => scaled(cost, shares[i]))), ifLike };
  };
  const found = phaseNames.filter((phase) => resultOf(reports[0], phase, label));
  const has = (phases: readonly Phase[]) =>
    overTraining((report) => phases.map((phase) => resultOf(report, phase, label)!));
  return {
    clockMhz,
    areaMm2: areaMm2.total,
    phases: Object.fromEntries(found.map((phase) => [phase, has([phase])])),
    ...(found.length === phaseNames.length && { wholeStep: has(phaseNames) }),
  };
}

const resultOf = ({ totals }: Report, phase: Phase, label: string): TotalResult | undefined =>
  phase === "wg" ? totals.results[label] : totals.phases?.[phase]?.[label];

function costOf({ cycles, energy, dram }: TotalResult, clockMhz: number): Cost {
  const { fmapBytes, emapBytes, gradientBytes, maskBytes, weightBytes = 0, mapBytes = 0 } = dram;
  return {
    seconds: cycles / (clockMhz * 1e6),
    energyJ: energy.totalPj / 1e12,
    onChipJ: energy.onChipPj / 1e12,
    dramBytes: fmapBytes + emapBytes + gradientBytes + maskBytes + weightBytes + mapBytes,
  };
}

const scaled = ({ seconds, energyJ, onChipJ, dramBytes }: Cost, by: number): Cost => ({
  seconds: seconds * by,
  energyJ: energyJ * by,
  onChipJ: onChipJ * by,
  dramBytes: dramBytes * by,
});

const sumOf = (costs: readonly Cost[]): Cost =>
  costs.reduce((a, b) => ({
    seconds: a.seconds + b.seconds,
    energyJ: a.energyJ + b.energyJ,
    onChipJ: a.onChipJ + b.onChipJ,
    dramBytes: a.dramBytes + b.dramBytes,
  }));
