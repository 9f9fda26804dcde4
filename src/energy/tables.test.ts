import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sharedFolder } from "../../test/shared-data.ts";
import type { Format } from "../accelerators/components.ts";
import { multiplier, sumAdder } from "./arithmetic.ts";
import { csvTable } from "./csv-table.ts";
import { dramRows, drams } from "./dram.ts";
import { nm28 } from "./nodes/28nm.ts";
import { nm65 } from "./nodes/65nm.ts";
import { operations } from "./operations.ts";
import { areaScale, energyScale, scalingRows } from "./scaling.ts";

describe("are the tables those of their sources?", () => {
  const folder = sharedFolder("facts");
  const facts = (name: string) =>
    csvTable<Record<string, string>>(readFileSync(join(folder!, name), "utf8").replaceAll("\r", ""));

  it.skipIf(!folder)("operations, DRAM and scaling, row for row", () => {
    expect(operations).toEqual(facts("operation-energy.csv"));
    expect(dramRows).toEqual(facts("dram-energy.csv"));
    expect(scalingRows).toEqual(facts("node-scaling.csv"));
  });

  it.skipIf(!folder)("SRAM of low standby power, of each node", () => {
    for (const { nm, sram } of [nm65, nm28]) {
      const rows = facts("sram-cacti7.csv").filter(
        ({ tech_nm, cell }) => tech_nm === String(nm) && cell === "itrs-lstp",
      );
      expect(sram).toEqual(
        rows.map((row) => ({
          wordBits: Number(row.word_bits),
          bytes: 1024 * Number(row.KB),
          readPj: Number(row.read_pJ),
          writePj: Number(row.write_pJ),
          leakMw: Number(row.leak_mW),
          areaMm2: Number(row.area_mm2),
        })),
      );
    }
  });

  it("SRAM area and leakage grow with size at each width, and every number is above 0", () => {
    const ofWidths = [nm65, nm28].flatMap(({ sram }) =>
      [64, 128, 256].map((width) => sram.filter(({ wordBits }) => wordBits === width)),
    );
    for (const rows of ofWidths) {
      expect(rows.length).toBeGreaterThan(8);
      expect(rows.flatMap((row) => Object.values(row)).filter((value) => !(value > 0))).toEqual([]);
      for (const [i, larger] of rows.slice(1).entries()) {
        expect(larger.bytes).toBe(2 * rows[i].bytes);
        expect(larger.areaMm2).toBeGreaterThan(rows[i].areaMm2);
        expect(larger.leakMw).toBeGreaterThan(rows[i].leakMw);
      }
    }
  });
});

describe("is scaling that of Stillmaker and Baas?", () => {
  // worked out by hand from the table: a2 V^2 + a1 V + a0
  it("65 nm at 1.1 V over 45HP at 0.9 V", () => {
    const at65 = 3.755 * 1.21 - 4.398 * 1.1 + 1.975; // 1.68075
    const at45 = 1.018 * 0.81 - 0.3107 * 0.9 + 0.1539; // 0.69885
    expect(at65).toBeCloseTo(1.68075, 10);
    expect(at45).toBeCloseTo(0.69885, 10);
    expect(energyScale(nm65.scaling, nm65.voltage)).toBeCloseTo(2.405022, 5);
  });

  it("28 nm at 0.9 V, a third of the way from 32HP to 20HP", () => {
    const at32 = 0.8367 * 0.81 - 0.4341 * 0.9 + 0.1701; // 0.457137
    const at20 = 0.373 * 0.81 - 0.1582 * 0.9 + 0.04104; // 0.20079
    expect(at32 + (at20 - at32) / 3).toBeCloseTo(0.371688, 6);
    expect(energyScale(nm28.scaling, nm28.voltage)).toBeCloseTo(0.531856, 5);
  });

  it("45HP at its own voltage is 1; area goes with the square of the node", () => {
    expect(energyScale([["45HP", 1]], 0.9)).toBe(1);
    expect(areaScale(65)).toBeCloseTo(2.08642, 5);
    expect(areaScale(28)).toBeCloseTo(0.38716, 5);
  });
});

describe("are MAC formats in order?", () => {
  const energyOf = (format: Format) => multiplier(format).energyPj + sumAdder(format).energyPj;

  it("int8 < int16, and fp8 < bf16 < fp16 < fp32, in energy and in area", () => {
    const order = [
      ["int8", "int16"],
      ["fp8", "bf16", "fp16", "fp32"],
    ] as const;
    for (const formats of order)
      for (let i = 1; i < formats.length; i++) {
        expect(energyOf(formats[i])).toBeGreaterThan(energyOf(formats[i - 1]));
        expect(multiplier(formats[i]).areaUm2).toBeGreaterThan(multiplier(formats[i - 1]).areaUm2);
      }
  });

  it("DDR3 costs most of all DRAM, and HBM2 less than LPDDR4", () => {
    const dearest = Object.values(drams).reduce((a, b) => (a.pjPerBit > b.pjPerBit ? a : b));
    expect(dearest.title).toBe("DDR3");
    expect(drams.hbm2.pjPerBit).toBeLessThan(drams.lpddr4.pjPerBit);
  });
});
