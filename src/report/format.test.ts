import { describe, expect, it } from "vitest";
import { counted, percent } from "./format.ts";

describe("does a rounded number say what is not so?", () => {
  it.each([
    [0, "0.0 %"],
    [1e-9, "<0.1 %"],
    [0.00049, "<0.1 %"],
    [0.0005, "0.1 %"],
    [0.1234, "12.3 %"],
    [0.9994, "99.9 %"],
    [0.99951, ">99.9 %"],
    [1 - 1e-12, ">99.9 %"],
    [1, "100.0 %"],
  ])("%f is %s: none and all are only what is none and all", (share, words) => {
    expect(percent(share)).toBe(words);
  });

  it("one thing, and several", () => {
    expect([0, 1, 2, 1234].map((n) => counted(n, "layer"))).toEqual([
      ...["0 layers", "1 layer", "2 layers", "1,234 layers"],
    ]);
  });
});
