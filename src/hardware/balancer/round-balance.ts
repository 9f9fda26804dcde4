import { balanceBins, balanceBinWidth, type RoundBalance } from "../../events.ts";

/** What a round of a column was like. */
export interface BalancedRound {
  /** pairs multiplied, and those of the PE that had most */
  readonly pairs: number;
  readonly heaviest: number;
  readonly cycles: number;
}

/** Books a round of a column of `pes` PEs. */
export function bookRound(
  balance: RoundBalance,
  { pairs, heaviest, cycles }: BalancedRound,
  pes: number,
): void {
  if (pairs === 0) return;
  balance.alone[binOf(heaviest, pairs, pes)] += pairs;
  balance.asRun[binOf(cycles, pairs, pes)] += pairs;
}

function binOf(cycles: number, pairs: number, pes: number): number {
  return Math.min(balanceBins - 1, Math.floor((cycles * pes - pairs) / balanceBinWidth / pairs));
}
