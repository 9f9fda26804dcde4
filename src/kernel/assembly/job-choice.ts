import { now, put } from "./agenda";
import { alloc } from "./arena";
import { macAt, macCount, peCount, traceAt } from "./columns";
import { leastJobCycles, machine } from "./layout";
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
import { accountWait } from "./waits";

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

function askerAt(i: i32): Asker {
  return changetype<Asker>(askers + <usize>i * offsetof<Asker>());
}

/** All choices of the cycle. */
export function chooseJobs(): void {
  const count = choosers;
  asking = 0;
  if (count === 1) {
    chooseAlone(chooserAt(0));
    return;
  }
  for (let i = 0; i < count; i++) {
    const pe = chooserAt(i);
    store<i64>(seen + ((<usize>i) << 4), machine.help ? firstOffer(leftOf(pe)) : noOffer);
    store<i64>(seen + ((<usize>i) << 4), machine.help ? firstOffer(rightOf(pe)) : noOffer, 8);
  }
  for (let i = 0; i < count; i++) {
    const at = seen + ((<usize>i) << 4);
    choose(chooserAt(i), load<i64>(at), load<i64>(at, 8));
  }
  clearChoosers();
  if (asking === 0) return;
  for (let i = 0; i < asking; i++) if (askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) if (!askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) askAgain(askerAt(i));
}

/** The choices of a cycle in which only one PE makes any. */
function chooseAlone(pe: i32): void {
  const help = machine.help;
  choose(pe, help ? firstOffer(leftOf(pe)) : noOffer, help ? firstOffer(rightOf(pe)) : noOffer);
  clearChoosers();
  // of two neighbours, or one on both sides, each is asked by a MAC of its own
  for (let i = asking - 1; i >= 0; i--) give(askerAt(i));
  for (let i = 0; i < asking; i++) askAgain(askerAt(i));
}

/** A PE's free MACs begin its own jobs, or ask its neighbours, who offered these jobs at the start of the cycle. */
function choose(pe: i32, ofLeft: i64, ofRight: i64): void {
  const first = pe * machine.macs;
  for (let i = 0; i < machine.macs; i++) {
    if (macAt(first + i).trace >= 0) continue;
    const isLeft = 2 * i >= machine.macs;
    const theirs = isLeft ? ofRight : ofLeft;
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
