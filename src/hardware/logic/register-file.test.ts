import { describe, expect, it } from "vitest";
import {
  registerFileGateEquivalents,
  registerFilePoints,
  registerFileRead,
  registerFileWrite,
  synthesisedGateEquivalents,
} from "./register-file.ts";

describe("what does a memory of flip-flops cost?", () => {
  it.each(registerFilePoints)("within 3 % of what was synthesised: %j", (point) => {
    const fitted = synthesisedGateEquivalents(point);
    expect(Math.abs(fitted / (point.logic + point.flipFlops) - 1)).toBeLessThan(0.03);
  });

  it("more words, bits and ports cost more, in proportion to words", () => {
    const file = { words: 64, width: 8, reads: 2, writes: 2 };
    const size = registerFileGateEquivalents(file);
    for (const name of ["words", "width", "reads", "writes"] as const)
      expect(registerFileGateEquivalents({ ...file, [name]: 2 * file[name] })).toBeGreaterThan(size);
    expect(registerFileGateEquivalents({ ...file, words: 1024 })).toBeCloseTo(16 * size, 6);
  });

  it("a register: flip-flops and a clock gate; it is there without being read", () => {
    const register = { words: 1, width: 32, reads: 1, writes: 1 };
    expect(registerFileGateEquivalents(register)).toBeCloseTo(32 * 5.67 + 4.67, 9);
    expect(registerFileRead(register)).toEqual({ toggledGateEquivalents: 0, clockedFlipFlops: 0 });
    expect(registerFileWrite(register)).toEqual({ toggledGateEquivalents: 16 * 5.67, clockedFlipFlops: 33 });
  });

  it("a write switches the ANDs and ORs of its port, where there are others", () => {
    const write = (writes: number) => registerFileWrite({ width: 10, writes }).toggledGateEquivalents;
    expect(write(1)).toBe(5 * 5.67);
    expect(write(4) - write(1)).toBeCloseTo(10 * 1.33 * 3, 9);
  });

  it("a read switches a way through the tree of its words", () => {
    const read = (words: number) => registerFileRead({ words, width: 10 }).toggledGateEquivalents;
    // the AND, and the OR in which the words of two addresses meet
    expect(read(2)).toBeCloseTo(10 * 1.33 * 1.5, 9);
    expect(read(256) - read(128)).toBeCloseTo(10 * 1.33, 9);
  });
});
