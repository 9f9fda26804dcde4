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
import { type ChunkShape, mostBits } from "./geometry.ts";
import type { LayerCounts } from "./layer-statistics.ts";
import { loopNest, type Mapping } from "./mapping.ts";

const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** Chunk shapes that are tried with the same slices. */
const shapesTried = 2;
/** Columns that may share their k's. */
const mostTeamColumns = 8;
/** Channels that a PE may hold in an episode. */
const channelChoices = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Every mapping worth a look that fits the machine's buffers. */
export function* candidates(statistics: LayerCounts, p: SwgParameters): Generator<Mapping> {
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
            const held = Math.floor(p.accumulators / sumsOfK);
            const residentKs = Math.min(held, Math.ceil((1.5 * groupKs) / teams));
            for (const channelSlices of divisors(p.rows)) {
              if (channelSlices > 1 && (channelSlices - 1) * channelsPerPe >= groupChannels) continue;
              const positionSlices = p.rows / channelSlices;
              const slices = { domains, teamColumns, channelSlices, positionSlices, channelsPerPe };
              const common = { ...shape, ...slices, tapRows, residentKs };
              yield { ...common, roundKs: Math.ceil(Math.min(p.roundKs, residentKs) / 2) };
            }
          }
    }
}

/** The same mapping with the other round sizes: all that the machine takes, and a quarter. */
export const otherRounds = (mapping: Mapping, p: SwgParameters): Mapping[] => {
  const most = Math.min(p.roundKs, mapping.residentKs);
  const sizes = new Set([most, Math.ceil(most / 4)]);
  sizes.delete(mapping.roundKs);
  return [...sizes].map((roundKs) => ({ ...mapping, roundKs }));
};

/** The whole kernel in one pass; for large ones also a row at a time, which keeps chunks longer. */
const tapRowChoices = ({ R, S }: Layer, p: SwgParameters): number[] =>
  R * S <= 25 && R * S <= p.accumulators ? [R] : [R, 1];

/** For a few widths, the tallest chunk that fits, and the tallest that divides images or is divided by them. */
function chunkShapes(
  statistics: LayerCounts,
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
    for (const bandRows of new Set([tallest, even]))
      if (fits(bandRows)) shapes.push({ bandRows, bandColumns });
    cutsThatFit++;
  }
  return shapes;
}

/** Whether the fullest chunk of this shape fits trace vector, emap buffer and fmap buffer. */
function fitsBuffers(
  statistics: LayerCounts,
  shape: ChunkShape,
  tapRows: number,
  channels: number,
  p: SwgParameters,
): boolean {
  const { layer } = statistics;
  const rows = Math.min(tapRows, layer.R);
  if ((shape.bandRows - 1) * shape.bandColumns >= p.traceBits) return false;
  const bits = mostBits(layer, shape, rows);
  if (bits.traceVector > p.traceBits) return false;
  const bytes = valueBytes(p);
  const emapRoom =
    Math.floor(p.emapBufferBytes / emapRoundSlots) - compressedBytes(bits.traceVector, 0, bytes);
  const fmapRoom =
    Math.floor(p.fmapBufferBytes / fmapChunkSlots(p)) - channels * compressedBytes(bits.fmapBitmap, 0, bytes);
  if (emapRoom < 0 || fmapRoom < 0) return false;
  return (
    statistics.emapFits(shape, Math.floor(emapRoom / bytes)) &&
    statistics.fmapFits(shape, rows, channels, Math.floor(fmapRoom / bytes))
  );
}

/**
 * The mappings with the least estimated time, best first, no more than `shapesTried` with the same
 * slices; `count` at most, all with rounds of half the size that the machine takes.
 */
export function promisingMappings(statistics: LayerCounts, p: SwgParameters, count: number): Mapping[] {
  const estimated: { mapping: Mapping; cycles: number }[] = [];
  for (const mapping of candidates(statistics, p))
    estimated.push({
      mapping,
      cycles: estimateCycles(statistics, loopNest(statistics.layer, mapping, p), mapping, p),
    });
  if (estimated.length === 0)
    throw new InputError(
      `layer "${statistics.layer.name}" fits no mapping: fmapBufferBytes ${p.fmapBufferBytes}, ` +
        `emapBufferBytes ${p.emapBufferBytes}, accumulators ${p.accumulators}, traceBits ${p.traceBits}; ` +
        "one of them is too small",
    );
  estimated.sort((a, b) => a.cycles - b.cycles);
  const kinds = new Map<string, number>();
  const chosen: Mapping[] = [];
  for (const { mapping } of estimated) {
    const kind = `${mapping.teamColumns} ${mapping.channelSlices} ${mapping.channelsPerPe}`;
    const seen = kinds.get(kind) ?? 0;
    if (seen === shapesTried || chosen.length === count) continue;
    kinds.set(kind, seen + 1);
    chosen.push(mapping);
  }
  return chosen;
}
