import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { isFlat } from "../dataflow/flatten.ts";
import { type ChunkShape, mostBits, type Sample, sampleOf, wholeOf } from "../dataflow/geometry.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import {
  compressedBytes,
  emapRoundSlots,
  fmapChunkSlots,
  type SwgParameters,
  swgParameters,
  valueBytes,
} from "../parameters.ts";
import { estimateCycles } from "./estimate.ts";

const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** The largest divisor of n that is `most` at most. */
function largestDivisor(n: number, most: number): number {
  let divisor = Math.min(n, most);
  while (n % divisor !== 0) divisor--;
  return divisor;
}

/** Chunk shapes that are tried with the same slices. */
const shapesTried = 2;
/** Positions that a chunk of more than one channel holds at least, and columns: less reads more than it computes. */
const leastPositions = 16;
const leastColumns = 4;
/** Columns that may share their k's. */
const mostTeamColumns = 8;
/** Channels that a PE may hold in an episode. */
const channelChoices = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Every mapping worth a look that fits the machine's buffers, as far as a sample of the layer shows. */
export function* candidates(statistics: LayerCounts, p: SwgParameters): Generator<Mapping> {
  const { layer } = statistics;
  const groupChannels = layer.C / layer.groups;
  for (const tapRows of tapRowChoices(layer, p))
    for (const channelsPerPe of channelChoices.filter((u) => u <= groupChannels)) {
      const held = Math.floor(p.accumulators / (channelsPerPe * tapRows * layer.S));
      if (held === 0) continue;
      const slicings = slicingsOf(layer, channelsPerPe, p);
      for (const shape of chunkShapes(statistics, tapRows, channelsPerPe, p))
        for (const { slices, mostKs } of slicings) {
          const residentKs = Math.min(held, mostKs);
          const roundKs = Math.min(p.roundKs, residentKs);
          yield { ...shape, ...slices, channelsPerPe, tapRows, residentKs, roundKs };
        }
    }
}

/** How columns are divided among groups and teams, and PEs among channels and positions. */
interface Slicing {
  readonly slices: Pick<Mapping, "domains" | "teamColumns" | "channelSlices" | "positionSlices">;
  /** k's of a team that it pays to hold sums of */
  readonly mostKs: number;
}

function slicingsOf(layer: Layer, channelsPerPe: number, p: SwgParameters): Slicing[] {
  const slicings: Slicing[] = [];
  const groupKs = layer.K / layer.groups;
  // no slice without a channel
  const choices = divisors(p.rows).filter((n) => n === 1 || (n - 1) * channelsPerPe < layer.C / layer.groups);
  for (const teamColumns of divisors(p.columns).filter((d) => d <= mostTeamColumns))
    for (const domains of divisors(p.columns / teamColumns).filter((d) => d <= layer.groups)) {
      const teams = p.columns / teamColumns / domains;
      if (teamColumns > 1 && groupKs >= 8 * teams * teamColumns) continue;
      const mostKs = Math.ceil((1.5 * groupKs) / teams);
      for (const channelSlices of choices) {
        const slices = { domains, teamColumns, channelSlices, positionSlices: p.rows / channelSlices };
        slicings.push({ slices, mostKs });
      }
    }
  return slicings;
}

/** The whole kernel in one pass; for large ones also a row at a time, which keeps chunks longer. */
const tapRowChoices = ({ R, S }: Layer, p: SwgParameters): number[] =>
  R * S <= 25 && R * S <= p.accumulators ? [R] : [R, 1];

/** Chunks of a few widths, as tall as fit; of a single row, as long as fit. */
function chunkShapes(
  statistics: LayerCounts,
  tapRows: number,
  channels: number,
  p: SwgParameters,
): ChunkShape[] {
  const { layer } = statistics;
  const sample = sampleOf(layer);
  const fits: Fits = (shape) => fitsBuffers(statistics, shape, tapRows, channels, p, sample);
  return isFlat(layer) ? runs(layer, channels, fits, p) : bands(layer, channels, fits, p);
}

/** Whether every chunk of this shape fits the buffers, in a sample or in the whole layer. */
type Fits = (shape: ChunkShape) => boolean;

/** For a few widths, the tallest chunk that fits, and the tallest that divides images or is divided by them. */
function bands(layer: Layer, channels: number, fits: Fits, p: SwgParameters): ChunkShape[] {
  const { N, P, Q } = layer;
  const [positions, columns] = channels > 1 ? [Math.min(leastPositions, N * P * Q), leastColumns] : [1, 1];
  const shapes: ChunkShape[] = [];
  let cutsThatFit = 0;
  let tried = 0;
  for (let cut = 1; cut <= Q && cutsThatFit < 3; cut++) {
    const bandColumns = Math.ceil(Q / cut);
    if (cut > 1 && bandColumns < columns) break;
    if (bandColumns === tried) continue;
    tried = bandColumns;
    const least = Math.ceil(positions / bandColumns);
    const ofRows = (bandRows: number) => ({ bandRows, bandColumns });
    const tallest = largest(fits, ofRows, least, Math.min(N * P, p.vectorBits));
    if (tallest === 0) continue;
    const even = tallest > P ? tallest - (tallest % P) : largestDivisor(P, tallest);
    shapes.push(ofRows(tallest));
    if (even !== tallest && even >= least && fits(ofRows(even))) shapes.push(ofRows(even));
    cutsThatFit++;
  }
  return shapes;
}

/**
 * The longest chunk of a row that fits, the shorter one that gives slices equal shares, and half of it; whole bytes
 * of a bitmap, unless not even one channel of those would fit.
 */
function runs(layer: Layer, channels: number, fits: Fits, { rows, vectorBits }: SwgParameters): ChunkShape[] {
  const { Q } = layer;
  for (const unit of channels > 1 ? [8] : [8, 1]) {
    const ofUnits = (units: number) => ({ bandRows: 1, bandColumns: Math.min(Q, units * unit) });
    const inUnits = (positions: number) => Math.ceil(positions / unit);
    const least = channels > 1 ? inUnits(Math.min(Q, leastPositions)) : 1;
    const longest = largest(fits, ofUnits, least, inUnits(Math.min(Q, vectorBits)));
    if (longest === 0) continue;
    const episodes = Math.ceil(Q / (rows * longest * unit));
    const sizes = new Set([longest, inUnits(Q / (rows * episodes)), Math.ceil(longest / 2)]);
    return [...sizes]
      .filter((size) => size >= least)
      .map(ofUnits)
      .filter(fits);
  }
  return [];
}

/** The largest size from `least` to `most` that fits; 0 when there is none. */
function largest(fits: Fits, shapeOf: (size: number) => ChunkShape, least: number, most: number): number {
  if (least > most || !fits(shapeOf(least))) return 0;
  return largestBetween(fits, shapeOf, least, most + 1);
}

/** The largest between one that fits and one that is too large. */
function largestBetween(
  fits: Fits,
  shapeOf: (size: number) => ChunkShape,
  size: number,
  tooLarge: number,
): number {
  if (tooLarge - size <= 1) return size;
  const middle = (size + tooLarge) >> 1;
  return fits(shapeOf(middle))
    ? largestBetween(fits, shapeOf, middle, tooLarge)
    : largestBetween(fits, shapeOf, size, middle);
}

/** The mapping with its chunks made as much smaller as it takes to fit in all of the layer; undefined: none fit. */
function fitted(statistics: LayerCounts, mapping: Mapping, p: SwgParameters): Mapping | undefined {
  const { layer } = statistics;
  const { bandRows, bandColumns, tapRows, channelsPerPe } = mapping;
  const whole = wholeOf(layer);
  const fits: Fits = (shape) => fitsBuffers(statistics, shape, tapRows, channelsPerPe, p, whole);
  const unit = bandColumns > 8 ? 8 : 1;
  const shapeOf = (size: number): ChunkShape =>
    isFlat(layer)
      ? { bandRows, bandColumns: Math.min(bandColumns, size * unit) }
      : { bandRows: size, bandColumns };
  let size = isFlat(layer) ? Math.ceil(bandColumns / unit) : bandRows;
  let tooLarge = size + 1;
  for (let step = 1; !fits(shapeOf(size)); step *= 2) {
    if (size === 1) return undefined;
    tooLarge = size;
    size = Math.max(1, size - step);
  }
  return { ...mapping, ...shapeOf(largestBetween(fits, shapeOf, size, tooLarge)) };
}

/** Whether the fullest chunk of this shape in the sample fits trace vector, emap buffer and fmap buffer. */
function fitsBuffers(
  statistics: LayerCounts,
  shape: ChunkShape,
  tapRows: number,
  channels: number,
  p: SwgParameters,
  sample: Sample,
): boolean {
  const { layer } = statistics;
  const rows = Math.min(tapRows, layer.R);
  if ((shape.bandRows - 1) * shape.bandColumns >= p.vectorBits) return false;
  const bits = mostBits(layer, shape, rows);
  if (bits.traceVector > p.vectorBits) return false;
  const bytes = valueBytes(p);
  const emapRoom =
    Math.floor(p.emapBufferBytes / emapRoundSlots) - compressedBytes(bits.traceVector, 0, bytes);
  const fmapRoom =
    Math.floor(p.fmapBufferBytes / fmapChunkSlots(p)) - channels * compressedBytes(bits.fmapBitmap, 0, bytes);
  if (emapRoom < 0 || fmapRoom < 0) return false;
  return (
    statistics.emapFits(shape, Math.floor(emapRoom / bytes), sample) &&
    statistics.fmapFits(shape, rows, channels, Math.floor(fmapRoom / bytes), sample)
  );
}

interface Estimated {
  readonly mapping: Mapping;
  readonly cycles: number;
  readonly episodes: number;
}

/** Times that DRAM takes what all else takes, from which on no other cost of a mapping counts. */
const dramAlone = 1000;

/** Whether a layer waits for DRAM nearly all of its time. */
function dramDecides(statistics: LayerCounts, { mapping, cycles }: Estimated, p: SwgParameters): boolean {
  const fast = { ...p, dramMbps: swgParameters.dramMbps.max };
  const nest = loopNest(statistics.layer, mapping, p);
  return cycles > dramAlone * estimateCycles(statistics, nest, mapping, fast);
}

/** Of the mappings whose time is the least but for one part in `dramAlone`, those first that are simulated sooner. */
function fewestEpisodesFirst(estimated: Estimated[]): void {
  const most = estimated[0].cycles * (1 + 1 / dramAlone);
  const rank = ({ cycles, episodes }: Estimated) => (cycles <= most ? episodes : Number.POSITIVE_INFINITY);
  estimated.sort((a, b) => rank(a) - rank(b) || a.cycles - b.cycles);
}

/**
 * The mappings with the least estimated time that fit, best first, no more than `shapesTried` with the same slices;
 * `count` at most, and one where DRAM alone decides how long the layer takes: the one that is simulated soonest.
 */
export function promisingMappings(statistics: LayerCounts, p: SwgParameters, count: number): Mapping[] {
  const { layer } = statistics;
  const estimated: Estimated[] = [];
  for (const mapping of candidates(statistics, p)) {
    const nest = loopNest(layer, mapping, p);
    const cycles = estimateCycles(statistics, nest, mapping, p);
    estimated.push({ mapping, cycles, episodes: episodeCount(nest) });
  }
  estimated.sort((a, b) => a.cycles - b.cycles);
  if (estimated.length > 0 && dramDecides(statistics, estimated[0], p)) {
    fewestEpisodesFirst(estimated);
    count = 1;
  }
  const kinds = new Map<string, number>();
  const chosen = new Map<string, Mapping>();
  for (const { mapping } of estimated) {
    const kind = `${mapping.teamColumns} ${mapping.channelSlices} ${mapping.channelsPerPe}`;
    const seen = kinds.get(kind) ?? 0;
    if (seen === shapesTried) continue;
    const own = fitted(statistics, mapping, p);
    if (!own) continue;
    kinds.set(kind, seen + 1);
    chosen.set(JSON.stringify(own), own);
    if (chosen.size === count) break;
  }
  if (chosen.size === 0)
    throw new InputError(
      `layer "${layer.name}" fits no mapping: fmapBufferBytes ${p.fmapBufferBytes}, ` +
        `emapBufferBytes ${p.emapBufferBytes}, accumulators ${p.accumulators}, vectorBits ${p.vectorBits}; ` +
        "one of them is too small",
    );
  return [...chosen.values()];
}
