import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy } from "../../../test/random-layers.ts";
import { defaults } from "../../parameter.ts";
import { countOnes, type Occupancy } from "../../trace/occupancy.ts";
import { convolution } from "../../workload/layer.ts";
import { swgParameters } from "../parameters.ts";
import { chunkLayout, groupsOf, type RowWord, rowLayout } from "./geometry.ts";
import {
  type ChunkShape,
  type LayerStatistics,
  layerStatistics,
  sampledChunks,
  totalsOf,
} from "./layer-statistics.ts";
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

/** What the fullest chunk holds, word by word and pixel by pixel. */
function fullest({ layer, fmap }: Occupancy, shape: ChunkShape): number {
  const { C, H, W } = layer;
  const layout = rowLayout(layer, shape, parameters);
  const groups = groupsOf(layer, shape, parameters);
  const inWord = (c: number, { n, y, xs }: RowWord) =>
    y < 0 || y >= H ? 0 : xs.filter((x) => x >= 0 && x < W && fmap[((n * C + c) * H + y) * W + x]).length;
  let most = 0;
  for (let from = 0; from < groups.length; from += shape.chunkGroups)
    for (const pass of passesOf(layer, shape)) {
      const { words } = chunkLayout(layer, groups.slice(from, from + shape.chunkGroups), pass, layout!);
      const ofLane = words.filter(({ lane }) => lane === 0);
      const values = Array.from({ length: C }, (_, c) =>
        ofLane.reduce((sum, word) => sum + inWord(c, word), 0),
      );
      values.sort((a, b) => b - a);
      most = Math.max(
        most,
        values.slice(0, shape.channelsPerTrace).reduce((sum, n) => sum + n, 0),
      );
    }
  return most;
}

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

  it("a chunk's values are those of its row words, of the fullest channels, in any pass", () => {
    fc.assert(
      fc.property(anyOccupancy, anyShape, (occupied, shape) => {
        fc.pre(rowLayout(occupied.layer, shape, parameters) !== undefined);
        const statistics = layerStatistics(occupied);
        const most = fullest(occupied, shape);
        expect(statistics.fmapFits(shape, most, parameters, "all")).toBe(true);
        expect(statistics.fmapFits(shape, most - 1, parameters, "all")).toBe(false);
      }),
    );
  });

  it("a pixel in two words that are not shared is stored twice, one in the padding not at all", () => {
    // rows of a kernel three apart lie in one bank, so groups one below the other do not share them
    const shape = {
      N: 1,
      C: 1,
      H: 8,
      W: 3,
      K: 1,
      R: 2,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [1, 0, 0, 0],
    } as const;
    const values = (dilation: number) => {
      const layer = convolution({ ...shape, name: "conv", dilation: [dilation, 1] });
      const ones = (size: number) => new Uint8Array(size).fill(1);
      const statistics = layerStatistics({ layer, fmap: ones(24), emap: ones(layer.P * 3) });
      const whole = { channelsPerTrace: 1, passRows: 2, passColumns: 1, chunkGroups: 8 };
      let most = 0;
      while (!statistics.fmapFits(whole, most, parameters, "all")) most++;
      return { most, outputs: layer.P };
    };
    expect(values(1)).toEqual({ most: 24, outputs: 8 });
    expect(values(3)).toEqual({ most: 3 * (2 * 6 - 1), outputs: 6 });
  });
});

describe("which chunks does a sample hold?", () => {
  it("all of a few, and of many some that lie evenly over the layer", () => {
    expect(sampledChunks(3, "sample")).toEqual([0, 1, 2]);
    expect(sampledChunks(1024, "all")).toHaveLength(1024);
    const some = sampledChunks(1024, "sample");
    expect(some).toEqual(Array.from({ length: 256 }, (_, i) => 4 * i));
  });
});
