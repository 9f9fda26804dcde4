import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { emapCounts } from "./emap-counts.ts";
import { SummedArea } from "./summed-area.ts";

/** Edges of tiles of the emap plane that are tried, in positions; the whole plane is tried as well. */
const tileEdges: readonly number[] = [7, 8, 10, 14, 16, 20, 28, 32, 56];

/** Part of a plane: rows top to bottom - 1, columns left to right - 1. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Nonzeros of a channel of one image's fmap. */
export interface FmapPlane {
  readonly area: SummedArea;
  /** columns of the nonzeros of row h: `columns` from `rowStarts[h]` to `rowStarts[h + 1]` - 1 */
  readonly columns: Int32Array;
  readonly rowStarts: Int32Array;
}

/** What a PE does with a tile of the emap, over all k's, and a part of a channel of the fmap. */
export interface TileWork {
  readonly cycles: number;
  readonly products: number;
  /** nonzeros of the emap that are read, and positions of nonzeros that are looked at */
  readonly emapValues: number;
  readonly emapPositions: number;
  /** positions that are held against a range */
  readonly compared: number;
}

export type TileProduct = (
  layer: Layer,
  plane: FmapPlane,
  part: Box,
  emap: SummedArea,
  tile: Box,
) => TileWork;

/** A layer cut in tiles of one size. */
export interface PlaneTiling {
  readonly mapping: string;
  readonly tilesOfPlane: number;
  /** cycles of all PEs together, and a k's share of the tile that takes longest: k's of a tile may be on several PEs */
  peCycles: number;
  longest: number;
  products: number;
  /** of all parts that tiles meet, halos included: nonzeros, and pixels */
  fmapValues: number;
  fmapPixels: number;
  emapValues: number;
  emapPositions: number;
  compared: number;
}

/**
 * Each image's emap plane cut in tiles of each size; a tile meets that part of each channel of the fmap of its group that
 * some of its taps reach, halo included.
 */
export function tilingsOf(occupancy: Occupancy, product: TileProduct): PlaneTiling[] {
  const { layer } = occupancy;
  const { N, C, P, Q, groups } = layer;
  const whole = Math.max(P, Q);
  const sizes = [...tileEdges.filter((edge) => edge < whole), whole].map((edge) => {
    const tiles = tilesOf(layer, edge);
    return { tiles, tiling: emptyTiling(edge === whole ? "whole planes" : `tiles of ${edge}`, tiles.length) };
  });
  for (let n = 0; n < N; n++)
    for (let group = 0; group < groups; group++) {
      const emap = new SummedArea(emapCounts(occupancy, n, group), P, Q);
      for (let c = (group * C) / groups; c < ((group + 1) * C) / groups; c++) {
        const plane = fmapPlane(occupancy, n, c);
        for (const { tiles, tiling } of sizes)
          for (const { tile, part } of tiles)
            addTile(tiling, plane, part, product(layer, plane, part, emap, tile), layer.K / groups);
      }
    }
  return sizes.map(({ tiling }) => tiling);
}

const emptyTiling = (mapping: string, tilesOfPlane: number): PlaneTiling => ({
  mapping,
  tilesOfPlane,
  peCycles: 0,
  longest: 0,
  products: 0,
  fmapValues: 0,
  fmapPixels: 0,
  emapValues: 0,
  emapPositions: 0,
  compared: 0,
});

function addTile(tiling: PlaneTiling, { area }: FmapPlane, part: Box, work: TileWork, ks: number): void {
  tiling.peCycles += work.cycles;
  tiling.longest = Math.max(tiling.longest, Math.ceil(work.cycles / ks));
  tiling.products += work.products;
  tiling.fmapValues += area.within(part.top, part.left, part.bottom, part.right);
  tiling.fmapPixels += Math.max(0, part.bottom - part.top) * Math.max(0, part.right - part.left);
  tiling.emapValues += work.emapValues;
  tiling.emapPositions += work.emapPositions;
  tiling.compared += work.compared;
}

function tilesOf(layer: Layer, edge: number): { tile: Box; part: Box }[] {
  const { H, W, P, Q } = layer;
  const tiles: { tile: Box; part: Box }[] = [];
  for (let top = 0; top < P; top += edge)
    for (let left = 0; left < Q; left += edge) {
      const tile = { top, left, bottom: Math.min(P, top + edge), right: Math.min(Q, left + edge) };
      const rows = pixelsReached(layer, 0, tile.top, tile.bottom, H);
      const columns = pixelsReached(layer, 1, tile.left, tile.right, W);
      tiles.push({ tile, part: { top: rows[0], left: columns[0], bottom: rows[1], right: columns[1] } });
    }
  return tiles;
}

/** Pixels along an axis from the first to the last one that a tap joins with positions from `first` to `end` - 1. */
function pixelsReached(
  { R, S, stride, padding, dilation }: Layer,
  axis: 0 | 1,
  first: number,
  end: number,
  extent: number,
): [first: number, end: number] {
  const reach = ((axis === 0 ? R : S) - 1) * dilation[axis];
  const from = first * stride[axis] - padding[axis];
  const to = (end - 1) * stride[axis] - padding[axis] + reach;
  return [Math.max(0, from), Math.min(extent, to + 1)];
}

function fmapPlane({ layer, fmap }: Occupancy, n: number, c: number): FmapPlane {
  const { C, H, W } = layer;
  const plane = fmap.subarray((n * C + c) * H * W, (n * C + c + 1) * H * W);
  const columns = new Int32Array(H * W);
  const rowStarts = new Int32Array(H + 1);
  let count = 0;
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) if (plane[h * W + w] === 1) columns[count++] = w;
    rowStarts[h + 1] = count;
  }
  return { area: new SummedArea(plane, H, W), columns, rowStarts };
}
