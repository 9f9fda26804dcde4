import { allocZeros } from "./arena";
import { timesAt } from "./chunk-times";
import { Mac, macAt, Trace } from "./columns";
import { setFree } from "./drain";
import { Fetch } from "./fetch";
import { Cause, causeCount, layer, machine, mapping, run } from "./layout";

/** What MAC-cycles went to. */

let cycles: usize = 0;

export function startWaits(): void {
  cycles = allocZeros(causeCount * 8);
}

export function book(cause: Cause, macCycles: i64): void {
  const at = cycles + ((<usize>cause) << 3);
  store<i64>(at, load<i64>(at) + macCycles);
}

export function booked(cause: i32): i64 {
  return load<i64>(cycles + ((<usize>cause) << 3));
}

/** Cycle up to which the time of the MAC at hand is accounted for. */
let accounted: i64 = 0;

function account(cause: Cause, cycle: i64): void {
  if (cycle <= accounted) return;
  book(cause, cycle - accounted);
  accounted = cycle;
}

/** Words of a list's header: there is one where there are masks, and where PEs have different lists. */
export function headerWords(): i32 {
  const headed = (machine.gradientSkip && layer.masked) || mapping.positionSlices > 1;
  return headed ? machine.headerWords : 0;
}

/** Cycles until so many words in front of a list's values have been read. */
export function headCycles(words: i32): i64 {
  return 2 * machine.traces * words + 1;
}

/** Gives the cycles in which a MAC waited for a job their causes, in the order in which what that needs came true, if it is asked for. */
export function accountWait(mac: Mac, trace: Trace): void {
  const begin = trace.startAt;
  if (mac.end >= begin || run.trial) return;
  accounted = mac.end;
  mac.end = begin;
  if (accounted === 0) account(Cause.fillDrain, begin);
  else accountNeeds(trace, begin);
}

function accountNeeds(trace: Trace, begin: i64): void {
  const entry = trace.entry;
  const chunk = timesAt(trace.pe.row, entry.episode);
  account(Cause.betweenColumns, min(begin, chunk.free));
  accountFetch(chunk, begin);
  account(Cause.betweenColumns, min(begin, chunk.asked));
  account(Cause.fmapLoad, min(begin, chunk.there));
  accountFetch(entry, begin);
  account(Cause.columnImbalance, min(begin, entry.asked));
  account(Cause.emapLoad, min(begin, entry.inPes));
  const free: i64 = entry.first ? setFree(trace.sets, entry.sums) : 0;
  account(Cause.writeBack, min(begin, max(free, trace.left)));
  account(Cause.columnImbalance, begin);
}

/** What fills the global buffer leaves it when every column has taken it. */
function accountFetch(fetch: Fetch, begin: i64): void {
  account(Cause.dram, min(begin, fetch.busy));
  account(Cause.betweenColumns, min(begin, fetch.room));
  account(Cause.dram, min(begin, fetch.inBuffer));
}

/** Cycle at which the last job of a column ended. */
export function endOf(column: i32): i64 {
  let end: i64 = 0;
  const first = column * machine.rows * machine.macs;
  for (let i = first; i < first + machine.rows * machine.macs; i++) end = max(end, macAt(i).end);
  return end;
}

/** Accounts for all that is left: until the last job of each column, those of all, and the layer's end. */
export function finishWaits(finished: i64, end: i64): void {
  for (let column = 0; column < machine.columns; column++) {
    const own = endOf(column);
    const first = column * machine.rows * machine.macs;
    for (let i = first; i < first + machine.rows * machine.macs; i++) {
      accounted = macAt(i).end;
      account(own > 0 ? Cause.columnImbalance : Cause.mapping, own);
      account(own > 0 ? Cause.betweenColumns : Cause.mapping, finished);
      account(Cause.fillDrain, end);
    }
  }
}
