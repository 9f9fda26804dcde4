import { now, put } from "./agenda";
import { alloc } from "./arena";
import { macAt, macCount, traceAt } from "./columns";
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

/** A MAC that begins a job of its PE, or asks for a neighbour's offer. */
@unmanaged
class Choice {
  mac: i32;
  pe: i32;
  /** PE whose offer it is */
  from: i32;
  offer: i64;
}

/** [choice] of jobs of PEs' own; of neighbours, asked from the left and from the right */
let own: usize = 0;
let ownChoices: i32 = 0;
let fromLeft: usize = 0;
let fromRight: usize = 0;
let askedFromLeft: i32 = 0;
let askedFromRight: i32 = 0;
/** PEs of MACs and traces of the jobs that began in this cycle */
let changed: usize = 0;
let changes: i32 = 0;
let routed: i64 = 0;

export function startChoice(): void {
  own = alloc(<u64>macCount * offsetof<Choice>());
  fromLeft = alloc(<u64>macCount * offsetof<Choice>());
  fromRight = alloc(<u64>macCount * offsetof<Choice>());
  changed = alloc(<u64>macCount * 8);
  routed = 0;
}

/** Pairs that another PE's MAC multiplied. */
export function routedPairs(): i64 {
  return routed;
}

function note(choices: usize, i: i32, mac: i32, pe: i32, from: i32, offer: i64): void {
  const choice = changetype<Choice>(choices + <usize>i * offsetof<Choice>());
  choice.mac = mac;
  choice.pe = pe;
  choice.from = from;
  choice.offer = offer;
}

/**
 * All choices of the cycle: a PE keeps a trace for each of its free MACs, and offers the next one. A MAC takes what is kept for it,
 * unless its neighbour's offer is farther behind, or nothing is kept.
 */
export function chooseJobs(): void {
  ownChoices = askedFromLeft = askedFromRight = changes = 0;
  for (let i = 0; i < choosers; i++) choose(chooserAt(i));
  clearChoosers();
  for (let i = 0; i < ownChoices; i++) take(own, i);
  for (let i = 0; i < askedFromLeft; i++) take(fromLeft, i);
  for (let i = 0; i < askedFromRight; i++) take(fromRight, i);
  for (let i = 0; i < changes; i++) chooseAgain(load<i32>(changed + ((<usize>i) << 2)));
}

/** What a PE's free MACs want, from what stood at the start of the cycle. */
function choose(pe: i32): void {
  const first = pe * machine.macs;
  const several = freeMacsOf(pe) > 1;
  let kept = firstOffer(pe);
  for (let i = 0; i < machine.macs; i++) {
    if (macAt(first + i).trace >= 0) continue;
    // of the two PEs the one whose MAC asks is the left one
    const isLeft = 2 * i >= machine.macs;
    chooseFor(first + i, pe, kept, isLeft);
    if (!several) return;
    kept = offerBehind(pe, kept);
  }
}

/** What a free MAC wants: the job that is kept for it, or its neighbour's offer. */
function chooseFor(mac: i32, pe: i32, kept: i64, isLeft: bool): void {
  const neighbour = isLeft ? rightOf(pe) : leftOf(pe);
  const theirs = machine.help ? offerOf(neighbour) : noOffer;
  if (kept !== noOffer && itemOf(theirs) >= itemOf(kept)) note(own, ownChoices++, mac, pe, pe, kept);
  else if (theirs === noOffer) return;
  else if (isLeft) note(fromLeft, askedFromLeft++, mac, pe, neighbour, theirs);
  else note(fromRight, askedFromRight++, mac, pe, neighbour, theirs);
}

/** The left neighbour gets an offer, if both ask. */
function take(choices: usize, i: i32): void {
  const choice = changetype<Choice>(choices + <usize>i * offsetof<Choice>());
  const from = choice.from;
  if (from === choice.pe) begin(choice.mac, from, from, choice.offer);
  else if (isOffered(from, choice.offer)) routed += begin(choice.mac, choice.pe, from, choice.offer);
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
