import type { Format } from "../accelerators/components.ts";
import { adderSize, adderUse, multiplierSize, multiplierUse } from "../hardware/logic/block-use.ts";
import { useEnergy } from "./toggle-energy.ts";

/** A unit at 45 nm and 0.9 V. */
export interface UnitCost {
  readonly energyPj: number;
  readonly areaUm2: number;
}

/** Area of a gate equivalent, NAND2_X1 of the NanGate 45 nm Open Cell Library, as recalled (D51). */
export const nand2Um2 = 0.798;

/** The multiplier of a format, by our netlist of it under operands of real layers (D34). */
export const multiplier = (format: Format): UnitCost => ({
  energyPj: useEnergy(multiplierUse(format)).switchedPj,
  areaUm2: multiplierSize(format).gateEquivalents * nand2Um2,
});

/** The adder of sums, which have four bytes in every format: int32 or fp32. */
export const sumAdder = (format: Format): UnitCost => ({
  energyPj: useEnergy(adderUse(format)).switchedPj,
  areaUm2: adderSize(format).gateEquivalents * nand2Um2,
});
