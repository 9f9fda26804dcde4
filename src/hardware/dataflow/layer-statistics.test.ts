import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy } from "../../../test/random-layers.ts";
import { defaults } from "../../parameter.ts";
import { countOnes, type Occupancy } from "../../trace/occupancy.ts";
import { convolution, type Layer } from "../../workload/layer.ts";
import { swgParameters } from "../parameters.ts";
import { chunkLayout, groupsOf, type RowWord, rowLayout } from "./geometry.ts";
import { type ChunkShape, type LayerStatistics, layerStatistics, totalsOf } from "./layer-statistics.ts";
import { passesOf } from "./mapping.ts";

const parameters = defaults(swgParameters);

const anyShape: fc.Arbitrary<ChunkShape> = fc.record({
  channelsPerTrace: fc.integer({ min: 1, max: 4 }),
  passRows: fc.integer({ min: 1, max: 3 }),
  passColumns: fc.integer({ min: 1, max: 4 }),
  chunkGroups: fc.integer({ min: 1, max: 8 }),
});

/** Every (position, tap) of image n at which channel c of the fmap has a nonzero: visits p and q. */
function eachNonzeroTap(
  { layer, fmap }: Occupancy,
  n: number,
  c: number,
  visit: (p: number, q: number) => void,
) {
  const { C, H, W, P, Q, R, S, stride, padding, dilation } = layer;
  for (let at = 0; at < P * Q * R * S; at++) {
    const [p, q, r, s] = [
      Math.floor(at / (Q * R * S)),
      Math.floor(at / (R * S)) % Q,
      Math.floor(at / S) % R,
      at % S,
    ];
    const y = p * stride[0] - padding[0] + r * dilation[0];
    const x = q * stride[1] - padding[1] + s * dilation[1];
    if (y >= 0 && y < H && x >= 0 && x < W && fmap[((n * C + c) * H + y) * W + x]) visit(p, q);
  }
}

function pairsOfChannel(occupied: Occupancy, c: number): number {
  const { layer, emap } = occupied;
  const { N, C, K, P, Q, groups } = layer;
  const first = (Math.floor(c / (C / groups)) * K) / groups;
  let pairs = 0;
  for (let n = 0; n < N; n++)
    eachNonzeroTap(occupied, n, c, (p, q) => {
      for (let k = first; k < first + K / groups; k++) pairs += emap[((n * K + k) * P + p) * Q + q];
    });
  return pairs;
}

/** [chunk][pass][C] what chunks hold, word by word and pixel by pixel. */
function storedIn({ layer, fmap }: Occupancy, shape: ChunkShape): number[] {
  const { C, H, W } = layer;
  const layout = rowLayout(layer, shape, parameters);
  const groups = groupsOf(layer, shape, parameters);
  const inWord = (c: number, { n, y, xs }: RowWord) =>
    y < 0 || y >= H ? 0 : xs.filter((x) => x >= 0 && x < W && fmap[((n * C + c) * H + y) * W + x]).length;
  const stored: number[] = [];
  for (let from = 0; from < groups.length; from += shape.chunkGroups)
    for (const pass of passesOf(layer, shape)) {
      const { words } = chunkLayout(layer, groups.slice(from, from + shape.chunkGroups), pass, layout!);
      const ofLane = words.filter(({ lane }) => lane === 0);
      for (let c = 0; c < C; c++) stored.push(ofLane.reduce((sum, word) => sum + inWord(c, word), 0));
    }
  return stored;
}

const allChunks = (layer: Layer, shape: ChunkShape) =>
  Array.from(
    { length: Math.ceil(groupsOf(layer, shape, parameters).length / shape.chunkGroups) },
    (_, i) => i,
  );

function wantedOfPasses({ layer, wantedTaps }: LayerStatistics, shape: ChunkShape): number {
  let wanted = 0;
  for (let k = 0; k < layer.K; k++)
    for (let c = 0; c < layer.C / layer.groups; c++)
      for (const pass of passesOf(layer, shape)) wanted += wantedTaps(k, c, pass);
  return wanted;
}

describe("are a layer's nonzeros counted right?", () => {
  it("channels' loads are the pairs that all k's of their group make where every gradient is wanted", () => {
    fc.assert(
      fc.property(anyOccupancy, (occupied) => {
        const { channelLoad } = layerStatistics(occupied);
        expect([...channelLoad]).toEqual(Array.from(channelLoad, (_, c) => pairsOfChannel(occupied, c)));
      }),
    );
  });

  it("totals are those of the maps and the mask, and passes and groups of positions add up to them", () => {
    fc.assert(
      fc.property(anyOccupancy, anyShape, (occupied, shape) => {
        const { layer, fmap, emap, mask } = occupied;
        const statistics = layerStatistics(occupied);
        const totals = totalsOf(statistics);
        expect(totals.fmap).toBe(countOnes(fmap));
        expect(totals.emap).toBe(countOnes(emap));
        const all = (layer.K * layer.C * layer.R * layer.S) / layer.groups;
        expect(totals.wanted).toBe(mask ? countOnes(mask) : all);
        expect(wantedOfPasses(statistics, shape)).toBe(totals.wanted);
        fc.pre(rowLayout(layer, shape, parameters) !== undefined);
        const groups = groupsOf(layer, shape, parameters);
        for (let k = 0; k < layer.K; k++)
          expect(statistics.emapCount(k, groups)).toBe(statistics.emapNonzeros[k]);
      }),
    );
  });

  it("a chunk's values are those of its row words, in any pass", () => {
    fc.assert(
      fc.property(anyOccupancy, anyShape, (occupied, shape) => {
        const { layer } = occupied;
        fc.pre(rowLayout(layer, shape, parameters) !== undefined);
        const statistics = layerStatistics(occupied);
        const stored = storedIn(occupied, shape);
        const chunks = allChunks(layer, shape);
        expect([...statistics.chunkValues(shape, parameters, chunks)]).toEqual(stored);
        const last = chunks.length - 1;
        expect([...statistics.chunkValues(shape, parameters, [last, 0])]).toEqual([
          ...stored.slice((last * stored.length) / chunks.length),
          ...stored.slice(0, stored.length / chunks.length),
        ]);
      }),
    );
  });

  it("a pixel in two words that are not shared is stored twice, one in the padding not at all", () => {
    // groups that lie as far apart as rows of a kernel share one; with a stride as large as the kernel there is nothing to share
    const shape = {
      N: 1,
      C: 1,
      H: 8,
      W: 3,
      K: 1,
      R: 2,
      S: 1,
      groups: 1,
      padding: [1, 0, 0, 0],
    } as const;
    const values = (stride: number, dilation: number) => {
      const layer = convolution({
        ...shape,
        name: "conv",
        stride: [stride, 1],
        dilation: [dilation, 1],
      });
      const ones = (size: number) => new Uint8Array(size).fill(1);
      const statistics = layerStatistics({ layer, fmap: ones(24), emap: ones(layer.P * 3) });
      const whole = { channelsPerTrace: 1, passRows: 2, passColumns: 1, chunkGroups: 8 };
      return { values: statistics.chunkValues(whole, parameters, [0])[0], outputs: layer.P };
    };
    expect(values(1, 1)).toEqual({ values: 24, outputs: 8 });
    expect(values(1, 3)).toEqual({ values: 3 * 8, outputs: 6 });
    // rows -1 and 2, 1 and 4, 3 and 6: the first is padding
    expect(values(2, 3)).toEqual({ values: 3 * 5, outputs: 3 });
  });
});
