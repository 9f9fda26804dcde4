import { swgParameters } from "../parameters.ts";
import { type TogglePoint, togglePoints } from "./toggle-table.ts";
import {
  type ArithmeticFormat,
  type BlockName,
  type PublishedFormat,
  synthesisedPe,
  type ValueBits,
  variantOf,
} from "./toggled-blocks.ts";

/** What one use switches, mean over the operands' sources. */
export interface BlockUse {
  /** gate equivalents of the gates whose output toggled */
  readonly logicToggles: number;
  /** flip-flops whose output toggled */
  readonly flipFlopToggles: number;
  /** flip-flops that had a clock edge: their enable was high, or they have no clock gate; clock gates, in every cycle */
  readonly clockedFlipFlops: number;
}

export interface BlockSize {
  /** of gates; flip-flops are counted apart */
  readonly gateEquivalents: number;
  readonly flipFlops: number;
  /** on the longest way */
  readonly gates: number;
}

const usualTraces = swgParameters.traces.value;

/** One use of a block with values of so many bits, in a PE of so many traces where that matters, mean over the traces of operands. */
export const blockUse = (name: BlockName, valueBits: ValueBits, traces: number = usualTraces): BlockUse =>
  meanUse(blockRows(name, valueBits, traces));
export const blockSize = (name: BlockName, valueBits: ValueBits, traces: number = usualTraces): BlockSize =>
  sizeOf(blockRows(name, valueBits, traces));

/** A product of two values of valid pairs, as wide as a sum, mean over the traces. */
export const multiplierUse = (format: ArithmeticFormat): BlockUse => meanUse(rowsOf("multiplier", format));
export const multiplierSize = (format: ArithmeticFormat): BlockSize => sizeOf(rowsOf("multiplier", format));

/** A running sum and a product of values of the format added, mean over the traces. */
export const adderUse = (format: ArithmeticFormat): BlockUse => meanUse(rowsOf("adder", format));
export const adderSize = (format: ArithmeticFormat): BlockSize => sizeOf(rowsOf("adder", format));

/** A unit as published ones are, with operands by chance. */
export const publishedUnitUse = (unit: "multiplier" | "adder", format: PublishedFormat): BlockUse =>
  meanUse(rowsOf(`published ${unit}`, format));
export const publishedUnitSize = (unit: "multiplier" | "adder", format: PublishedFormat): BlockSize =>
  sizeOf(rowsOf(`published ${unit}`, format));

const blockRows = (name: BlockName, valueBits: ValueBits, traces: number): readonly TogglePoint[] =>
  rowsOf(name, variantOf(name, valueBits, synthesisedPe(traces)));

function rowsOf(block: string, variant: string): readonly TogglePoint[] {
  const points = togglePoints.filter((point) => point.block === block && point.variant === variant);
  if (points.length === 0) throw new Error(`no row of the toggle table is of ${block} ${variant}`);
  return points;
}

function meanUse(points: readonly TogglePoint[]): BlockUse {
  const mean = (of: (point: TogglePoint) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return {
    logicToggles: mean((point) => point.logicToggles),
    flipFlopToggles: mean((point) => point.flipFlopToggles),
    clockedFlipFlops: mean((point) => point.clockedFlipFlops),
  };
}

function sizeOf([{ gateEquivalents, flipFlops, gates }]: readonly TogglePoint[]): BlockSize {
  return { gateEquivalents, flipFlops, gates };
}
