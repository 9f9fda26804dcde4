import { now, put } from "./agenda";
import { alloc } from "./arena";
import { macAt, macCount, peCount, traceAt } from "./columns";
import { machine } from "./layout";
import {
  chooseLater,
  chooserAt,
  choosers,
  clearChoosers,
  firstOffer,
  freeMacsOf,
  isOffered,
  itemOf,
  leftOf,
  noOffer,
  offerBehind,
  offerOf,
  rightOf,
  takeMac,
  traceOf,
  withdraw,
} from "./offers";
import { space } from "./traces";
import { accountWait } from "./waits";

/** The balancer inside a column: which trace each free MAC serves next. Only PEs at which something has changed are looked at. */

/** A MAC that asks for a neighbour's offer. */
@unmanaged
class Asker {
  mac: i32;
  pe: i32;
  asked: i32;
  offer: i64;
  /** whether the asked one is the right of the two PEs */
  isLeft: bool;
}

/** What a PE chooses from: what it keeps for its free MACs, and what its neighbours offer. */
@unmanaged
class Seen {
  own: i64;
  second: i64;
  ofLeft: i64;
  ofRight: i64;
}

let askers: usize = 0;
let asking: i32 = 0;
/** [chooser] at the start of the cycle */
let seen: usize = 0;
/** PEs of MACs and traces of the jobs that began in this cycle */
let changed: usize = 0;
let changes: i32 = 0;
let routed: i64 = 0;

export function startChoice(): void {
  askers = alloc(<u64>macCount * offsetof<Asker>());
  seen = alloc(<u64>peCount * offsetof<Seen>());
  changed = alloc(<u64>macCount * 8);
  routed = 0;
}

/** Pairs that another PE's MAC multiplied. */
export function routedPairs(): i64 {
  return routed;
}

function askerAt(i: i32): Asker {
  return changetype<Asker>(askers + <usize>i * offsetof<Asker>());
}

function seenAt(i: i32): Seen {
  return changetype<Seen>(seen + <usize>i * offsetof<Seen>());
}

/**
 * All choices of the cycle: a PE keeps a trace for each of its free MACs, and offers the next one. A MAC takes what is kept for it,
 * unless its neighbour's offer is farther behind, or nothing is kept.
 */
export function chooseJobs(): void {
  const count = choosers;
  asking = changes = 0;
  if (count === 1 && freeMacsOf(chooserAt(0)) === 1) {
    chooseAlone(chooserAt(0));
    return;
  }
  for (let i = 0; i < count; i++) look(seenAt(i), chooserAt(i));
  for (let i = 0; i < count; i++) choose(chooserAt(i), seenAt(i));
  clearChoosers();
  for (let i = 0; i < asking; i++) if (askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < asking; i++) if (!askerAt(i).isLeft) give(askerAt(i));
  for (let i = 0; i < changes; i++) chooseAgain(load<i32>(changed + ((<usize>i) << 2)));
}

/** The choice of the only MAC that chooses in a cycle. */
function chooseAlone(pe: i32): void {
  clearChoosers();
  const at = pe * machine.macs + i32(macAt(pe * machine.macs).trace >= 0);
  const toTheRight = 2 * (at - pe * machine.macs) >= machine.macs;
  const neighbour = toTheRight ? rightOf(pe) : leftOf(pe);
  const theirs = machine.help ? offerOf(neighbour) : noOffer;
  const own = firstOffer(pe);
  if (itemOf(theirs) < itemOf(own)) {
    routed += begin(at, pe, neighbour, theirs);
    chooseAgain(neighbour);
  } else if (own !== noOffer) begin(at, pe, pe, own);
  else return;
  chooseAgain(pe);
}

function look(to: Seen, pe: i32): void {
  to.own = firstOffer(pe);
  to.second = freeMacsOf(pe) > 1 ? offerBehind(pe, to.own) : noOffer;
  to.ofLeft = machine.help ? offerOf(leftOf(pe)) : noOffer;
  to.ofRight = machine.help ? offerOf(rightOf(pe)) : noOffer;
}

/** A PE's free MACs begin what is kept for them, or ask its neighbours. */
function choose(pe: i32, from: Seen): void {
  const first = pe * machine.macs;
  let own = from.own;
  for (let i = 0; i < machine.macs; i++) {
    if (macAt(first + i).trace >= 0) continue;
    const isLeft = 2 * i >= machine.macs;
    const theirs = isLeft ? from.ofRight : from.ofLeft;
    if (own !== noOffer && itemOf(theirs) >= itemOf(own)) begin(first + i, pe, pe, own);
    else if (theirs !== noOffer) {
      const asker = askerAt(asking++);
      asker.mac = first + i;
      asker.pe = pe;
      asker.asked = isLeft ? rightOf(pe) : leftOf(pe);
      asker.offer = theirs;
      asker.isLeft = isLeft;
    }
    own = from.second;
  }
}

/** The left neighbour gets an offer, if both ask. */
function give(asker: Asker): void {
  if (isOffered(asker.asked, asker.offer)) routed += begin(asker.mac, asker.pe, asker.asked, asker.offer);
}

/** A PE at which a MAC or a trace has changed: it, and those beside it, may have other choices in the next cycle. */
function chooseAgain(pe: i32): void {
  lookLater(pe);
  if (!machine.help) return;
  lookLater(leftOf(pe));
  lookLater(rightOf(pe));
}

/** A PE with a free MAC chooses again if there is anything that it might choose. */
function lookLater(pe: i32): void {
  if (freeMacsOf(pe) === 0) return;
  let any = firstOffer(pe) !== noOffer;
  if (machine.help) any = any || firstOffer(leftOf(pe)) !== noOffer || firstOffer(rightOf(pe)) !== noOffer;
  if (any) chooseLater(pe);
}

function change(pe: i32): void {
  store<i32>(changed + ((<usize>changes) << 2), pe);
  changes++;
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
  change(pe);
  if (from !== pe) change(from);
  trace.mac = at;
  trace.startAt = i64.MAX_VALUE;
  space(trace);
  put(at, mac.end);
  return trace.pairs;
}
