import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution, emapSize, fmapSize, type Layer, linear } from "../workload/layer.ts";

const picture = convolution({
  name: "layer",
  N: 1,
  C: 1,
  H: 8,
  W: 8,
  K: 1,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});

/** Nothing is zero, ports have no limits. */
function full(machine: string, layer: Layer, given = {}) {
  const occupancy = {
    layer,
    fmap: new Uint8Array(fmapSize(layer)).fill(1),
    emap: new Uint8Array(emapSize(layer)).fill(1),
  };
  return runMachine(machine, occupancy, { unlimitedPorts: true, ...given });
}

describe("what does the outer product of a tile take?", () => {
  // 8 x 8 positions in tiles of 7, 7 x 1, 1 x 7 and 1 x 1: they meet 8 x 8, 8 x 2, 2 x 8 and 2 x 2 pixels
  const parts = [
    [64, 49],
    [16, 7],
    [16, 7],
    [4, 1],
  ];
  const alone = { peRows: 1, peColumns: 1 };

  it("every value of the tile by every value that its taps reach, in vectors of four", () => {
    const { cycles, breakdown, events, mapping } = full("outer-product", picture, alone);
    expect(mapping).toMatch(/^tiles of 7/);
    const products = parts.reduce((sum, [fmap, emap]) => sum + fmap * emap, 0);
    const steps = parts.reduce((sum, [fmap, emap]) => sum + Math.ceil(fmap / 4) * Math.ceil(emap / 4), 0);
    expect([cycles, breakdown.busy]).toEqual([steps, products]);
    // 22 pairs of a row or column and a tap that stay in the picture
    expect(events).toMatchObject({
      locatedProducts: products,
      scatteredProducts: 22 * 22,
      droppedProducts: products - 22 * 22,
      accumulatorReadBytes: 22 * 22 * 4,
    });
  });

  it("the port brings each tile's part with its halo, and the emap once for each round of channels", () => {
    const { events } = full("outer-product", { ...picture, C: 3 }, { ...alone, format: "int8" });
    expect(events.fmapReadBytes).toBe(Math.ceil(3 * 100 * (1 + 1 / 8)));
    // each of a part's 64 + 16 + 16 + 4 pixels is found as it crosses, and the 64 positions for each of three channels
    expect(events.vectorNonzeros).toBe(3 * 100 + 3 * 64);
    expect(events.emapReadBytes).toBe(3 * (64 + 8));
  });

  it("the fmap comes again for each block of k's whose sums, or whose nonzeros of a tile, a PE holds", () => {
    const layer = { ...picture, K: 4 };
    const fmapBytes = (given: object) =>
      full("outer-product", layer, { ...alone, ...given }).events.fmapReadBytes;
    const once = fmapBytes({});
    // whole bytes of a sum of parts
    expect(Math.abs(fmapBytes({ accumulators: 9 }) - 4 * once)).toBeLessThan(4);
    // 64 nonzeros of a k over four tiles: 16 of a tile, 64 of all k's, three bytes each
    expect(Math.abs(fmapBytes({ peBufferBytes: 96 }) - 2 * once)).toBeLessThan(2);
  });

  it("vectors are cut for each side: 5 by 5 values leave most of 4 x 4 multipliers empty", () => {
    const layer = { ...picture, H: 1, P: 1, W: 5, Q: 5, R: 1, padding: [0, 1, 0, 1] as const };
    const { cycles, breakdown } = full("outer-product", layer, alone);
    expect([cycles, breakdown.busy, breakdown.columnImbalance]).toEqual([4, 25, 64 - 25]);
  });

  it("tiles are handed to PEs", () => {
    const one = full("outer-product", picture, alone).cycles;
    const { cycles } = full("outer-product", { ...picture, N: 4, C: 8 });
    expect(cycles).toBe((32 * one) / 16);
  });

  it("a linear layer runs position by position, channels by k's, and wastes nothing", () => {
    const { cycles, breakdown, mapping } = full("outer-product", linear("fc", 16, 8, 8));
    expect([cycles, breakdown.busy]).toEqual([4, 16 * 64]);
    expect(mapping).toMatch(/^channels x k's/);
  });
});

/** Product by product: how many are made where planes are cut at multiples of `edge`. */
function recount(occupancy: Occupancy, edge: number): number {
  const { N, P, Q, groups } = occupancy.layer;
  let products = 0;
  for (let n = 0; n < N; n++)
    for (let group = 0; group < groups; group++)
      for (let top = 0; top < P; top += edge)
        for (let left = 0; left < Q; left += edge)
          products += productsOfTile(occupancy, n, group, { top, left, edge });
  return products;
}

interface Tile {
  readonly top: number;
  readonly left: number;
  readonly edge: number;
}

/** Nonzeros of the tile, over all k's of the group, times those that its taps reach, over all channels. */
function productsOfTile(
  { layer, fmap, emap }: Occupancy,
  n: number,
  group: number,
  { top, left, edge }: Tile,
): number {
  const { C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
  const [bottom, right] = [Math.min(P, top + edge) - 1, Math.min(Q, left + edge) - 1];
  const inTile = (p: number, q: number) => p >= top && p <= bottom && q >= left && q <= right;
  const meets = (h: number, w: number) =>
    h >= top * stride[0] - padding[0] &&
    h <= bottom * stride[0] - padding[0] + (R - 1) * dilation[0] &&
    w >= left * stride[1] - padding[1] &&
    w <= right * stride[1] - padding[1] + (S - 1) * dilation[1];
  const ofGroup = (map: Uint8Array, planes: number, size: number) =>
    map.subarray(((n * groups + group) * planes * size) / groups).subarray(0, (planes * size) / groups);
  const ofEmap = ofGroup(emap, K, P * Q).reduce(
    (sum, flag, i) => sum + (inTile(Math.floor(i / Q) % P, i % Q) ? flag : 0),
    0,
  );
  const ofFmap = ofGroup(fmap, C, H * W).reduce(
    (sum, flag, i) => sum + (meets(Math.floor(i / W) % H, i % W) ? flag : 0),
    0,
  );
  return ofEmap * ofFmap;
}

describe("do tiles count what a recount counts?", () => {
  it("on any layer, whatever tile it takes", () => {
    holds(
      fc.property(anyOccupancy, (occupancy) => {
        const { events, mapping } = runMachine("outer-product", occupancy, { unlimitedPorts: true });
        const [, edge] = /^tiles of (\d+)/.exec(mapping) ?? [];
        if (mapping.startsWith("channels")) return;
        expect(events.locatedProducts).toBe(recount(occupancy, edge === undefined ? 1e6 : Number(edge)));
      }),
      100,
    );
  });

  it("smaller tiles of one layer make fewer products, down to those of a tap", () => {
    const layer = { ...picture, N: 1, C: 2, H: 28, W: 28, P: 28, Q: 28 };
    const occupancy = {
      layer,
      fmap: new Uint8Array(fmapSize(layer)).fill(1),
      emap: new Uint8Array(emapSize(layer)).fill(1),
    };
    expect([7, 14, 28].map((edge) => recount(occupancy, edge))).toEqual(
      [7, 14, 28].map((edge) => recount(occupancy, edge)).sort((a, b) => a - b),
    );
  });
});

/** First and last position of a tile along an axis. */
type Edges = readonly [number, number];
type Pixel = readonly [h: number, w: number];

/** Vectors of four pixels of an 8 x 8 picture, those that a tile's 3 x 3 taps reach. */
function vectorsOfTile([top, bottom]: Edges, [left, right]: Edges): Pixel[][] {
  const pixels: Pixel[] = [];
  for (let h = Math.max(0, top - 1); h <= Math.min(7, bottom + 1); h++)
    for (let w = Math.max(0, left - 1); w <= Math.min(7, right + 1); w++) pixels.push([h, w]);
  return Array.from({ length: Math.ceil(pixels.length / 4) }, (_, i) => pixels.slice(4 * i, 4 * i + 4));
}

/** Positions of a tile along an axis that some tap joins with the span of a vector. */
function reached(vector: readonly Pixel[], axis: 0 | 1, [first, last]: Edges): number {
  const places = vector.map((pixel) => pixel[axis]);
  return Math.max(0, Math.min(last, Math.max(...places) + 1) - Math.max(first, Math.min(...places) - 1) + 1);
}

describe("what does ANT leave out?", () => {
  const alone = { peRows: 1, peColumns: 1 };
  /** Products and candidates by the definition: four fmap nonzeros in row-major order, the rows and columns they reach. */
  function byHand(edges: readonly Edges[], candidates: number) {
    let [cycles, products, compared] = [0, 0, 0];
    for (const vertical of edges)
      for (const horizontal of edges)
        for (const vector of vectorsOfTile(vertical, horizontal)) {
          const rows = reached(vector, 0, vertical);
          const inside = rows * reached(vector, 1, horizontal);
          const inRows = rows * (horizontal[1] - horizontal[0] + 1);
          products += vector.length * inside;
          compared += inRows;
          cycles += Math.max(Math.ceil(inside / 4), Math.ceil(inRows / candidates));
        }
    return { cycles, products, compared };
  }
  const tiledBy7 = [
    [0, 6],
    [7, 7],
  ] as const;

  it("what lies outside the rows and columns that a vector can reach; few candidates a cycle cost time", () => {
    for (const candidates of [16, 4]) {
      const { cycles, events, mapping } = full("ant", picture, { ...alone, candidates });
      const expected = byHand(mapping.startsWith("tiles of 7") ? tiledBy7 : [[0, 7]], candidates);
      expect([cycles, events.locatedProducts, events.comparedCandidates]).toEqual([
        expected.cycles,
        expected.products,
        expected.compared,
      ]);
    }
  });

  it("stride and dilation move the range: of four pixels in a row two are met by one tap each", () => {
    // one row, taps 0 and 2, stride 2: pixel 2 meets positions 1 and 0, so all lie in the range of pixels 0 to 3
    const row = convolution({
      name: "row",
      N: 1,
      C: 1,
      H: 1,
      W: 8,
      K: 1,
      R: 1,
      S: 2,
      groups: 1,
      stride: [2, 2],
      padding: [0, 0, 0, 0],
      dilation: [1, 2],
    });
    expect(row.Q).toBe(3);
    // pixels 0 to 3 reach positions 0 and 1, pixels 4 to 6 positions 1 and 2; no tap reaches pixel 7
    const { breakdown } = full("ant", row, alone);
    expect(breakdown.busy).toBe(4 * 2 + 3 * 2);
  });
});

describe("what do FF and BP take?", () => {
  const layer = convolution({
    name: "layer",
    N: 1,
    C: 2,
    H: 3,
    W: 3,
    K: 5,
    R: 1,
    S: 1,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });
  const one = { peRows: 1, peColumns: 1, unlimitedPorts: true };
  const full = { layer, fmap: new Uint8Array(18).fill(1), emap: new Uint8Array(45).fill(1) };

  it("channel by channel, vectors of the map's nonzeros by vectors of the kept weights", () => {
    // FF: two channels of ceil(9 / 4) x ceil(5 / 4); BP: five k's of ceil(9 / 4) x ceil(2 / 4)
    expect(runMachine("outer-product", full, one, "ff")).toMatchObject({ cycles: 12, events: { macs: 90 } });
    expect(runMachine("outer-product", full, one, "bp")).toMatchObject({ cycles: 15, events: { macs: 90 } });
    const mask = Uint8Array.from([1, 0, 1, 0, 1, 0, 1, 0, 0, 0]);
    expect(runMachine("outer-product", { ...full, mask }, one, "ff").cycles).toBe(3);
  });

  it("filters in blocks whose sums fit, of tiles that the ports and vectors like best", () => {
    // 9 sums a filter: one filter at a time takes 2 x 5 x 3; tiles of 2 with two filters 2 x 3 x 4; of 1 with 5 2 x 2 x 9
    const { cycles, mapping } = runMachine("outer-product", full, { ...one, accumulators: 9 }, "ff");
    expect([cycles, mapping.startsWith("tiles of 2, 2 filters")]).toEqual([24, true]);
  });

  it("products beyond the picture are dropped; a stride leaves a pixel no tap of another remainder", () => {
    const wide = convolution({ ...layer, C: 1, K: 1, R: 3, S: 3, padding: [1, 1, 1, 1] });
    const occupancy = { layer: wide, fmap: new Uint8Array(9).fill(1), emap: new Uint8Array(9).fill(1) };
    // 9 pixels x 9 taps, of which 49 stay inside
    expect(runMachine("outer-product", occupancy, one, "ff").events).toMatchObject({
      macs: 81,
      droppedProducts: 81 - 49,
    });
    const strided = convolution({ ...wide, stride: [2, 2] });
    const { events } = runMachine(
      "outer-product",
      { ...occupancy, layer: strided, emap: new Uint8Array(4).fill(1) },
      one,
      "ff",
    );
    // along an axis the outer pixels meet the middle tap, the one between them both others: 4 x 4 products, all inside
    expect([events.macs, events.droppedProducts]).toEqual([4 * 4, 0]);
  });

  it("ANT is the same machine there", () => {
    for (const phase of ["ff", "bp"] as const)
      expect(runMachine("ant", full, one, phase).cycles).toBe(
        runMachine("outer-product", full, one, phase).cycles,
      );
  });
});
