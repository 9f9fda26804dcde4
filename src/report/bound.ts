import { compressedBytes, type SwgParameters, valueBytes } from "../hardware/parameters.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { gradientSize } from "../workload/layer.ts";

/** What keeps a layer from being faster: its useful MACs, the global buffer's ports, or DRAM. */
export type BoundBy = "compute" | "buffer" | "dram";

/** The least cycles that a layer could take on a machine of SWG's size. */
export interface Bound {
  readonly cycles: number;
  /** the first of equals, in the order of `BoundBy` */
  readonly by: BoundBy;
}

/**
 * The largest of valid MACs / MACs, bytes in / global-buffer read width, bytes out / its write width, and
 * (bytes in + out) / DRAM bytes a cycle, rounded up. Bytes in: both maps once, as bitmap + nonzero values; bytes out:
 * the wanted gradients once. `unlimitedPorts` changes nothing: the widths given are those of the bound.
 */
export function layerBound(occupancy: Occupancy, validMacs: number, p: SwgParameters): Bound {
  const { layer, fmap, emap, mask } = occupancy;
  const bytes = valueBytes(p);
  const bytesIn =
    compressedBytes(fmap.length, countOnes(fmap), bytes) +
    compressedBytes(emap.length, countOnes(emap), bytes);
  const bytesOut = (mask ? countOnes(mask) : gradientSize(layer)) * bytes;
  const limits: Bound[] = [
    { by: "compute", cycles: Math.ceil(validMacs / (p.columns * p.rows)) },
    { by: "buffer", cycles: Math.ceil(bytesIn / p.globalBufferReadBytes) },
    { by: "buffer", cycles: Math.ceil(bytesOut / p.globalBufferWriteBytes) },
    { by: "dram", cycles: Math.ceil(((bytesIn + bytesOut) * p.clockMhz) / p.dramMbps) },
  ];
  return limits.reduce((worst, limit) => (limit.cycles > worst.cycles ? limit : worst));
}
