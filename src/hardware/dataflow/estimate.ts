import { gradientSize } from "../../workload/layer.ts";
import { pairsPerTrace } from "../balancer/intra-column.ts";
import { memoryOf } from "../buffer/memory.ts";
import { compressedBytes, type SwgParameters, valueBytes } from "../parameters.ts";
import { skips } from "../valid-data-trace/valid-data-trace.ts";
import { fmapBitmapBits } from "./geometry.ts";
import type { LayerStatistics } from "./layer-statistics.ts";
import type { LoopNest, Mapping } from "./mapping.ts";
import { residencies } from "./schedule.ts";

const sum = (counts: ArrayLike<number>): number => Array.from(counts).reduce((total, n) => total + n, 0);

/** What a mapping is expected to cost, in cycles, from counts of nonzeros alone. The simulation counts; this chooses. */
export function estimateCycles(
  statistics: LayerStatistics,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const { layer } = statistics;
  const compute = computeCycles(statistics, nest, mapping, p);

  const bytes = valueBytes(p);
  const emapPasses = nest.tapBlocks * nest.channelBlocks;
  const fmapPasses = nest.kBlocks * nest.tapBlocks;
  const emapOnce = compressedBytes(
    layer.N * layer.K * layer.P * layer.Q,
    sum(statistics.emapNonzeros),
    bytes,
  );
  const fmapOnce = compressedBytes(
    layer.N * layer.C * layer.H * layer.W,
    sum(statistics.fmapNonzeros),
    bytes,
  );
  const density = sum(statistics.fmapNonzeros) / (layer.N * layer.C * layer.H * layer.W);
  const chunkBits = fmapBitmapBits(layer, nest.chunks[0], Math.min(mapping.tapRows, layer.R));
  const chunkBytes = compressedBytes(chunkBits, chunkBits * density, bytes);
  const fmapMoved = Math.max(fmapOnce, nest.chunks.length * layer.C * chunkBytes) * fmapPasses;
  const emapMoved = emapOnce * emapPasses;

  const out = (p.gradientSkip ? sum(statistics.wanted) : gradientSize(layer)) * bytes;
  const { residents } = memoryOf(statistics, nest, mapping, p);
  const dram =
    out + emapOnce * (residents.emap ? 1 : emapPasses) + fmapOnce * (residents.fmap ? 1 : fmapPasses);
  const others = Math.max(compute, (dram * p.clockMhz) / p.dramMbps, out / p.globalBufferWriteBytes);
  const residencyCount = emapPasses * nest.kBlocks * nest.groupBlocks;
  const read = (fmapMoved + emapMoved) / p.globalBufferReadBytes;
  const roundShare = Math.min(1, (mapping.roundKs * nest.teamsPerDomain * nest.kBlocks) / nest.groupKs);
  const firstLoad = ((read / (nest.episodes * residencyCount)) * (1 + roundShare)) / 2;
  const lastDrain = out / residencyCount / p.globalBufferWriteBytes;
  const sumsOfK = mapping.channelsPerPe * Math.min(mapping.tapRows, layer.R) * layer.S;
  const held = Math.floor(p.accumulators / (mapping.residentKs * sumsOfK)) > 1;
  const drainStall = held ? 0 : lastDrain * (residencyCount - 1) * roundShare;
  return Math.max(others + drainStall, read) + firstLoad + lastDrain;
}

/** Cycles of the array alone, with zeros spread evenly over positions, and the loads of k's and channels known. */
function computeCycles(
  statistics: LayerStatistics,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const { layer } = statistics;
  const skip = skips(p);
  const fmapDensity = sum(statistics.fmapNonzeros) / (layer.N * layer.C * layer.H * layer.W);
  const emapDensity = sum(statistics.emapNonzeros) / (layer.N * layer.K * layer.P * layer.Q);
  const maskDensity = sum(statistics.wanted) / (layer.K * nest.groupChannels * layer.R * layer.S);
  const chunkPositions = Math.min(mapping.bandRows * mapping.bandColumns, layer.N * layer.P * layer.Q);
  const positions = chunkPositions * (skip.emap ? emapDensity : 1);
  const pairsOfVector = positions * (skip.fmap ? fmapDensity * tapsInside(layer) : 1);
  const load = (k: number) =>
    skip.emap && emapDensity > 0
      ? statistics.emapNonzeros[k] / (layer.N * layer.P * layer.Q * emapDensity)
      : 1;

  let cycles = 0;
  for (const { ks, channels, kernelRows } of residencies(statistics, nest, mapping, p)) {
    const vectors = (kernelRows[1] - kernelRows[0]) * layer.S * (p.gradientSkip ? maskDensity : 1);
    let slowest = 0;
    for (const [team, own] of ks.entries()) {
      const slices = channels[Math.floor(team / nest.teamsPerDomain)];
      const heaviest = Math.max(...slices.map((s) => s.length));
      const all = slices.reduce((n, s) => n + s.length, 0);
      const pairs = own.reduce((n, k) => n + load(k), 0) * vectors * pairsOfVector;
      const counting = p.vdt === "none" ? 0 : (own.length * heaviest * vectors) / p.traceTaps;
      const jobs = Math.min(own.length, mapping.roundKs);
      const peak = heaviest * (1 + spread(jobs * positions, mapping.positionSlices));
      const time = (chunks: number) => {
        const even = (all * Math.min(mapping.positionSlices, chunks)) / p.rows;
        return Math.max(pairs * (p.intraColumn ? Math.max(even, peak / pairsPerTrace) : peak), counting);
      };
      const rest = nest.chunks.length % nest.slices;
      const total =
        Math.floor(nest.chunks.length / nest.slices) * time(nest.slices) + (rest ? time(rest) : 0);
      const inColumn = own.length * positions * Math.min(mapping.positionSlices, nest.chunks.length);
      slowest = Math.max(slowest, total * (1 + spread(inColumn, p.columns) / (2 + 2 * p.slack)));
    }
    cycles += slowest;
  }
  return cycles;
}

/**
 * How far the fullest of `places` exceeds the mean, when about `mean` nonzeros fall to each as if at random:
 * sqrt(2 ln places / mean), with 2 ln n as 1.4 log2 n rounded up, so that every engine gets the same bits.
 */
const spread = (mean: number, places: number): number =>
  Math.sqrt((1.4 * (32 - Math.clz32(places - 1))) / Math.max(1, mean));

/** The share of (position, tap) pairs that lie inside the picture. */
function tapsInside({ H, W, P, Q, R, S, stride, padding, dilation }: LayerStatistics["layer"]): number {
  const inside = (size: number, out: number, kernel: number, axis: 0 | 1) => {
    let count = 0;
    for (let o = 0; o < out; o++)
      for (let i = 0; i < kernel; i++) {
        const at = o * stride[axis] - padding[axis] + i * dilation[axis];
        if (at >= 0 && at < size) count++;
      }
    return count / (out * kernel);
  };
  return inside(H, P, R, 0) * inside(W, Q, S, 1);
}
