import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { emapSize, fmapSize, gradientSize, type Layer, linear } from "../workload/layer.ts";
import { networks } from "../workload/networks/index.ts";
import { countOnes, type Occupancy } from "./occupancy.ts";
import { syntheticOccupancy, syntheticTrace } from "./synthetic.ts";

const layerOf = (network: string, name: string, batch: number): Layer =>
  networks[network].layers(batch).find((layer) => layer.name === name)!;
const densityOf = (flags: Uint8Array) => countOnes(flags) / flags.length;
const bytes = ({ fmap, emap, mask }: Occupancy) => {
  const hash = createHash("sha256").update(fmap).update(emap);
  return hash
    .update(mask ?? "")
    .digest("hex")
    .slice(0, 16);
};
const sameSizes = ({ layer, fmap, emap, mask }: Occupancy) =>
  expect([fmap.length, emap.length, mask?.length]).toEqual([
    fmapSize(layer),
    emapSize(layer),
    mask && gradientSize(layer),
  ]);

describe("do synthetic maps have the zeros that were asked for?", () => {
  const layers = [
    layerOf("resnet20", "conv_8_c1", 16),
    layerOf("resnet50", "layer2.0.conv2", 4),
    layerOf("mobilenetv2", "features.14.conv.1.0", 16),
    linear("fc", 512, 256, 100),
  ];
  for (const layer of layers)
    it.each([0.03, 0.3, 0.5, 0.9])(
      `${layer.name} at density %f, to a tenth of its zeros or nonzeros`,
      (density) => {
        const made = syntheticOccupancy(layer, { fmap: density, emap: density, mask: density }, 3);
        sameSizes(made);
        for (const flags of [made.fmap, made.emap])
          expect(Math.abs(densityOf(flags) - density)).toBeLessThan(0.1 * Math.min(density, 1 - density));
        const few = 3 / Math.sqrt(made.mask!.length);
        expect(Math.abs(densityOf(made.mask!) - density)).toBeLessThan(0.05 + few);
        for (const flags of Object.values(made).filter((value) => value instanceof Uint8Array))
          expect(flags.every((flag) => flag === 0 || flag === 1)).toBe(true);
      },
    );

  it("densities 0 and 1 are exact", () => {
    const { fmap, emap } = syntheticOccupancy(layers[0], { fmap: 0, emap: 1 }, 1);
    expect([countOnes(fmap), countOnes(emap)]).toEqual([0, emap.length]);
  });

  it("coin flips meet a density closely, and no two neighbours know of each other", () => {
    const { fmap } = syntheticOccupancy(layers[1], { fmap: 0.25, emap: 1 }, 1, { zeros: "coins" });
    let pairs = 0;
    for (let i = 1; i < fmap.length; i++) pairs += fmap[i] & fmap[i - 1];
    expect(densityOf(fmap)).toBeCloseTo(0.25, 2);
    expect(pairs / fmap.length).toBeCloseTo(0.0625, 2);
  });

  it("channels differ widely, as they do not with coins", () => {
    const spread = (zeros: "fitted" | "coins") => {
      const layer = layers[1];
      const { fmap } = syntheticOccupancy(layer, { fmap: 0.4, emap: 1 }, 1, { zeros });
      const area = layer.H * layer.W;
      const channels = Array.from({ length: layer.C }, (_, c) =>
        densityOf(fmap.subarray(c * area, (c + 1) * area)),
      );
      return Math.max(...channels) - Math.min(...channels);
    };
    expect(spread("fitted")).toBeGreaterThan(0.6);
    expect(spread("coins")).toBeLessThan(0.2);
  });
});

describe("is the error behind a max pool at its winners only?", () => {
  it("one position at most in each 2x2 window, as many as the pool's output has nonzeros", () => {
    const layer = layerOf("vgg8", "conv_3", 8);
    const pool = { kernel: 2, stride: 2 };
    const { emap } = syntheticOccupancy(layer, { fmap: 1, emap: 0.4, pool }, 1);
    expect(densityOf(emap)).toBeGreaterThan(0.09);
    expect(densityOf(emap)).toBeLessThan(0.11);
    const windows = new Map<number, number>();
    for (const [i, flag] of emap.entries()) {
      const [x, y] = [i % layer.Q, Math.floor(i / layer.Q)];
      const window = (y >> 1) * layer.Q + (x >> 1);
      windows.set(window, (windows.get(window) ?? 0) + flag);
    }
    expect(Math.max(...windows.values())).toBe(1);
    const corners = [0, 1].flatMap((y) =>
      [0, 1].map((x) => emap.filter((_, i) => Math.floor(i / layer.Q) % 2 === y && i % 2 === x)),
    );
    for (const corner of corners) expect(densityOf(corner)).toBeCloseTo(densityOf(emap), 1);
  });

  it("overlapping windows share winners, and what no window sees stays zero", () => {
    const layer = layerOf("alexnet", "features.0", 1); // 55 x 55
    const pool = { kernel: 3, stride: 2 };
    const { emap } = syntheticOccupancy({ ...layer, P: 56 }, { fmap: 1, emap: 1, pool }, 1);
    const perWindow = countOnes(emap) / (64 * 27 * 27);
    expect(perWindow).toBeGreaterThan(0.6);
    expect(perWindow).toBeLessThan(0.9);
    const lastRows = emap.filter((_, i) => Math.floor(i / 55) % 56 === 55);
    expect(countOnes(lastRows)).toBe(0);
  });
});

describe("does the same seed give the same bytes?", () => {
  const densities = { fmap: 0.4, emap: 0.3, mask: 0.2 };
  const layer = layerOf("resnet20", "conv_6_c1", 2);

  it("these bytes, on every machine", () => {
    expect(bytes(syntheticOccupancy(layer, densities, 1))).toBe("2f47ea9cb8c0c698");
    expect(bytes(syntheticOccupancy(layer, densities, 1, { zeros: "coins" }))).toBe("ed05a6cc5611eaf0");
    expect(bytes(syntheticOccupancy(linear("fc", 64, 100, 10), densities, 2 ** 40))).toBe("9de87a237fdc7582");
  });

  it("other seeds, names and tensors give others", () => {
    const one = syntheticOccupancy(layer, densities, 1);
    expect(bytes(syntheticOccupancy(layer, densities, 2))).not.toBe(bytes(one));
    expect(bytes(syntheticOccupancy({ ...layer, name: "other" }, densities, 1))).not.toBe(bytes(one));
    const square = { ...layer, K: layer.C, P: layer.H, Q: layer.W };
    const { fmap, emap } = syntheticOccupancy(square, { fmap: 0.4, emap: 0.4 }, 1);
    expect(fmap).not.toEqual(emap);
  });

  it("in whatever order layers are asked for", () => {
    const [a, b] = [1, 2].map(() => syntheticTrace("resnet20", 1, 7));
    const first = bytes(a.occupancy("conv_3_c1"));
    b.occupancy("conv_11_c2");
    expect(bytes(b.occupancy("conv_3_c1"))).toBe(first);
  });
});

describe("what is a synthetic trace of a network?", () => {
  it("its layers at that batch, with the profile's densities or the given ones", () => {
    const trace = syntheticTrace("vgg8", 2, 1);
    expect(trace.labels).toEqual({ network: "vgg8", dataset: "synthetic", step: 0, batch: 2 });
    expect(trace.layers.every(({ N }) => N === 2)).toBe(true);
    for (const { name } of trace.layers) sameSizes(trace.occupancy(name));
    const given = syntheticTrace("vgg8", 2, 1, { densities: { mask: 0.2 } }).occupancy("conv_8");
    expect(densityOf(given.mask!)).toBeCloseTo(0.2, 1);
  });

  it("an unknown network or layer is refused in one line", () => {
    expect(() => syntheticTrace("vgg9", 2, 1)).toThrow('unknown network "vgg9"; known: alexnet, vgg16,');
    expect(() => syntheticTrace("vgg8", 2, 1).occupancy("fc")).toThrow('unknown layer "fc"; known: conv_0,');
  });
});
