import { now, put } from "./agenda";
import { alloc, allocZeros } from "./arena";
import { freeMacs, macAt, macCount, offers, peCount, traceAt } from "./columns";
import { Cause, leastJobCycles, machine } from "./layout";
import { clearTouched, touched, touchedAt, touchLater } from "./touched-pes";
import { accountWait, book } from "./waits";

/** The balancer inside a column: which trace each free MAC serves next. Only PEs at which something has changed are looked at. */

/** A PE with a free MAC that chooses now, and what its neighbours have next. */
@unmanaged
class Chooser {
  pe: i32;
  ofLeft: i32;
  ofRight: i32;
}

/** A MAC that asks a neighbour. */
@unmanaged
class Asker {
  mac: i32;
  /** the PE that it asks */
  pe: i32;
  /** whether it is the left one of the two PEs */
  isLeft: bool;
}

let choosers: usize = 0;
let choosing: i32 = 0;
let askers: usize = 0;
let asking: i32 = 0;
/** [PE] number of the choice in which it became a chooser */
let chosenIn: usize = 0;
let choice: i32 = 0;
let routed: i64 = 0;

export function startChoice(): void {
  choosers = alloc(<u64>peCount * offsetof<Chooser>());
  askers = alloc(<u64>macCount * offsetof<Asker>());
  chosenIn = allocZeros(<u64>peCount * 4);
  choice = 0;
  routed = 0;
}

/** Pairs that another PE's MAC multiplied. */
export function routedPairs(): i64 {
  return routed;
}

@inline
function chooserAt(i: i32): Chooser {
  return changetype<Chooser>(choosers + <usize>i * offsetof<Chooser>());
}

@inline
function askerAt(i: i32): Asker {
  return changetype<Asker>(askers + <usize>i * offsetof<Asker>());
}

@inline
function leftOf(pe: i32): i32 {
  return pe % machine.rows === 0 ? pe + machine.rows - 1 : pe - 1;
}

@inline
function rightOf(pe: i32): i32 {
  return (pe + 1) % machine.rows === 0 ? pe + 1 - machine.rows : pe + 1;
}

/** The trace that `firstOffer` has found; -1 where there is none. */
let offered: i32 = -1;

/** The next item of the trace of a PE that is farthest behind among those that a MAC could serve; the last number of all if none is. */
@inline
function firstOffer(pe: i32): i32 {
  let least = i32.MAX_VALUE;
  offered = -1;
  const first = pe * machine.traces;
  for (let i = first; i < first + machine.traces; i++) {
    const next = load<i32>(offers + ((<usize>i) << 2));
    if (next >= least) continue;
    least = next;
    offered = i;
  }
  return least;
}

/** All choices of the cycle. */
export function chooseJobs(): void {
  choosing = asking = 0;
  choice++;
  for (let i = 0; i < touched; i++) {
    const pe = touchedAt(i);
    addChooser(pe);
    if (!machine.help) continue;
    addChooser(leftOf(pe));
    addChooser(rightOf(pe));
  }
  clearTouched();
  for (let i = 0; i < choosing; i++) choose(chooserAt(i));
  if (asking === 0) return;
  for (let i = 0; i < asking; i++) if (askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) if (!askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) askAgain(macAt(askerAt(i).mac).trace, macAt(askerAt(i).mac).pe);
}

@inline
function addChooser(pe: i32): void {
  const at = (<usize>pe) << 2;
  if (load<i32>(freeMacs + at) === 0 || load<i32>(chosenIn + at) === choice) return;
  store<i32>(chosenIn + at, choice);
  const chooser = chooserAt(choosing++);
  chooser.pe = pe;
  chooser.ofLeft = machine.help ? firstOffer(leftOf(pe)) : i32.MAX_VALUE;
  chooser.ofRight = machine.help ? firstOffer(rightOf(pe)) : i32.MAX_VALUE;
}

/** A PE's free MACs begin its own jobs, or ask its neighbours. */
@inline
function choose(chooser: Chooser): void {
  const first = chooser.pe * machine.macs;
  for (let i = 0; i < machine.macs; i++) {
    if (macAt(first + i).trace >= 0) continue;
    const toTheLeft = 2 * i < machine.macs;
    const theirs = toTheLeft ? chooser.ofLeft : chooser.ofRight;
    const own = firstOffer(chooser.pe);
    if (own !== i32.MAX_VALUE && theirs >= own) begin(first + i, offered);
    else if (theirs !== i32.MAX_VALUE) {
      const asker = askerAt(asking++);
      asker.mac = first + i;
      asker.pe = toTheLeft ? leftOf(chooser.pe) : rightOf(chooser.pe);
      asker.isLeft = !toTheLeft;
    }
  }
}

@inline
function give(asker: Asker): void {
  firstOffer(asker.pe);
  if (offered < 0) return;
  routed += begin(asker.mac, offered);
}

/** A MAC that asked in vain asks again in the next cycle, if it sees something. */
@inline
function askAgain(trace: i32, pe: i32): void {
  if (trace < 0 && firstOffer(pe) !== i32.MAX_VALUE) touchLater(pe);
}

/** A MAC begins a trace's job. Returns the job's pairs. */
function begin(at: i32, ofTrace: i32): i32 {
  const mac = macAt(at);
  const trace = traceAt(ofTrace);
  const entry = trace.column.entry(trace.next);
  const cycles = entry.cycles(trace.place);
  const pairs = entry.pairs(trace.place);
  if (mac.accounted < now) accountWait(mac, trace, entry);
  mac.trace = ofTrace;
  mac.end = mac.accounted = now + cycles;
  mac.began = true;
  const free = freeMacs + ((<usize>mac.pe) << 2);
  store<i32>(free, load<i32>(free) - 1);
  book(Cause.busy, pairs);
  book(Cause.validDataTrace, cycles - pairs);
  trace.mac = at;
  trace.startAt = i64.MAX_VALUE;
  trace.ready = now + leastJobCycles;
  store<i32>(offers + ((<usize>ofTrace) << 2), i32.MAX_VALUE);
  put(at, mac.end);
  return pairs;
}
