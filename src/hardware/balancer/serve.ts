import { pairsPerTrace } from "./intra-column.ts";

/** What the balancer of a cluster decides for one cycle. */
export interface Service {
  /** [PE] pairs that its trace hands out */
  readonly given: readonly number[];
  /** [MAC] the PE whose pair it multiplies; -1: none */
  readonly of: readonly number[];
}

/**
 * One cycle of a cluster whose PEs have `left` pairs each, `cycles` before the column's round ends. First those that must
 * be served; then a pair of every other PE, then second pairs, lower PEs first, as long as there are MACs. A first pair
 * goes to the PE's own MAC; second pairs go to the MACs that have none, both in order. (ARCHITECTURE.md has the proof that
 * no round takes longer than `roundCycles`; the order among those that need not be served is assumed, D61.)
 */
export function serve(left: readonly number[], cycles: number, help: boolean): Service {
  if (!help) {
    const given = left.map((pairs) => Math.min(pairs, 1));
    return { given, of: given.map((n, pe) => (n > 0 ? pe : -1)) };
  }
  const given = left.map((pairs) => Math.max(0, pairs - pairsPerTrace * (cycles - 1)));
  let room = left.length - given.reduce((sum, n) => sum + n, 0);
  for (const had of [0, 1])
    for (const [pe, pairs] of left.entries())
      if (room > 0 && given[pe] === had && pairs > had) {
        given[pe]++;
        room--;
      }
  const seconds = given.flatMap((n, pe) => (n > 1 ? [pe] : []));
  const of = given.map((n, pe) => (n > 0 ? pe : (seconds.shift() ?? -1)));
  return { given, of };
}
