import { now, put } from "./agenda";
import { alloc } from "./arena";
import { macAt, macCount, Trace, traceAt } from "./columns";
import { helpLead, machine, run } from "./layout";
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
  neighbourOf,
  noOffer,
  offerBehind,
  offerOf,
  rightOf,
  takeMac,
  traceOf,
  withdraw,
} from "./offers";
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

/** Kinds of choices, in the order in which they come true: of two who ask for an offer the left one gets it. */
const kinds: i32 = 3;
const ofOwn: i32 = 0;
const ofLeftAsker: i32 = 1;
const ofRightAsker: i32 = 2;

/** [kind] how many there are; [kind][choice] */
const counts: usize = memory.data(4 * kinds);
let choices: usize = 0;
/** PEs of MACs and traces of the jobs that began in this cycle */
let changed: usize = 0;
let changes: i32 = 0;
let pairsRouted: i64 = 0;
let visitsRouted: i64 = 0;

export function startChoice(): void {
  choices = alloc(<u64>kinds * macCount * offsetof<Choice>());
  changed = alloc(<u64>macCount * 8);
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

function choiceAt(kind: i32, i: i32): Choice {
  return changetype<Choice>(choices + <usize>(kind * macCount + i) * offsetof<Choice>());
}

/**
 * All choices of the cycle: a PE keeps a trace for each of its free MACs, and offers the next one. A MAC takes what is kept for it,
 * unless nothing is kept, or its neighbour's offer is farther behind by `helpLead` k's.
 */
export function chooseJobs(): void {
  changes = 0;
  memory.fill(counts, 0, 4 * kinds);
  for (let i = 0; i < choosers; i++) choose(chooserAt(i));
  clearChoosers();
  for (let kind = 0; kind < kinds; kind++)
    for (let i = 0; i < load<i32>(counts + kind * 4); i++) take(choiceAt(kind, i));
  for (let i = 0; i < changes; i++) chooseAgain(load<i32>(changed + ((<usize>i) << 2)));
}

/** What a PE's free MACs want, from what stood at the start of the cycle. */
function choose(pe: i32): void {
  let free = freeMacsOf(pe);
  let kept = firstOffer(pe);
  for (;;) {
    chooseFor(<i32>ctz(free), pe, kept);
    free &= free - 1;
    if (free === 0) return;
    kept = offerBehind(pe, kept);
  }
}

/** What a free MAC of a PE wants: the job that is kept for it, or its neighbour's offer. */
function chooseFor(mac: i32, pe: i32, kept: i64): void {
  const toTheRight = i32(2 * mac >= machine.macs);
  const neighbour = neighbourOf(pe, toTheRight);
  const theirs = machine.help ? offerOf(neighbour) : noOffer;
  const asks =
    kept === noOffer ? theirs !== noOffer : theirs !== noOffer && itemOf(theirs) + helpLead <= itemOf(kept);
  const offer = asks ? theirs : kept;
  if (offer === noOffer) return;
  // it is the left one of the two PEs if it looks to the right
  const kind = asks ? (toTheRight ? ofLeftAsker : ofRightAsker) : ofOwn;
  const count = load<i32>(counts + kind * 4);
  store<i32>(counts + kind * 4, count + 1);
  const choice = choiceAt(kind, count);
  choice.mac = pe * machine.macs + mac;
  choice.pe = pe;
  choice.from = asks ? neighbour : pe;
  choice.offer = offer;
}

/** A MAC begins its job, if nobody has taken it before. */
function take(choice: Choice): void {
  const pe = choice.pe;
  const from = choice.from;
  if (from === pe) begin(choice.mac, pe, pe, choice.offer);
  else if (isOffered(from, choice.offer)) {
    const trace = begin(choice.mac, pe, from, choice.offer);
    pairsRouted += trace.pairs;
    visitsRouted += trace.visits;
  }
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

/** A MAC of a PE begins a job that another, or the same, offers. Returns the job's trace. */
function begin(at: i32, pe: i32, from: i32, offer: i64): Trace {
  const mac = macAt(at);
  const ofTrace = traceOf(from, offer);
  const trace = traceAt(ofTrace);
  if (mac.end < now && !run.trial) accountWait(mac, trace);
  mac.trace = ofTrace;
  mac.end = now + trace.cycles;
  takeMac(at, pe);
  withdraw(ofTrace, from);
  change(pe);
  if (from !== pe) change(from);
  trace.mac = at;
  trace.startAt = i64.MAX_VALUE;
  trace.lastEnd = mac.end;
  trace.lastTile = mac.end - trace.last;
  // a job of one tile is there to work on before it begins
  trace.flip = (trace.last === trace.cycles ? trace.ready : trace.lastTile) - 1;
  put(at, mac.end);
  return trace;
}
