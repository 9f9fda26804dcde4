import { pairsPerTrace } from "../balancer/intra-column.ts";

/**
 * Which PE each MAC of a cluster multiplies for in one cycle, -1 for none. `left` are the pairs that each PE's trace has
 * not yet handed out, `cycles` those left of the round, this one included. The rule is that of ARCHITECTURE.md: a PE with
 * more than 2 (cycles - 1) pairs left must be served; every other MAC takes any pair that there is. A PE's own MAC takes
 * its first pair; who helps and who is helped goes by number. Without help every MAC is on its own.
 */
export function serve(left: readonly number[], cycles: number, help: boolean): number[] {
  const served = left.map((pairs) => (help ? Math.max(0, pairs - pairsPerTrace * (cycles - 1)) : 0));
  let free = left.length - served.reduce((sum, n) => sum + n, 0);
  for (const most of help ? [1, pairsPerTrace] : [1])
    for (const [pe, pairs] of left.entries())
      if (free > 0 && served[pe] < Math.min(most, pairs)) {
        served[pe]++;
        free--;
      }
  const second = served.flatMap((pairs, pe) => (pairs > 1 ? [pe] : []));
  return served.map((pairs, pe) => (pairs > 0 ? pe : (second.shift() ?? -1)));
}
