import { type BlockUse, publishedUnitUse } from "../hardware/logic/block-use.ts";
import { flipFlopGateEquivalents } from "../hardware/logic/gate-equivalents.ts";
import type { PublishedFormat } from "../hardware/logic/toggled-blocks.ts";
import { operationAt45 } from "./operations.ts";

/** Adders of whole numbers, on whose published energies the one constant is fitted (D59). */
const fittedWidths = ["int8", "int16", "int32"] as const;

const published = (unit: "multiplier" | "adder", format: PublishedFormat): number =>
  1000 * operationAt45(unit === "adder" ? "add" : "mul", format).energyPj;

/** Gate equivalents that toggle in a use of a published unit, by our netlist. */
const toggled = (unit: "multiplier" | "adder", format: PublishedFormat): number =>
  publishedUnitUse(unit, format).logicToggles;

/**
 * fJ of a gate equivalent that toggles, at 45 nm and 0.9 V: one number for everything, fitted by least squares of
 * logarithms to the published adders of 8, 16 and 32 bits, which is the geometric mean of what each gives (D59).
 */
export const femtojoulesPerToggle: number = Math.exp(
  fittedWidths.reduce(
    (sum, format) => sum + Math.log(published("adder", format) / toggled("adder", format)),
    0,
  ) / fittedWidths.length,
);

/**
 * fJ of a flip-flop's clock for one cycle: what a published register takes to be written, less the output that toggles
 * with half of the bits (D59).
 */
export const femtojoulesPerClock: number =
  1000 * operationAt45("register", "1 bit").energyPj - (flipFlopGateEquivalents * femtojoulesPerToggle) / 2;

/** pJ at 45 nm and 0.9 V, of gates and of flip-flops. */
export interface TogglePj {
  /** gates, and outputs of flip-flops */
  readonly switchedPj: number;
  /** clocks of flip-flops whose enable is high, or that have none */
  readonly clockPj: number;
}

/** What a use of a block costs (assumed, D40). */
export const useEnergy = ({ logicToggles, flipFlopToggles, clockedFlipFlops }: BlockUse): TogglePj => ({
  switchedPj: ((logicToggles + flipFlopGateEquivalents * flipFlopToggles) * femtojoulesPerToggle) / 1000,
  clockPj: (clockedFlipFlops * femtojoulesPerClock) / 1000,
});

/** Both together. */
export const useEnergyPj = (use: BlockUse): number => {
  const { switchedPj, clockPj } = useEnergy(use);
  return switchedPj + clockPj;
};

/** Units that were not fitted: by toggles of our netlist, and as published; pJ at 45 nm and 0.9 V. */
export interface ComparedUnit {
  readonly unit: "multiplier" | "adder";
  readonly format: PublishedFormat;
  readonly fitted: boolean;
  readonly byTogglesPj: number;
  readonly publishedPj: number;
  /** by toggles over published */
  readonly ratio: number;
}

const comparedUnits = [
  ["adder", "int8"],
  ["adder", "int16"],
  ["adder", "int32"],
  ["multiplier", "int8"],
  ["adder", "fp16"],
  ["adder", "fp32"],
  ["multiplier", "fp16"],
  ["multiplier", "fp32"],
  ["multiplier", "int32"],
] as const;

/** Every published unit that we have a netlist of, the fitted ones first. */
export const comparedWithPublished = (): ComparedUnit[] =>
  comparedUnits.map(([unit, format]) => {
    const byTogglesPj = (toggled(unit, format) * femtojoulesPerToggle) / 1000;
    const publishedPj = published(unit, format) / 1000;
    const fitted = unit === "adder" && fittedWidths.some((width) => width === format);
    return { unit, format, fitted, byTogglesPj, publishedPj, ratio: byTogglesPj / publishedPj };
  });
