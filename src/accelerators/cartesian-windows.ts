import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import { emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { type Compute, quickest } from "./array-ports.ts";
import { type CartesianParameters, positionBytes, wayOf } from "./cartesian-product.ts";
import { slidOver, type WindowPhase } from "./convolution-windows.ts";
import { sparseBytes, withMemory } from "./memory-limits.ts";

/** Edges of tiles of the map that are tried, in pixels; the whole map is tried as well. */
const tileEdges: readonly number[] = [1, 2, 4, 7, 10, 14, 20, 28];

/**
 * FF and BP as SCNN's outer product: the nonzeros of a tile of the map, channel by channel, each with every kept weight of
 * that channel. A PE keeps the sums of a tile's results for as many filters as it has room for, over all channels; sums that
 * neighbouring tiles share leave it unfinished. With a stride a pixel meets in FF only the taps of its remainder, so that what
 * is useless are products that fall outside of the picture. Ranges of rows and columns find hardly any of these, so ANT is no
 * other machine here (assumed, D26).
 *
 * Vectors are cut for each channel, tile, block of filters and remainder; tiles and blocks are handed out perfectly. At the
 * ports: the map comes once for each block of filters; weights once where those of a block fit in a PE, and else once for each
 * round of tiles. The N of a linear layer are one map.
 */
export function cartesianPhase(
  phase: WindowPhase,
  occupancy: Occupancy,
  p: CartesianParameters,
  kernel: Kernel,
): Activity {
  const useful = kernel.validPairs(phaseOccupancy(occupancy, phase));
  const seen = occupancy.layer.type === "linear" ? asOneMap(occupancy) : occupancy;
  const { height, width } = slidOver(phase, seen.layer);
  const whole = Math.max(height, width);
  const edges = [...tileEdges.filter((edge) => edge < whole), whole];
  const fitting = edges.filter((edge) => resultsOf(phase, seen, edge) <= p.accumulators);
  const tried = fitting.length > 0 ? fitting : edges.slice(0, 1);
  const compute = quickest(
    tried.map((edge) => tiledBy(edge, phase, seen, p, useful)),
    p,
  );
  return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p, phase);
}

/** A linear layer's N as the rows of one map: [N][C] becomes [C][N]. */
function asOneMap({ layer, fmap, emap, mask }: Occupancy): Occupancy {
  const { N, C, K } = layer;
  const turned = (map: Uint8Array, channels: number) =>
    map.map((_, i) => map[(i % N) * channels + Math.floor(i / N)]);
  const maps = { fmap: turned(fmap, C), emap: turned(emap, K) };
  return { layer: { ...layer, N: 1, H: N, P: N }, ...maps, ...(mask && { mask }) };
}

/** Results along both axes that a tile of so many pixels reaches, no more than there are. */
function resultsOf(phase: WindowPhase, { layer }: Occupancy, edge: number): number {
  const { H, W, P, Q, R, S, stride, dilation } = layer;
  const along = (axis: 0 | 1) => {
    const reach = ((axis === 0 ? R : S) - 1) * dilation[axis];
    const [pixels, positions] = axis === 0 ? [H, P] : [W, Q];
    return phase === "ff"
      ? Math.min(positions, Math.floor((Math.min(edge, pixels) - 1 + reach) / stride[axis]) + 1)
      : Math.min(pixels, (Math.min(edge, positions) - 1) * stride[axis] + reach + 1);
  };
  return along(0) * along(1);
}

function tiledBy(
  edge: number,
  phase: WindowPhase,
  occupancy: Occupancy,
  p: CartesianParameters,
  useful: number,
): Compute {
  const { layer } = occupancy;
  const { height, width, filters } = slidOver(phase, layer);
  const ofGroup = filters / layer.groups;
  const results = resultsOf(phase, occupancy, edge);
  const ofBlock = Math.min(ofGroup, Math.max(1, Math.floor(p.accumulators / results)));
  const blocks = Math.ceil(ofGroup / ofBlock);
  const tiles = Math.ceil(height / edge) * Math.ceil(width / edge);
  const weights = weightVectors(phase, occupancy, ofBlock, p.emapVector);
  const work = tileWork(edge, phase, occupancy, weights, blocks, p.fmapVector);
  const bytes = formatBytes[p.format];
  const held = bytes + positionBytes;
  const kept = occupancy.mask ? countOnes(occupancy.mask) : gradientSize(layer);
  const ofPe = (kept / layer.groups / blocks) * held;
  const rounds = Math.ceil((layer.N * tiles) / (p.peRows * p.peColumns));
  const weightTimes = ofPe <= p.peBufferBytes ? 1 : rounds;
  const tensors = sparseBytes(occupancy, p);
  const map = phase === "ff" ? "fmap" : "emap";
  const size = phase === "ff" ? emapSize(layer) : fmapSize(layer);
  const ports = {
    fmap: 0,
    emap: 0,
    [map]: tensors[map] * blocks,
    weights: tensors.gradient * weightTimes,
    sums: 4 * Math.max(0, layer.N * tiles * results * filters - size),
  };
  const mapValues = countOnes(phase === "ff" ? occupancy.fmap : occupancy.emap) * blocks;
  const mapping = `${edge >= Math.max(height, width) ? "whole maps" : `tiles of ${edge}`}, ${ofBlock} filters`;
  return wayOf({ mapping, ...work }, p, useful, ports, {
    vectorNonzeros: mapValues + kept * weightTimes,
    operandBufferReadBytes: (work.weightValues + mapValues) * held,
    operandBufferWriteBytes:
      (kept * Math.min(layer.N * tiles, p.peRows * p.peColumns) * weightTimes + mapValues) * held,
  });
}

/** Of each channel and remainder of taps: [channels][remainders]. */
interface WeightVectors {
  readonly remainders: number;
  readonly kept: Float64Array;
  /** vectors over all blocks of filters */
  readonly vectors: Float64Array;
}

/** Remainders of taps, and of pixels, that meet in FF; BP has one. */
const strideOf = (phase: WindowPhase, { layer }: Occupancy): readonly [number, number] =>
  phase === "ff" ? layer.stride : [1, 1];

function weightVectors(
  phase: WindowPhase,
  occupancy: Occupancy,
  ofBlock: number,
  length: number,
): WeightVectors {
  const { layer, mask } = occupancy;
  const { C, K, R, S, groups, dilation } = layer;
  const [inGroup, ks] = [C / groups, K / groups];
  const { channels, filters } = slidOver(phase, layer);
  const [down, across] = strideOf(phase, occupancy);
  const remainders = down * across;
  const blocks = Math.ceil(filters / groups / ofBlock);
  const counts = new Float64Array(channels * remainders * blocks);
  for (let at = 0; at < gradientSize(layer); at++) {
    if (mask && mask[at] === 0) continue;
    const [s, r] = [at % S, Math.floor(at / S) % R];
    const [c, k] = [Math.floor(at / (R * S)) % inGroup, Math.floor(at / (R * S * inGroup))];
    const [channel, filter] = phase === "ff" ? [Math.floor(k / ks) * inGroup + c, k % ks] : [k, c];
    const remainder = ((r * dilation[0]) % down) * across + ((s * dilation[1]) % across);
    counts[(channel * remainders + remainder) * blocks + Math.floor(filter / ofBlock)]++;
  }
  const kept = new Float64Array(channels * remainders);
  const vectors = new Float64Array(channels * remainders);
  for (let i = 0; i < counts.length; i++) {
    kept[Math.floor(i / blocks)] += counts[i];
    vectors[Math.floor(i / blocks)] += Math.ceil(counts[i] / length);
  }
  return { remainders, kept, vectors };
}

/** All tiles of one size with all blocks of filters. */
function tileWork(
  edge: number,
  phase: WindowPhase,
  occupancy: Occupancy,
  weights: WeightVectors,
  blocks: number,
  length: number,
) {
  const { layer } = occupancy;
  const { channels, height, width } = slidOver(phase, layer);
  const map = phase === "ff" ? occupancy.fmap : occupancy.emap;
  const [down, across] = strideOf(phase, occupancy);
  const { remainders } = weights;
  const tilesAcross = Math.ceil(width / edge);
  const places = Int32Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    const remainder = ((y + layer.padding[0]) % down) * across + ((x + layer.padding[1]) % across);
    return (Math.floor(y / edge) * tilesAcross + Math.floor(x / edge)) * remainders + remainder;
  });
  const counts = new Uint32Array(Math.ceil(height / edge) * tilesAcross * remainders);
  const cycles = new Float64Array(layer.N * (counts.length / remainders));
  let [products, weightValues] = [0, 0];
  for (let plane = 0; plane < layer.N * channels; plane++) {
    counts.fill(0);
    for (let at = 0; at < places.length; at++) counts[places[at]] += map[plane * places.length + at];
    const image = Math.floor(plane / channels) * (counts.length / remainders);
    for (let i = 0; i < counts.length; i++) {
      const of = (plane % channels) * remainders + (i % remainders);
      const vectors = Math.ceil(counts[i] / length);
      cycles[image + Math.floor(i / remainders)] += vectors * weights.vectors[of];
      weightValues += vectors * weights.kept[of];
      products += counts[i] * weights.kept[of];
    }
  }
  const peCycles = cycles.reduce((sum, n) => sum + n, 0);
  const longest = cycles.reduce((most, n) => Math.max(most, n), 0);
  return { peCycles, longest: Math.ceil(longest / blocks), products, weightValues };
}
