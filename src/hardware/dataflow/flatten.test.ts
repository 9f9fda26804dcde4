import { describe, expect, it } from "vitest";
import { convolution, linear } from "../../workload/layer.ts";
import { flattenPointwise, isFlat } from "./flatten.ts";

describe("is a pointwise layer one long row?", () => {
  const sizes = { name: "conv", N: 2, C: 3, H: 2, W: 2, K: 1, groups: 1 };
  const unit = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
  const fmap = Uint8Array.from({ length: 24 }, (_, i) => i);
  const emap = Uint8Array.from({ length: 8 }, (_, i) => i);

  it("images follow one another within a channel", () => {
    const flat = flattenPointwise({ layer: convolution({ ...sizes, ...unit, R: 1, S: 1 }), fmap, emap });
    expect(flat.layer).toMatchObject({ N: 1, C: 3, H: 1, W: 8, P: 1, Q: 8 });
    expect(isFlat(flat.layer)).toBe(true);
    expect([...flat.fmap]).toEqual([
      0, 1, 2, 3, 12, 13, 14, 15, 4, 5, 6, 7, 16, 17, 18, 19, 8, 9, 10, 11, 20, 21, 22, 23,
    ]);
    expect([...flat.emap]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("so are the examples of a linear layer, and the tokens", () => {
    const layer = linear("fc", 8, 3, 5);
    const flat = flattenPointwise({ layer, fmap: new Uint8Array(24), emap: new Uint8Array(40) });
    expect(flat.layer).toMatchObject({ N: 1, H: 1, W: 8, P: 1, Q: 8 });
  });

  it("a layer with a kernel, a stride or padding is left as it is", () => {
    const others = [
      { ...unit, R: 2, S: 1 },
      { ...unit, R: 1, S: 1, stride: [2, 1] as const },
      { ...unit, R: 1, S: 1, padding: [0, 1, 0, 0] as const },
    ];
    for (const other of others) {
      const layer = convolution({ ...sizes, ...other });
      expect(flattenPointwise({ layer, fmap, emap }).layer).toBe(layer);
    }
  });
});
