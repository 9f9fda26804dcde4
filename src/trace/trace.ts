import type { Layer } from "../workload/layer.ts";
import type { Occupancy, OccupancySource } from "./occupancy.ts";

/** Values of a tensor, row-major. F16 and BF16 files are widened to Float32Array. */
export type Values = Float32Array | Float64Array;

/** What one layer's weight gradient is computed from, and what the framework made of it. */
export interface LayerTrace {
  readonly layer: Layer;
  /** [N][C][H][W] */
  readonly fmap: Values;
  /** [N][K][P][Q] */
  readonly emap: Values;
  /** [K][C/groups][R][S], 1 = this gradient element is wanted; absent: all are. */
  readonly mask?: Uint8Array;
  /** [K][C/groups][R][S], masked: the answer that came with the trace. */
  readonly weightGradient?: Values;
}

/** Labels of a captured training step. `batch` and `step` are labels only; a layer's N rules. */
export interface TraceLabels {
  readonly network: string;
  readonly dataset: string;
  readonly step: number;
  readonly batch: number;
  /** updates of the weights before this step, where the capture counted them */
  readonly optimizerStep?: number;
  /** what computed the step, such as "PyTorch 1.13.1" */
  readonly framework?: string;
}

/** How numbers are stored, in safetensors' names. */
export type ValueType = "F32" | "F16" | "BF16" | "F64";

/** How a layer's tensors are stored. Both maps have values, or both have bitmaps only. */
export interface LayerContents {
  /** "bits": only where it is not zero */
  readonly fmap: ValueType | "bits";
  readonly emap: ValueType | "bits";
  readonly mask: boolean;
  /** absent: there is none */
  readonly weightGradient?: "F32" | "F64";
}

/** The captured tensors of one training step; layers are read one at a time. */
export interface Trace extends OccupancySource {
  /** What there is of a layer. Throws `InputError` for one that is not there. */
  contents(name: string): LayerContents;
  /**
   * Reads and checks one layer. Throws `InputError` when its tensors are not what the header says, and where it has
   * bitmaps only.
   */
  read(name: string): LayerTrace;
  /** The same without values, in less memory, and with bitmaps only as well. */
  occupancy(name: string): Occupancy;
}

export const hasValues = ({ fmap }: LayerContents): boolean => fmap !== "bits";
