import { describe, expect, it } from "vitest";
import {
  comparedWithPublished,
  femtojoulesPerClock,
  femtojoulesPerToggle,
  useEnergy,
  useEnergyPj,
} from "./toggle-energy.ts";

const ratioOf = (unit: string, format: string): number =>
  comparedWithPublished().find((row) => row.unit === unit && row.format === format)!.ratio;

describe("does one constant, fitted on integer adders, give what other units were published with?", () => {
  it("adders that it is fitted on: their errors cancel, and each is within a quarter", () => {
    const fitted = comparedWithPublished().filter((row) => row.fitted);
    expect(fitted).toHaveLength(3);
    const logarithms = fitted.map(({ ratio }) => Math.log(ratio));
    expect(logarithms.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
    for (const { ratio } of fitted) {
      expect(ratio).toBeGreaterThan(1 / 1.25);
      expect(ratio).toBeLessThan(1.25);
    }
  });

  it.each([
    ["multiplier", "int8"],
    ["adder", "fp16"],
    ["adder", "fp32"],
  ])("%s of %s: within a factor of 1.5", (unit, format) => {
    expect(ratioOf(unit, format)).toBeGreaterThan(1 / 1.5);
    expect(ratioOf(unit, format)).toBeLessThan(1.5);
  });

  it("a flip-flop's clock takes more than nothing, and less than its write", () => {
    expect(femtojoulesPerToggle).toBeGreaterThan(0);
    expect(femtojoulesPerClock).toBeGreaterThan(0);
    expect(femtojoulesPerClock).toBeLessThan(9);
  });

  it("half of a word's bits toggling at a write cost what the published register does", () => {
    const word = { logicToggles: 0, flipFlopToggles: 16, clockedFlipFlops: 32 };
    expect(useEnergyPj(word)).toBeCloseTo(32 * 0.009, 10);
    // all of the clock's part is apart, for who books it elsewhere
    expect(useEnergy(word).clockPj).toBeCloseTo((32 * femtojoulesPerClock) / 1000, 10);
  });
});
