import type { Mapping } from "../src/hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../src/hardware/parameters.ts";
import type { ArrayTimeline } from "../src/hardware/timeline/array-timeline.ts";
import type { Parameters, ParameterValues } from "../src/parameter.ts";
import type { PricingOptions } from "../src/report/pricing.ts";
import type { LayerReport, Report } from "../src/report/report.ts";
import type { Source, Step } from "./source.ts";

/** A machine as it is sent: the name of its accelerator, and every parameter. */
export interface SentMachine {
  readonly label: string;
  readonly accelerator: string;
  readonly parameters: ParameterValues<Parameters>;
}

/** What a page asks of a worker. */
export type Task = OpenTask | LayerTask | TimelineTask | TrainTask;

export interface OpenTask {
  readonly kind: "open";
  readonly source: Source;
}

/** One layer on one machine. */
export interface LayerTask {
  readonly kind: "layer";
  readonly source: Source;
  /** another number, another source: a worker keeps what it has opened */
  readonly sourceId: number;
  readonly layer: string;
  readonly machine: SentMachine;
  /** of swg: without a look for the best mapping, with the one that is kept, if it fits, or one that is estimated nearly best */
  readonly untried?: { readonly kept?: Mapping };
  readonly pricing: PricingOptions;
}

/** What every MAC of swg does in every cycle of a layer. */
export interface TimelineTask extends Omit<LayerTask, "kind" | "machine" | "pricing"> {
  readonly kind: "timeline";
  readonly parameters: SwgParameters;
}

/** Trains the digits network as `swg train` does. */
export interface TrainTask {
  readonly kind: "train";
  readonly seed: number;
}

/** How far a task is, in words; its answer comes later. */
export interface Told {
  readonly told: string;
}

/** What a worker answers. */
export type Answer =
  | { readonly step: Step; readonly report?: Report }
  | { readonly layer: LayerReport; readonly mapping?: Mapping }
  | { readonly timeline: ArrayTimeline }
  | { readonly trained: Trained }
  | { readonly error: string };

/** A trace of two steps, as the bytes of a file. */
export interface Trained {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** the number of the later one */
  readonly step: number;
}
