import type { LayerReport, Report } from "../report/report.ts";
import type { TraceLabels } from "../trace/trace.ts";
import { rowsOf, type Sweep, type SweepResult } from "./sweep.ts";

/** How machines do on several steps of one training: what `swg run --format json` prints for a trace of several steps. */
export interface StepsReport {
  readonly schemaVersion: 1;
  /** a whole report for each, in the order of the trace */
  readonly steps: readonly Report[];
  readonly drift: Drift;
}

/** What changes from step to step. */
export interface Drift {
  /** summed over each step's layers */
  readonly steps: readonly StepDrift[];
  readonly layers: readonly LayerDrift[];
}

export interface Densities {
  readonly fmap: number;
  readonly emap: number;
  readonly mask: number;
}

export interface StepDrift extends Pick<TraceLabels, "step" | "optimizerStep"> {
  readonly denseMacs: number;
  readonly validMacs: number;
  readonly boundCycles: number;
  /** means over the layers, by their dense MACs */
  readonly densities: Densities;
  /** by machine */
  readonly results: Readonly<Record<string, SweepResult>>;
}

/** A layer in every step that has it, in the order of the steps. */
export interface LayerDrift {
  readonly name: string;
  readonly steps: readonly {
    readonly step: number;
    readonly densities: Densities;
    readonly validMacs: number;
    /** by machine */
    readonly cycles: Readonly<Record<string, number>>;
  }[];
}

export const stepsReport = (steps: readonly Report[]): StepsReport => ({
  schemaVersion: 1,
  steps,
  drift: { steps: stepDrifts(steps), layers: layerDrifts(steps) },
});

/** The steps as a sweep over their numbers, which has tables and figures already. */
export const sweepOfSteps = ({ steps }: Pick<StepsReport, "steps">): Sweep => ({
  schemaVersion: 1,
  axis: { name: "step", values: steps.map(({ trace }) => trace.step) },
  points: steps.map((report) => ({ value: report.trace.step, report })),
});

export function stepDrifts(steps: readonly Report[]): StepDrift[] {
  return rowsOf(sweepOfSteps({ steps })).map(({ denseMacs, validMacs, boundCycles, machines }, i) => {
    const { trace, layers } = steps[i];
    return {
      step: trace.step,
      ...(trace.optimizerStep !== undefined && { optimizerStep: trace.optimizerStep }),
      denseMacs,
      validMacs,
      boundCycles,
      densities: {
        fmap: meanDensity(layers, "fmap"),
        emap: meanDensity(layers, "emap"),
        mask: meanDensity(layers, "mask"),
      },
      results: machines,
    };
  });
}

function meanDensity(layers: readonly LayerReport[], tensor: keyof Densities): number {
  const all = layers.reduce((sum, { denseMacs }) => sum + denseMacs, 0);
  // divided at the end, so that a mean of ones is one
  return layers.reduce((sum, { denseMacs, densities }) => sum + denseMacs * densities[tensor], 0) / all;
}

function layerDrifts(steps: readonly Report[]): LayerDrift[] {
  const names = new Set(steps.flatMap(({ layers }) => layers.map(({ name }) => name)));
  return [...names].map((name) => ({
    name,
    steps: steps.flatMap(({ trace: { step }, layers }) => {
      const layer = layers.find((one) => one.name === name);
      if (!layer) return [];
      const cycles = Object.entries(layer.results).map(([machine, { cycles }]) => [machine, cycles]);
      const { densities, validMacs } = layer;
      return [{ step, densities, validMacs, cycles: Object.fromEntries(cycles) }];
    }),
  }));
}
