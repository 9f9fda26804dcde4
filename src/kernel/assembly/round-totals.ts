import { alloc, allocZeros } from "./arena";
import { balanceBins, binsOfOne, machine, ResultsAlone, ResultsAsRun, results } from "./layout";

/** Sums over all rounds of a layer. */

let macs: i64 = 0;
let traceVectors: i64 = 0;
let routedPairs: i64 = 0;
/** [bin] pairs, as if every PE were alone and then as run */
let bins: usize = 0;

export function startTotals(): void {
  bins = allocZeros(2 * balanceBins * 8);
  macs = traceVectors = routedPairs = 0;
}

/** Books a round that came so many times. */
export function bookRounds(times: i64, pairs: i64, vectors: i64, routed: i64, bin: i32, binAlone: i32): void {
  macs += times * pairs;
  traceVectors += times * vectors;
  routedPairs += times * routed;
  bookBin(binAlone, times * pairs);
  bookBin(balanceBins + bin, times * pairs);
}

function bookBin(i: i32, pairs: i64): void {
  store<i64>(bins + i * 8, load<i64>(bins + i * 8) + pairs);
}

/** Writes the sums into the results. */
export function writeTotals(): void {
  results.macs = <f64>macs;
  results.traceVectors = <f64>traceVectors;
  results.routedPairs = <f64>routedPairs;
  results.alone = alloc(<u64>balanceBins * sizeof<ResultsAlone>());
  results.asRun = alloc(<u64>balanceBins * sizeof<ResultsAsRun>());
  for (let i = 0; i < balanceBins; i++) {
    results.setAloneAt(i, <f64>load<i64>(bins + i * 8));
    results.setAsRunAt(i, <f64>load<i64>(bins + (balanceBins + i) * 8));
  }
}

/** Where a round of a column belongs that took so many cycles. */
export function binOf(cycles: i64, pairs: i64): i32 {
  if (pairs === 0) return 0;
  return <i32>min<u64>(balanceBins - 1, <u64>(binsOfOne * (cycles * machine.rows - pairs)) / <u64>pairs);
}
