import { type Format, valueBitsOf } from "../accelerators/components.ts";
import { type BlockName, blockSize, blockUse } from "../hardware/logic/toggled-blocks.ts";

/** A flip-flop without enable and reset, as in `rtl/gate-equivalents.ts` (D51). */
const flipFlopGateEquivalents = 5.67;

/**
 * fJ of a gate equivalent whose output toggles, at 45 nm and 0.9 V: with zero-delay toggle counts it gives the published
 * integer adders and multiplier of the table (assumed, D65).
 */
const fjPerToggledGate = 1.15;

/** Gate equivalents of a block, its flip-flops too. */
export function netlistGateEquivalents(block: BlockName, format: Format): number {
  const { gateEquivalents, flipFlops } = blockSize(block, valueBitsOf(format));
  return gateEquivalents + flipFlops * flipFlopGateEquivalents;
}

/** pJ of one use of a block at 45 nm and 0.9 V; what its clock takes is in the clock's share. */
export function netlistUsePj(block: BlockName, format: Format): number {
  const { logicToggles, flipFlopToggles } = blockUse(block, valueBitsOf(format));
  return ((logicToggles + flipFlopToggles * flipFlopGateEquivalents) * fjPerToggledGate) / 1000;
}
