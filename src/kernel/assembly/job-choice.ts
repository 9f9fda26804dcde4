import { now, put } from "./agenda";
import { alloc } from "./arena";
import { macAt, macCount, peCount, traceAt } from "./columns";
import { Cause, leastJobCycles, machine } from "./layout";
import {
  chooseLater,
  chooserAt,
  choosers,
  clearChoosers,
  firstOffer,
  itemOf,
  leftOf,
  noOffer,
  rightOf,
  takeMac,
  traceOf,
  withdraw,
} from "./offers";
import { accountWait, book } from "./waits";

/** The balancer inside a column: which trace each free MAC serves next. Only PEs at which something has changed are looked at. */

/** A MAC that asks a neighbour. */
@unmanaged
class Asker {
  mac: i32;
  pe: i32;
  /** the PE that it asks, and whether that is the right one of the two */
  asked: i32;
  isLeft: bool;
}

let askers: usize = 0;
let asking: i32 = 0;
/** [chooser] what its neighbours offered at the start of the cycle */
let seen: usize = 0;
let routed: i64 = 0;

export function startChoice(): void {
  askers = alloc(<u64>macCount * offsetof<Asker>());
  seen = alloc(<u64>peCount * 16);
  routed = 0;
}

/** Pairs that another PE's MAC multiplied. */
export function routedPairs(): i64 {
  return routed;
}

@inline
function askerAt(i: i32): Asker {
  return changetype<Asker>(askers + <usize>i * offsetof<Asker>());
}

/** All choices of the cycle. */
export function chooseJobs(): void {
  const count = choosers;
  asking = 0;
  for (let i = 0; i < count; i++) {
    const pe = chooserAt(i);
    store<i64>(seen + ((<usize>i) << 4), machine.help ? firstOffer(leftOf(pe)) : noOffer);
    store<i64>(seen + ((<usize>i) << 4), machine.help ? firstOffer(rightOf(pe)) : noOffer, 8);
  }
  for (let i = 0; i < count; i++) choose(i, chooserAt(i));
  clearChoosers();
  if (asking === 0) return;
  for (let i = 0; i < asking; i++) if (askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) if (!askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) askAgain(askerAt(i));
}

/** A PE's free MACs begin its own jobs, or ask its neighbours. */
@inline
function choose(chooser: i32, pe: i32): void {
  const first = pe * machine.macs;
  for (let i = 0; i < machine.macs; i++) {
    if (macAt(first + i).trace >= 0) continue;
    const isLeft = 2 * i >= machine.macs;
    const theirs = load<i64>(seen + ((<usize>chooser) << 4) + (isLeft ? 8 : 0));
    const own = firstOffer(pe);
    if (own !== noOffer && itemOf(theirs) >= itemOf(own)) begin(first + i, pe, pe, own);
    else if (theirs !== noOffer) {
      const asker = askerAt(asking++);
      asker.mac = first + i;
      asker.pe = pe;
      asker.asked = isLeft ? rightOf(pe) : leftOf(pe);
      asker.isLeft = isLeft;
    }
  }
}

function give(asker: Asker): void {
  const given = firstOffer(asker.asked);
  if (given !== noOffer) routed += begin(asker.mac, asker.pe, asker.asked, given);
}

/** A MAC that asked in vain asks again in the next cycle, if its own PE has something. */
function askAgain(asker: Asker): void {
  if (macAt(asker.mac).trace < 0 && firstOffer(asker.pe) !== noOffer) chooseLater(asker.pe);
}

/** A MAC of a PE begins a job that another, or the same, offers. Returns the job's pairs. */
@inline
function begin(at: i32, pe: i32, from: i32, offer: i64): i32 {
  const mac = macAt(at);
  const ofTrace = traceOf(from, offer);
  const trace = traceAt(ofTrace);
  if (mac.end < now) accountWait(mac, trace);
  mac.trace = ofTrace;
  mac.end = now + trace.cycles;
  takeMac(pe);
  withdraw(ofTrace, from);
  trace.mac = at;
  trace.startAt = i64.MAX_VALUE;
  trace.ready = now + leastJobCycles;
  put(at, mac.end);
  return trace.pairs;
}
