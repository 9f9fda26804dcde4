import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayer } from "../../../test/random-layers.ts";
import { convolution } from "../../workload/layer.ts";
import { type Box, cutIntoChunks, firstReach, fmapBitmapBits, reach, traceVectorBits } from "./geometry.ts";

const shape = fc.record({
  bandRows: fc.integer({ min: 1, max: 12 }),
  bandColumns: fc.integer({ min: 1, max: 9 }),
});

/** The names of all places in a box of an image. */
function* placesIn({ h0, h1, w0, w1 }: Box): Generator<string> {
  for (let h = h0; h < h1; h++) for (let w = w0; w < w1; w++) yield `${h} ${w}`;
}

describe("do chunks cover every position once?", () => {
  it("partitions the positions of any layer", () => {
    fc.assert(
      fc.property(anyLayer, shape, (layer, cut) => {
        const seen = new Set<string>();
        let positions = 0;
        for (const chunk of cutIntoChunks(layer, cut)) {
          positions += chunk.positions;
          for (const { n, p0, rows } of chunk.parts)
            for (const place of placesIn({
              h0: p0,
              h1: p0 + rows,
              w0: chunk.q0,
              w1: chunk.q0 + chunk.columns,
            }))
              seen.add(`${n} ${place}`);
        }
        expect(seen.size).toBe(layer.N * layer.P * layer.Q);
        expect(positions).toBe(seen.size);
      }),
    );
  });
});

describe("is the fmap read from DRAM once, and before it is needed?", () => {
  it("tiles the picture, and a chunk reaches nothing that no chunk up to it has read", () => {
    fc.assert(
      fc.property(anyLayer, shape, (layer, cut) => {
        const read = new Set<string>();
        for (const chunk of cutIntoChunks(layer, cut))
          for (const part of chunk.parts) {
            const placesOf = (box: Box) => Array.from(placesIn(box), (place) => `${part.n} ${place}`);
            const fresh = placesOf(firstReach(layer, part, chunk));
            expect(fresh.filter((place) => read.has(place))).toEqual([]);
            for (const place of fresh) read.add(place);
            const near = placesOf(reach(layer, part, chunk, 0, layer.R));
            expect(near.filter((place) => !read.has(place))).toEqual([]);
          }
        expect(read.size).toBe(layer.N * layer.H * layer.W);
      }),
    );
  });
});

describe("how many bits do a chunk's vectors take?", () => {
  const layer = (over: object) =>
    convolution({
      name: "l",
      N: 2,
      C: 4,
      H: 8,
      W: 8,
      K: 4,
      R: 3,
      S: 3,
      groups: 1,
      stride: [1, 1],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
      ...over,
    });

  it("counts padding columns between rows, and padding rows between images, so that a tap is one shift", () => {
    const [oneImage] = cutIntoChunks(layer({}), { bandRows: 8, bandColumns: 8 });
    expect(traceVectorBits(layer({}), oneImage, 3)).toBe(8 * 10 - 2);
    expect(fmapBitmapBits(layer({}), oneImage, 3)).toBe(10 * 10);
    const [twoImages] = cutIntoChunks(layer({}), { bandRows: 16, bandColumns: 8 });
    expect(traceVectorBits(layer({}), twoImages, 3)).toBe(18 * 10 - 2);
  });

  it("keeps a plane for each phase of the stride that a tap falls on", () => {
    const strided = layer({ stride: [2, 2] });
    const [chunk] = cutIntoChunks(strided, { bandRows: 4, bandColumns: 4 });
    expect(fmapBitmapBits(strided, chunk, 3)).toBe(4 * 5 * 5);
    const pointwise = layer({ stride: [2, 2], R: 1, S: 1, padding: [0, 0, 0, 0] });
    const [own] = cutIntoChunks(pointwise, { bandRows: 4, bandColumns: 4 });
    expect(fmapBitmapBits(pointwise, own, 1)).toBe(16);
  });
});
