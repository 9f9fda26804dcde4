import { type Format, valueBitsOf } from "../accelerators/components.ts";
import { type BlockName, type BlockUse, blockSize } from "../hardware/logic/toggled-blocks.ts";

/** fJ at 45 nm and 0.9 V: a gate equivalent toggled; a flip-flop clocked. */
const [toggleFj, clockFj, flipFlopGe] = [1.15, 5.7, 5.67];

/** pJ at 45 nm and 0.9 V of what one use of a block switches, and of the clock of its flip-flops. */
export interface UsePj {
  readonly switched: number;
  readonly clock: number;
}

export const usePj = (use: BlockUse): UsePj => ({
  switched: ((use.logicToggles + flipFlopGe * use.flipFlopToggles) * toggleFj) / 1000,
  clock: (use.clockedFlipFlops * clockFj) / 1000,
});

/** A use of a block that serves several things at once, shared among them. */
export const shareOf = (use: BlockUse, share: number): BlockUse => ({
  logicToggles: share * use.logicToggles,
  flipFlopToggles: share * use.flipFlopToggles,
  clockedFlipFlops: share * use.clockedFlipFlops,
});

/** Gate equivalents of a block, its flip-flops too. */
export function blockGateEquivalents(block: BlockName, format: Format): number {
  const { gateEquivalents, flipFlops } = blockSize(block, valueBitsOf(format));
  return gateEquivalents + flipFlops * flipFlopGe;
}
