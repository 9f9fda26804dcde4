import { describe, expect, it } from "vitest";
import type { MemoryComponent } from "../accelerators/components.ts";
import { memoryCost, twoPortFactors } from "./memory.ts";
import { nm28 } from "./nodes/28nm.ts";
import { nm65 } from "./nodes/65nm.ts";
import { femtojoulesPerClock, femtojoulesPerToggle } from "./toggle-energy.ts";

const one = (bytes: number, wordBits = 64): MemoryComponent => ({
  count: 1,
  words: (8 * bytes) / wordBits,
  wordBits,
  ports: "shared",
});

describe("what does a memory cost?", () => {
  it("a macro of the grid is its row, a byte its share of the word", () => {
    const { readPjPerByte, writePjPerByte, leakMw, areaMm2, made } = memoryCost(one(1024), nm65);
    expect([readPjPerByte, writePjPerByte]).toEqual([3.12005 / 8, 6.48658 / 8]);
    expect([leakMw, areaMm2, made]).toEqual([0.000118284, 0.007511673985499999, "SRAM"]);
  });

  it("between two sizes it is linear in the logarithm of the size", () => {
    // the geometric mean of 1 and 2 KiB lies half way
    const { readPjPerByte } = memoryCost(one(1024 * Math.SQRT2), nm65);
    expect(readPjPerByte).toBeCloseTo((3.12005 + 3.62197) / 2 / 8, 12);
  });

  it("the narrowest word that holds an access is taken; the widest for wider ones", () => {
    expect(memoryCost(one(4096, 65), nm65).readPjPerByte).toBe(8.15626 / 16);
    expect(memoryCost(one(4096, 512), nm65).readPjPerByte).toBe(19.2151 / 32);
  });

  it("a larger one than the grid's is cut in equal ones; many cost as many times one", () => {
    const half = memoryCost(one(512 * 1024), nm65);
    const whole = memoryCost(one(1024 * 1024), nm65);
    expect(whole.readPjPerByte).toBe(half.readPjPerByte);
    expect(whole.areaMm2).toBe(2 * half.areaMm2);
    const many = memoryCost({ ...one(1024), count: 256 }, nm65);
    expect(many.leakMw).toBe(256 * 0.000118284);
  });

  it("a smaller one than the grid's takes the smallest macro, or registers where they are smaller", () => {
    expect(memoryCost(one(384), nm65)).toMatchObject({ made: "SRAM", areaMm2: 0.0044719184097 });
    // 16 flip-flops behind a clock gate
    const register = memoryCost({ count: 1, words: 1, wordBits: 16, ports: "readAndWrite" }, nm65);
    expect(register).toMatchObject({ made: "registers", leakMw: 0, readPjPerByte: 0 });
    expect(register.areaMm2).toBeCloseTo((16 * 5.67 + 4.67) * 0.798e-6 * (65 / 45) ** 2, 12);
    // a byte written: 4 bits change, the clocks of 8 flip-flops and half of the gate switch
    const femtojoules = 4 * 5.67 * femtojoulesPerToggle + 8.5 * femtojoulesPerClock;
    expect(register.writePjPerByte).toBeCloseTo((femtojoules / 1000) * 2.405022, 5);
  });

  it("a port for reading beside one for writing takes more area and energy", () => {
    const [shared, both] = [one(1024), { ...one(1024), ports: "readAndWrite" as const }].map((memory) =>
      memoryCost(memory, nm65),
    );
    expect(both.areaMm2 / shared.areaMm2).toBeCloseTo(twoPortFactors.area, 12);
    expect(both.leakMw / shared.leakMw).toBeCloseTo(twoPortFactors.area, 12);
    expect(both.writePjPerByte / shared.writePjPerByte).toBeCloseTo(twoPortFactors.energy, 12);
  });

  it("more ports than that only registers have", () => {
    const made = (read: number, write: number, writersOfWord = write) =>
      memoryCost({ ...one(1024), ports: { read, write, writersOfWord } }, nm65);
    expect(made(2, 1)).toMatchObject({ made: "registers", leakMw: 0 });
    expect(made(2, 1).areaMm2).toBeGreaterThan(memoryCost(one(1024), nm65).areaMm2);
    expect(made(3, 1).areaMm2).toBeGreaterThan(made(2, 1).areaMm2);
    expect(made(2, 2).areaMm2).toBeGreaterThan(made(2, 1).areaMm2);
    expect(made(2, 2, 1).areaMm2).toBe(made(2, 1).areaMm2);
    // a way through the tree of the words, which is longer where there are more of them
    expect(made(2, 1).readPjPerByte).toBeLessThan(
      memoryCost({ ...one(2048), ports: { read: 2, write: 1 } }, nm65).readPjPerByte,
    );
  });

  it("it takes no less area when it is larger, and less at 28 nm", () => {
    const sizes = [1, 10, 40, 100, 384, 512, 700, 1024, 5000, 30_000, 500_000, 1_000_000];
    const areas = sizes.map((bytes) => memoryCost(one(bytes), nm65).areaMm2);
    expect(areas).toEqual(areas.toSorted((a, b) => a - b));
    for (const [i, bytes] of sizes.entries())
      expect(memoryCost(one(bytes), nm28).areaMm2).toBeLessThan(areas[i]);
  });
});
