import { describe, expect, it } from "vitest";
import { convolution } from "../workload/layer.ts";
import { structuredMask } from "./structured-mask.ts";

const layer = (C: number, groups: number) =>
  convolution({
    name: "c",
    N: 1,
    C,
    H: 5,
    W: 5,
    K: 4 * groups,
    R: 3,
    S: 2,
    groups,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });

/** How many are kept of each `of` neighbours at each k and tap. */
function kept(mask: Uint8Array, channels: number, of: number): number[] {
  const counts = [];
  for (let k = 0; k < mask.length / (channels * 6); k++)
    for (let tap = 0; tap < 6; tap++)
      for (let c = 0; c < channels; c += of)
        counts.push(
          Array.from(
            { length: Math.min(of, channels - c) },
            (_, i) => mask[(k * channels + c + i) * 6 + tap],
          ).reduce((sum, flag) => sum + flag, 0),
        );
  return counts;
}

describe("does an N:M mask keep N of each M channels?", () => {
  it("at every k and tap, and another choice at each", () => {
    const mask = structuredMask(layer(16, 2), { kept: 2, of: 4 }, 7);
    expect(new Set(kept(mask, 8, 4))).toEqual(new Set([2]));
    const [first, ...others] = Array.from({ length: 8 }, (_, k) =>
      mask.subarray(k * 48, (k + 1) * 48).join(),
    );
    expect(others).not.toContain(first);
    expect(structuredMask(layer(16, 2), { kept: 2, of: 4 }, 7)).toEqual(mask);
  });

  it("the last few channels keep as many as they have, N at most; every place is kept as often", () => {
    expect(new Set(kept(structuredMask(layer(5, 1), { kept: 1, of: 4 }, 1), 5, 4))).toEqual(new Set([1]));
    expect(structuredMask(layer(3, 3), { kept: 2, of: 4 }, 1)).not.toContain(0);
    const many = structuredMask({ ...layer(4, 1), K: 4000 }, { kept: 1, of: 4 }, 3);
    for (let c = 0; c < 4; c++) {
      const share = many.filter((flag, i) => flag === 1 && Math.floor(i / 6) % 4 === c).length / 24000;
      expect(share).toBeCloseTo(0.25, 1);
    }
  });
});
