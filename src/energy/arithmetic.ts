import type { Format } from "../accelerators/components.ts";
import { arithmeticGateEquivalents } from "../hardware/logic/logic-blocks.ts";
import { operationAt45 } from "./operations.ts";

/** A unit at 45 nm and 0.9 V. */
export interface UnitCost {
  readonly energyPj: number;
  readonly areaUm2: number;
  /** how it follows from the table; absent where it is a row of it */
  readonly derived?: string;
}

/** Area of a gate equivalent, NAND2_X1 of the NanGate 45 nm Open Cell Library, as recalled (D51). */
export const nand2Um2 = 0.798;

const times = (cost: UnitCost, factor: number, derived: string): UnitCost => ({
  ...{ energyPj: cost.energyPj * factor, areaUm2: cost.areaUm2 * factor, derived },
});

const int8 = operationAt45("mul", "int8");
const int32 = operationAt45("mul", "int32");
const fp16 = operationAt45("mul", "fp16");

/** Energies of multipliers by format (assumed where derived, D34), and published areas. */
const published: Readonly<Record<Format, UnitCost>> = {
  int8,
  int16: {
    energyPj: Math.sqrt(int8.energyPj * int32.energyPj),
    areaUm2: Math.sqrt(int8.areaUm2 * int32.areaUm2),
    derived: "int8 and int32: their geometric mean, as by a power of the width",
  },
  fp8: times(fp16, 1 / 4, "fp16 / 4, the ratio of LNPU (ISSCC 2019)"),
  bf16: times(fp16, (8 / 11) ** 2, "fp16 x (8 / 11)^2, by the bits of the significand"),
  fp16,
  fp32: operationAt45("mul", "fp32"),
};

/** A unit with the area of SWG's own where that was synthesised: one yardstick for every machine. */
const built = (block: "multiplier" | "adder", format: Format, cost: UnitCost): UnitCost => {
  const gates = arithmeticGateEquivalents(block, format);
  return gates === undefined ? cost : { ...cost, areaUm2: gates * nand2Um2 };
};

/** Multipliers by format: energy as published or derived; area as synthesised for int8, int16 and bf16 (D34). */
export const multipliers = Object.fromEntries(
  Object.entries(published).map(([format, cost]) => [format, built("multiplier", format as Format, cost)]),
) as Readonly<Record<Format, UnitCost>>;

const integerSum = built("adder", "int8", operationAt45("add", "int32"));
const floatSum = built("adder", "bf16", operationAt45("add", "fp32"));

/** The adder of sums, which have four bytes in every format. */
export const sumAdder = (format: Format): UnitCost => (format.startsWith("int") ? integerSum : floatSum);
