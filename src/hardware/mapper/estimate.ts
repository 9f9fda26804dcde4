import { gradientSize } from "../../workload/layer.ts";
import { pairsPerTrace } from "../balancer/intra-column.ts";
import { chooseResidents } from "../buffer/memory.ts";
import { firstChunk, fmapBitmapBits } from "../dataflow/geometry.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { onceFor } from "../once.ts";
import { compressedBytes, type SwgParameters, valueBytes } from "../parameters.ts";
import { dealKs } from "../schedule/schedule.ts";
import { skips } from "../valid-data-trace/valid-data-trace.ts";

/** What a mapping is expected to cost, in cycles, from counts of nonzeros alone. The simulation counts; this chooses. */
export function estimateCycles(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const { layer } = statistics;
  const totals = totalsOf(statistics);
  const compute = computeCycles(statistics, nest, mapping, p);

  const bytes = valueBytes(p);
  const emapPasses = nest.tapBlocks * nest.channelBlocks;
  const fmapPasses = nest.kBlocks * nest.tapBlocks;
  const emapOnce = compressedBytes(layer.N * layer.K * layer.P * layer.Q, totals.emap, bytes);
  const fmapOnce = compressedBytes(layer.N * layer.C * layer.H * layer.W, totals.fmap, bytes);
  const density = totals.fmap / (layer.N * layer.C * layer.H * layer.W);
  const chunkBits = fmapBitmapBits(layer, firstChunk(layer, mapping), Math.min(mapping.tapRows, layer.R));
  const chunkBytes = compressedBytes(chunkBits, chunkBits * density, bytes);
  const fmapMoved = Math.max(fmapOnce, nest.chunkCount * layer.C * chunkBytes) * fmapPasses;
  const emapMoved = emapOnce * emapPasses;

  const out = (p.gradientSkip ? totals.wanted : gradientSize(layer)) * bytes;
  const { residents } = chooseResidents(statistics, nest, mapping, p);
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
function computeCycles(statistics: LayerCounts, nest: LoopNest, mapping: Mapping, p: SwgParameters): number {
  const { layer } = statistics;
  const vectors = expectedVectors(statistics, nest, mapping, p);
  const load = loadOf(statistics, p);
  const cyclesOf = (own: readonly TeamLoad[], channels: number, taps: number): number =>
    residencyCycles(own, channels, taps, vectors, nest, mapping, p);
  let cycles = 0;
  const blockChannels = mapping.channelSlices * mapping.channelsPerPe;
  const lastChannels = nest.groupChannels - (nest.channelBlocks - 1) * blockChannels;
  for (let first = 0; first < layer.groups; first += mapping.domains) {
    const groups = Math.min(mapping.domains, layer.groups - first);
    const dealt = Array.from({ length: groups }, (_, d) => dealKs(statistics, nest, mapping, p, first + d));
    for (let kBlock = 0; kBlock < nest.kBlocks; kBlock++) {
      const own = dealt.flatMap((blocks) => blocks[kBlock].map((ks) => teamLoad(ks, load)));
      for (let r0 = 0; r0 < layer.R; r0 += mapping.tapRows) {
        const taps = (Math.min(layer.R, r0 + mapping.tapRows) - r0) * layer.S;
        const most = nest.channelBlocks > 1 ? cyclesOf(own, blockChannels, taps) : 0;
        for (let block = 1; block < nest.channelBlocks; block++) cycles += most;
        cycles += cyclesOf(own, lastChannels, taps);
      }
    }
  }
  return cycles;
}

/** What a chunk's trace vectors are like. */
interface ExpectedVectors {
  /** of a chunk, those that are not skipped for the emap's zeros */
  readonly positions: number;
  /** pairs of a vector */
  readonly pairs: number;
  /** share of the vectors that the mask wants */
  readonly wanted: number;
}

function expectedVectors(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): ExpectedVectors {
  const { layer } = statistics;
  const skip = skips(p);
  const totals = totalsOf(statistics);
  const fmapDensity = totals.fmap / (layer.N * layer.C * layer.H * layer.W);
  const maskDensity = totals.wanted / (layer.K * nest.groupChannels * layer.R * layer.S);
  const chunkPositions = Math.min(mapping.bandRows * mapping.bandColumns, layer.N * layer.P * layer.Q);
  const positions = chunkPositions * (skip.emap ? emapDensityOf(statistics) : 1);
  const pairs = positions * (skip.fmap ? fmapDensity * tapsInside(statistics) : 1);
  return { positions, pairs, wanted: p.gradientSkip ? maskDensity : 1 };
}

/** A residency's cycles: `own`: number and loads of each team's k's. */
function residencyCycles(
  own: readonly TeamLoad[],
  channels: number,
  taps: number,
  { positions, pairs: pairsOfVector, wanted }: ExpectedVectors,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const vectors = taps * wanted;
  const heaviest = Math.ceil(channels / mapping.channelSlices);
  let slowest = 0;
  for (const { ks, loads } of own) {
    const pairs = loads * vectors * pairsOfVector;
    const counting = p.vdt === "none" ? 0 : (ks * heaviest * vectors) / p.vectorTaps;
    const jobs = Math.min(ks, mapping.roundKs);
    const peak = heaviest * (1 + spread(jobs * positions, mapping.positionSlices));
    const time = (chunks: number) => {
      const even = (channels * Math.min(mapping.positionSlices, chunks)) / p.rows;
      return Math.max(pairs * (p.intraColumn ? Math.max(even, peak / pairsPerTrace) : peak), counting);
    };
    const rest = nest.chunkCount % nest.slices;
    const total = Math.floor(nest.chunkCount / nest.slices) * time(nest.slices) + (rest ? time(rest) : 0);
    const inColumn = ks * positions * Math.min(mapping.positionSlices, nest.chunkCount);
    slowest = Math.max(slowest, total * (1 + spread(inColumn, p.columns) / (2 + 2 * p.slack)));
  }
  return slowest;
}

const emapDensityOf = (statistics: LayerCounts): number => {
  const { N, K, P, Q } = statistics.layer;
  return totalsOf(statistics).emap / (N * K * P * Q);
};

/** A k's load, 1 on average; 1 for each where no zeros of the emap are skipped, or where it has nothing else. */
function loadOf(statistics: LayerCounts, p: SwgParameters): (k: number) => number {
  const { layer, emapNonzeros } = statistics;
  const emapDensity = emapDensityOf(statistics);
  if (!skips(p).emap || emapDensity === 0) return () => 1;
  return (k) => emapNonzeros[k] / (layer.N * layer.P * layer.Q * emapDensity);
}

/** Number of a team's k's, and the sum of their loads. */
interface TeamLoad {
  readonly ks: number;
  readonly loads: number;
}

const teamLoad = (ks: readonly number[], load: (k: number) => number): TeamLoad => ({
  ks: ks.length,
  loads: ks.reduce((n, k) => n + load(k), 0),
});

/**
 * How far the fullest of `places` exceeds the mean, when about `mean` nonzeros fall to each as if at random:
 * sqrt(2 ln places / mean), with 2 ln n as 1.4 log2 n rounded up, so that every engine gets the same bits.
 */
const spread = (mean: number, places: number): number =>
  Math.sqrt((1.4 * (32 - Math.clz32(places - 1))) / Math.max(1, mean));

/** The share of (position, tap) pairs that lie inside the picture. */
const tapsInside = onceFor(({ layer }: LayerCounts): number => {
  const { H, W, P, Q, R, S, stride, padding, dilation } = layer;
  const inside = (size: number, out: number, kernel: number, axis: 0 | 1) => {
    let count = 0;
    for (let i = 0; i < kernel; i++) {
      const first = i * dilation[axis] - padding[axis];
      const outside = Math.ceil(Math.max(0, -first) / stride[axis]);
      const end = Math.floor((size - 1 - first) / stride[axis]) + 1;
      count += Math.max(0, Math.min(out, end) - outside);
    }
    return count / (out * kernel);
  };
  return inside(H, P, R, 0) * inside(W, Q, S, 1);
});
