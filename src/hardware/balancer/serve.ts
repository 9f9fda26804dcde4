import { handOut } from "./intra-column.ts";

/**
 * Which PE each MAC of a cluster multiplies for in one cycle, -1 for none. `left` are the pairs that each PE's trace has
 * not yet handed out, `cycles` those left of the round, this one included. A PE's own MAC takes its first pair; who helps
 * and who is helped goes by number. Without help every MAC is on its own.
 */
export function serve(left: readonly number[], cycles: number, help: boolean): number[] {
  const served = help ? handOut(left, cycles) : left.map((pairs) => Math.min(1, pairs));
  const second = served.flatMap((pairs, pe) => (pairs > 1 ? [pe] : []));
  return served.map((pairs, pe) => (pairs > 0 ? pe : (second.shift() ?? -1)));
}
