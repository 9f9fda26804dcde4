import { now } from "./agenda";
import { alloc } from "./arena";
import { Mac, macShift, Pe, peCount, Trace } from "./columns";
import { helpLead, machine } from "./layout";
import {
  chooseLater,
  chooserAt,
  choosers,
  clearChoosers,
  firstOffer,
  isOffered,
  itemOf,
  noOffer,
  offerAt,
  offerOf,
  traceOf,
  withdraw,
} from "./offers";
import { serve } from "./traces";
import { accountWait } from "./waits";

/** The balancer inside a column: which trace each free MAC serves next. Only PEs at which something has changed are looked at. */

/** A MAC that begins a job of its PE, or asks for a neighbour's offer. */
@unmanaged
class Choice {
  mac: Mac;
  /** PE whose offer it is */
  from: Pe;
  offer: i64;
}

/** Choices of a cycle, in the order in which they come true: of two who ask for an offer the left one gets it. */
let own: usize = 0;
let ofLeft: usize = 0;
let ofRight: usize = 0;
/** where the next of each is written */
let ownEnd: usize = 0;
let ofLeftEnd: usize = 0;
let ofRightEnd: usize = 0;
/** PEs of MACs and traces of the jobs that began in this cycle */
let changed: usize = 0;
let changedEnd: usize = 0;
let pairsRouted: i64 = 0;
let visitsRouted: i64 = 0;

export function startChoice(): void {
  const macs = <u64>peCount * machine.macs;
  own = alloc(macs * offsetof<Choice>());
  ofLeft = alloc(macs * offsetof<Choice>());
  ofRight = alloc(macs * offsetof<Choice>());
  changed = alloc(macs * 2 * sizeof<Pe>());
  pairsRouted = visitsRouted = 0;
}

/** Pairs that another PE's MAC multiplied. */
export function routedPairs(): i64 {
  return pairsRouted;
}

/** Visits of their sums there. */
export function routedVisits(): i64 {
  return visitsRouted;
}

/**
 * All choices of the cycle: a PE keeps a trace for each of its free MACs, and offers the next one. A MAC takes what is kept for it,
 * unless nothing is kept, or its neighbour's offer is farther behind by `helpLead` k's.
 */
export function chooseJobs(): void {
  changedEnd = changed;
  ownEnd = own;
  ofLeftEnd = ofLeft;
  ofRightEnd = ofRight;
  for (let i = 0; i < choosers; i++) choose(chooserAt(i));
  clearChoosers();
  for (let at = own; at < ownEnd; at += offsetof<Choice>()) {
    const choice = changetype<Choice>(at);
    begin(choice.mac, choice.from, choice.offer);
  }
  help(ofLeft, ofLeftEnd);
  help(ofRight, ofRightEnd);
  for (let at = changed; at < changedEnd; at += sizeof<Pe>()) chooseAgain(load<Pe>(at));
}

function macOf(pe: Pe, number: i32): Mac {
  return changetype<Mac>(changetype<usize>(pe.firstMac) + ((<usize>number) << macShift));
}

/** What a PE's free MACs want, from what stood at the start of the cycle. */
function choose(pe: Pe): void {
  let place = 0;
  for (let free = pe.freeMacs; free !== 0; free &= free - 1)
    chooseFor(<i32>ctz(free), pe, offerAt(pe, place++));
}

/** What a free MAC of a PE wants: the job that is kept for it, or its neighbour's offer. */
function chooseFor(number: i32, pe: Pe, kept: i64): void {
  const toTheRight = 2 * number >= machine.macs;
  const neighbour = toTheRight ? pe.right : pe.left;
  const theirs = machine.help ? offerOf(neighbour) : noOffer;
  // no offer is behind all others
  const least = kept === noOffer ? noOffer : firstOffer(itemOf(kept) - helpLead + 1);
  if (theirs < least) {
    // it is the left one of the two PEs if it looks to the right
    if (toTheRight) ofLeftEnd = note(ofLeftEnd, pe, number, neighbour, theirs);
    else ofRightEnd = note(ofRightEnd, pe, number, neighbour, theirs);
  } else if (kept !== noOffer) ownEnd = note(ownEnd, pe, number, pe, kept);
}

/** Writes a choice, and returns where the next one is to be written. */
function note(at: usize, pe: Pe, number: i32, from: Pe, offer: i64): usize {
  const choice = changetype<Choice>(at);
  choice.mac = macOf(pe, number);
  choice.from = from;
  choice.offer = offer;
  return at + offsetof<Choice>();
}

/** MACs begin jobs of the PEs beside theirs, if nobody has taken them before. */
function help(from: usize, end: usize): void {
  for (let at = from; at < end; at += offsetof<Choice>()) {
    const choice = changetype<Choice>(at);
    if (!isOffered(choice.from, choice.offer)) continue;
    const trace = begin(choice.mac, choice.from, choice.offer);
    change(choice.from);
    const job = trace.entry.job(trace.place);
    pairsRouted += <u16>(job >> 16);
    visitsRouted += <u16>(job >> 32);
  }
}

/** A PE at which a MAC or a trace has changed: it, and those beside it, may have other choices in the next cycle. */
function chooseAgain(pe: Pe): void {
  lookLater(pe);
  if (!machine.help) return;
  lookLater(pe.left);
  lookLater(pe.right);
}

/** A PE with a free MAC chooses again if there is anything that it might choose. */
function lookLater(pe: Pe): void {
  if (pe.freeMacs === 0) return;
  let first = offerAt(pe, 0);
  if (machine.help) first = min(first, min(offerAt(pe.left, 0), offerAt(pe.right, 0)));
  if (first !== noOffer) chooseLater(pe);
}

function change(pe: Pe): void {
  store<Pe>(changedEnd, pe);
  changedEnd += sizeof<Pe>();
}

/** A MAC begins a job that its PE, or another, offers. Returns the job's trace. */
function begin(mac: Mac, from: Pe, offer: i64): Trace {
  const trace = traceOf(from, offer);
  mac.trace = trace;
  mac.pe.freeMacs &= ~mac.bit;
  withdraw(trace);
  change(mac.pe);
  serve(mac, trace, now);
  accountWait(mac, trace);
  return trace;
}
