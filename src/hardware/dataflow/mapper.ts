import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import {
  compressedBytes,
  emapRoundSlots,
  fmapChunkSlots,
  type SwgParameters,
  valueBytes,
} from "../parameters.ts";
import { estimateCycles } from "./estimate.ts";
import { type ChunkShape, cutIntoChunks, fmapBitmapBits, traceVectorBits } from "./geometry.ts";
import type { LayerStatistics } from "./layer-statistics.ts";
import { loopNest, type Mapping } from "./mapping.ts";

const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** Columns that may share their k's. */
const mostTeamColumns = 8;
/** Channels that a PE may hold in an episode. */
const channelChoices = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Every mapping worth a look that fits the machine's buffers. */
export function* candidates(statistics: LayerStatistics, p: SwgParameters): Generator<Mapping> {
  const { layer } = statistics;
  const groupChannels = layer.C / layer.groups;
  const groupKs = layer.K / layer.groups;
  for (const tapRows of tapRowChoices(layer, p))
    for (const channelsPerPe of channelChoices.filter((u) => u <= groupChannels)) {
      const sumsOfK = channelsPerPe * tapRows * layer.S;
      if (sumsOfK > p.accumulators) continue;
      for (const shape of chunkShapes(statistics, tapRows, channelsPerPe, p))
        for (const teamColumns of divisors(p.columns).filter((d) => d <= mostTeamColumns))
          for (const domains of divisors(p.columns / teamColumns).filter((d) => d <= layer.groups)) {
            const teams = p.columns / teamColumns / domains;
            if (teamColumns > 1 && groupKs >= 8 * teams * teamColumns) continue;
            const residentKs = Math.min(Math.floor(p.accumulators / sumsOfK), Math.ceil(groupKs / teams) * 2);
            for (const channelSlices of divisors(p.rows)) {
              if (channelSlices > 1 && (channelSlices - 1) * channelsPerPe >= groupChannels) continue;
              const positionSlices = p.rows / channelSlices;
              const slices = { domains, teamColumns, channelSlices, positionSlices, channelsPerPe };
              yield { ...shape, ...slices, tapRows, residentKs };
            }
          }
    }
}

/** The whole kernel in one pass; for large ones also a row at a time, which keeps chunks longer. */
const tapRowChoices = ({ R, S }: Layer, p: SwgParameters): number[] =>
  R * S <= 25 && R * S <= p.accumulators ? [R] : [R, 1];

/** For a few widths, the tallest chunk that fits, and the tallest that divides images or is divided by them. */
function chunkShapes(
  statistics: LayerStatistics,
  tapRows: number,
  channels: number,
  p: SwgParameters,
): ChunkShape[] {
  const { N, P, Q } = statistics.layer;
  const shapes: ChunkShape[] = [];
  let cutsThatFit = 0;
  for (let cut = 1; cut <= Q && cutsThatFit < 3; cut++) {
    const bandColumns = Math.ceil(Q / cut);
    if (bandColumns === shapes.at(-1)?.bandColumns) continue;
    const fits = (bandRows: number) =>
      fitsBuffers(statistics, { bandRows, bandColumns }, tapRows, channels, p);
    if (!fits(1)) continue;
    let tallest = 1;
    let tooTall = Math.min(N * P, p.traceBits) + 1;
    while (tooTall - tallest > 1) {
      const middle = (tallest + tooTall) >> 1;
      if (fits(middle)) tallest = middle;
      else tooTall = middle;
    }
    const even = tallest > P ? tallest - (tallest % P) : Math.max(...divisors(P).filter((d) => d <= tallest));
    for (const bandRows of new Set([tallest, even])) shapes.push({ bandRows, bandColumns });
    cutsThatFit++;
  }
  return shapes;
}

/** Whether the fullest chunk of this shape fits trace vector, emap buffer and fmap buffer. */
function fitsBuffers(
  statistics: LayerStatistics,
  shape: ChunkShape,
  tapRows: number,
  channels: number,
  p: SwgParameters,
): boolean {
  const { layer } = statistics;
  const rows = Math.min(tapRows, layer.R);
  if ((shape.bandRows - 1) * shape.bandColumns >= p.traceBits) return false;
  const chunks = cutIntoChunks(layer, shape);
  const bits = Math.max(...chunks.map((chunk) => traceVectorBits(layer, chunk, rows)));
  if (bits > p.traceBits) return false;
  const bytes = valueBytes(p);
  const emapRoom = Math.floor(p.emapBufferBytes / emapRoundSlots);
  const fmapRoom = Math.floor(p.fmapBufferBytes / fmapChunkSlots(p));
  const bitmapBytes =
    channels * Math.ceil(Math.max(...chunks.map((c) => fmapBitmapBits(layer, c, rows))) / 8);
  if (bitmapBytes > fmapRoom) return false;
  const { emap, fmap } = statistics.fullest(shape, chunks, rows);
  const values = fmap.slice(0, channels).reduce((sum, n) => sum + n, 0);
  return compressedBytes(bits, emap, bytes) <= emapRoom && bitmapBytes + values * bytes <= fmapRoom;
}

/** The mapping with the least estimated time; the first of equals. */
export function chooseMapping(statistics: LayerStatistics, parameters: SwgParameters): Mapping {
  let best: Mapping | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates(statistics, parameters)) {
    const nest = loopNest(statistics.layer, candidate, parameters);
    const cycles = estimateCycles(statistics, nest, candidate, parameters);
    if (cycles < least) {
      least = cycles;
      best = candidate;
    }
  }
  if (!best)
    throw new InputError(
      `layer "${statistics.layer.name}" fits no mapping: fmapBufferBytes ${parameters.fmapBufferBytes}, ` +
        `emapBufferBytes ${parameters.emapBufferBytes}, accumulators ${parameters.accumulators}, ` +
        `traceBits ${parameters.traceBits}; make the smallest larger`,
    );
  return best;
}
