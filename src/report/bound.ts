import { isSwg, type Machine, subjectOf } from "../accelerators/machine.ts";
import {
  compressedBytes,
  macsOf,
  type SwgParameters,
  swgParameters,
  valueBytes,
} from "../hardware/parameters.ts";
import { defaults } from "../parameter.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";

/** What keeps a layer from being faster: its useful MACs, the global buffer's ports, or DRAM. */
export type BoundBy = "compute" | "buffer" | "dram";

/** The least cycles that a layer could take on a machine of SWG's size (assumed, D18). */
export interface Bound {
  readonly cycles: number;
  /** the first of equals, in the order of `BoundBy` */
  readonly by: BoundBy;
}

/** What decides the bound of a run: the parameters of the SWG that it is about, and those of a default one without it. */
export function boundParameters(machines: readonly Machine[]): SwgParameters {
  const subject = subjectOf(machines);
  return isSwg(subject) ? (subject.parameters as unknown as SwgParameters) : defaults(swgParameters);
}

/** What a layer's bound depends on beside the machine. */
export interface BoundWork {
  readonly validMacs: number;
  /** of the fmap those that a tap of some position reaches */
  readonly fmap: { readonly pixels: number; readonly nonzeros: number };
  readonly emap: { readonly pixels: number; readonly nonzeros: number };
  /** wanted gradients */
  readonly gradients: number;
}

export function boundWork(occupancy: Occupancy, validMacs: number): BoundWork {
  const { layer, emap, mask } = occupancy;
  return {
    validMacs,
    fmap: reachedFmap(occupancy),
    emap: { pixels: emap.length, nonzeros: countOnes(emap) },
    gradients: mask ? countOnes(mask) : gradientSize(layer),
  };
}

/**
 * The largest of valid MACs / MACs, bytes in / global-buffer read width, bytes out / its write width, and
 * (bytes in + out) / DRAM bytes a cycle, rounded up. Bytes in: both maps once, as bitmap + nonzero values, of the fmap the
 * pixels that a tap of some position reaches; bytes out: the wanted gradients once. `unlimitedPorts` changes nothing: the widths given are those of the bound.
 */
export function layerBound({ validMacs, fmap, emap, gradients }: BoundWork, p: SwgParameters): Bound {
  const bytes = valueBytes(p);
  const bytesIn =
    compressedBytes(fmap.pixels, fmap.nonzeros, bytes) + compressedBytes(emap.pixels, emap.nonzeros, bytes);
  const bytesOut = gradients * bytes;
  const limits: Bound[] = [
    { by: "compute", cycles: Math.ceil(validMacs / macsOf(p)) },
    { by: "buffer", cycles: Math.ceil(bytesIn / p.globalBufferReadBytes) },
    { by: "buffer", cycles: Math.ceil(bytesOut / p.globalBufferWriteBytes) },
    { by: "dram", cycles: Math.ceil(((bytesIn + bytesOut) * p.clockMhz) / p.dramMbps) },
  ];
  return limits.reduce((worst, limit) => (limit.cycles > worst.cycles ? limit : worst));
}

/** Pixels of the fmap that a tap of some position reaches, and how many of them are not zero. */
function reachedFmap({ layer, fmap }: Occupancy): { readonly pixels: number; readonly nonzeros: number } {
  const { N, C, H, W, P, Q, R, S } = layer;
  const rows = reachedAlong(layer, 0, H, P, R);
  const columns = reachedAlong(layer, 1, W, Q, S);
  if (rows.length === H && columns.length === W) return { pixels: fmap.length, nonzeros: countOnes(fmap) };
  let nonzeros = 0;
  for (let plane = 0; plane < N * C; plane++)
    for (const y of rows) for (const x of columns) nonzeros += fmap[(plane * H + y) * W + x];
  return { pixels: N * C * rows.length * columns.length, nonzeros };
}

/** Rows, or columns, of a picture that some output reaches. */
function reachedAlong(
  { stride, padding, dilation }: Layer,
  axis: 0 | 1,
  extent: number,
  outputs: number,
  taps: number,
): number[] {
  const reached = new Set<number>();
  for (let output = 0; output < outputs; output++)
    for (let tap = 0; tap < taps; tap++)
      reached.add(output * stride[axis] - padding[axis] + tap * dilation[axis]);
  return Array.from(reached).filter((at) => at >= 0 && at < extent);
}
