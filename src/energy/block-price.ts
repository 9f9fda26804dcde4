import { type Format, valueBitsOf } from "../accelerators/components.ts";
import { type BlockUse, blockSize } from "../hardware/logic/block-use.ts";
import { flipFlopGateEquivalents } from "../hardware/logic/gate-equivalents.ts";
import type { BlockName } from "../hardware/logic/toggled-blocks.ts";

/** A use of a block that serves several things at once, shared among them. */
export const shareOf = (use: BlockUse, share: number): BlockUse => ({
  logicToggles: share * use.logicToggles,
  flipFlopToggles: share * use.flipFlopToggles,
  clockedFlipFlops: share * use.clockedFlipFlops,
});

/** Gate equivalents of a block, its flip-flops too (assumed, D65). */
export function blockGateEquivalents(block: BlockName, format: Format, traces?: number): number {
  const { gateEquivalents, flipFlops } = blockSize(block, valueBitsOf(format), traces);
  return gateEquivalents + flipFlops * flipFlopGateEquivalents;
}
