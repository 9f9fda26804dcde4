import type { Coverage } from "../src/trace/coverage.ts";
import type { DensityOverrides } from "../src/trace/density.ts";
import type { OccupancySource } from "../src/trace/occupancy.ts";
import type { SyntheticOptions } from "../src/trace/synthetic.ts";
import type { TraceLabels } from "../src/trace/trace.ts";

/** Where a training step comes from: plain data, which page and workers send each other. */
export type Source = CapturedSource | MadeUpSource | ReportSource;

/** A file of captured steps, as the reader chose it: it is read a piece at a time, and never as a whole. */
export interface CapturedSource {
  readonly file: File;
  /** absent: the file's first */
  readonly step?: number;
}

/** Made-up zeros of a known network, or of the shapes in an ONNX file or a SCALE-Sim topology. */
export interface MadeUpSource {
  readonly network: string | File;
  /** absent: 1 of a topology, and of an ONNX file 1 or as many as it has */
  readonly images?: number;
  readonly seed: number;
  readonly zeros: NonNullable<SyntheticOptions["zeros"]>;
  readonly densities: DensityOverrides;
}

/** What a run came to, as it was saved: there is nothing to simulate. */
export interface ReportSource {
  readonly report: File;
}

/** What a page has to know of an opened source; its tensors stay with the workers. */
export interface Step extends Pick<OccupancySource, "labels" | "layers"> {
  readonly coverage?: Coverage;
  /** of every step in the file; of a made-up one alone */
  readonly steps: readonly TraceLabels[];
}
