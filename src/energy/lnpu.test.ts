import { describe, expect, it } from "vitest";
import { lnpuPj, lnpuPoints, lnpuZerosAt } from "./lnpu.ts";

const topsPerWatt = (zeros: number) => (2 * 1000) / lnpuPj(1000, 1000 * (1 - zeros));

describe("does LNPU's energy follow from its two published points?", () => {
  it.each(lnpuPoints)("$inputZeros of the inputs zero: $denseTopsPerWatt TFLOPS/W", (point) => {
    expect(topsPerWatt(point.inputZeros)).toBeCloseTo(point.denseTopsPerWatt, 10);
  });

  it("a skipped product costs less than a tenth of one that is made, but not nothing", () => {
    const [skipped, made] = [lnpuPj(1, 0), lnpuPj(1, 1)];
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(made / 10);
  });
});

describe("what do they say of points that nothing was fitted to?", () => {
  it("7.56 TOPS/W, LNPU's in SWG's abstract, is that of 56 % input zeros", () => {
    expect(lnpuZerosAt(7.56)).toBeCloseTo(0.563, 3);
    expect(topsPerWatt(lnpuZerosAt(7.56))).toBeCloseTo(7.56, 10);
  });

  it("the 37 to 61 % of zeros that LNPU's abstract saw in training give 5.4 to 8.4", () => {
    expect(topsPerWatt(0.37)).toBeCloseTo(5.39, 2);
    expect(topsPerWatt(0.61)).toBeCloseTo(8.38, 2);
  });
});
