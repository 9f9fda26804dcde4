import type { BlockUse } from "../hardware/logic/toggled-blocks.ts";

/** fJ at 45 nm and 0.9 V: a gate equivalent toggled; a flip-flop clocked. */
const [toggleFj, clockFj, flipFlopGe] = [1.15, 5.7, 5.67];

/** pJ at 45 nm and 0.9 V of what one use of a block switches, and of the clock of its flip-flops. */
export interface UsePj {
  readonly switched: number;
  readonly clock: number;
}

/** A use of a block, or so many of them. */
export const usePj = (use: BlockUse, times = 1): UsePj => ({
  switched: (times * (use.logicToggles + flipFlopGe * use.flipFlopToggles) * toggleFj) / 1000,
  clock: (times * use.clockedFlipFlops * clockFj) / 1000,
});
