import type { Layer } from "../workload/layer.ts";

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
}

/** The captured tensors of one training step; layers are read one at a time. */
export interface Trace {
  /** Where it came from, for messages: a file's path, or a description. */
  readonly source: string;
  readonly labels: TraceLabels;
  readonly layers: readonly Layer[];
  /** Reads and checks one layer. Throws `InputError` when its tensors are not what the header says. */
  read(name: string): LayerTrace;
}
