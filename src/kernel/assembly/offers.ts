import { alloc } from "./arena";
import { Mac, offersBytes, Pe, peAt, peOwnBytes, Trace, traceShift } from "./columns";
import { machine } from "./layout";

/** The jobs that PEs' traces offer, the farthest behind first, and which PEs have to choose anew. */

/** An offer is the number of a trace's next item and, in its lowest bits, which trace of its PE it is. */
const traceBits: i32 = 3;
const traceMask: i32 = (1 << traceBits) - 1;
export const noOffer: i64 = i64.MAX_VALUE;

/** PEs that choose in this cycle, and how many of the next one */
let list: usize = 0;
export let choosers: i32 = 0;
let later: usize = 0;
export let choosersLater: i32 = 0;
/** Whether each trace has a MAC of its own, so that there is nothing to choose. */
export let ownMacs: bool = false;

export function startOffers(count: i32): void {
  list = alloc(<u64>count * sizeof<Pe>());
  later = alloc(<u64>count * machine.macs * 6 * sizeof<Pe>());
  choosers = choosersLater = 0;
  ownMacs = machine.traces <= machine.macs;
  for (let i = 0; i < count; i++)
    for (let at = offersOf(peAt(i)), end = at + offersBytes(); at < end; at += 8) store<i64>(at, noOffer);
}

function offersOf(pe: Pe): usize {
  return changetype<usize>(pe) + peOwnBytes;
}

/** The offer of a PE that is `place`th from the one farthest behind; at most as many as it has MACs. */
export function offerAt(pe: Pe, place: i32): i64 {
  return load<i64>(offersOf(pe) + ((<usize>place) << 3));
}

/** What a PE offers its neighbours: the first trace that it does not keep for its free MACs. */
export function offerOf(pe: Pe): i64 {
  return offerAt(pe, popcnt<u32>(pe.freeMacs));
}

/** Whether nobody has taken an offer of a PE. */
export function isOffered(pe: Pe, offer: i64): bool {
  let at = offersOf(pe);
  while (load<i64>(at) < offer) at += 8;
  return load<i64>(at) === offer;
}

/** The item's number in an offer. */
export function itemOf(offer: i64): i64 {
  return offer >> traceBits;
}

/** The first offer that there may be of an item. */
export function firstOffer(item: i64): i64 {
  return item << traceBits;
}

/** Which trace of its PE an offer is of. */
export function placeOf(offer: i64): i32 {
  return <i32>offer & traceMask;
}

/** The trace that an offer of a PE is of. */
export function traceOf(pe: Pe, offer: i64): Trace {
  return changetype<Trace>(changetype<usize>(pe.firstTrace) + (placeOf(offer) << traceShift));
}

/** Which trace of its PE it is. */
function numberOf(trace: Trace): i32 {
  return <i32>(changetype<usize>(trace) - changetype<usize>(trace.pe.firstTrace)) >> traceShift;
}

/** A MAC may begin a trace's next item, which may be offered already. */
export function offer(trace: Trace): void {
  const pe = trace.pe;
  const key = firstOffer(trace.next) | numberOf(trace);
  let to = offersOf(pe);
  while (load<i64>(to) < key) to += 8;
  if (load<i64>(to) > key) insert(to, key);
  choose(pe);
  if (!machine.help) return;
  choose(pe.left);
  choose(pe.right);
}

/** Puts an offer in front of those from a place on. */
function insert(to: usize, offer: i64): void {
  for (; offer !== noOffer; to += 8) {
    const other = load<i64>(to);
    store<i64>(to, offer);
    offer = other;
  }
}

/** No MAC may begin a trace's next item any more, if one might. */
export function withdraw(trace: Trace): void {
  const place = numberOf(trace);
  let to = offersOf(trace.pe);
  let offer = load<i64>(to);
  for (; offer !== noOffer && placeOf(offer) !== place; offer = load<i64>(to)) to += 8;
  for (; offer !== noOffer; to += 8) {
    offer = load<i64>(to, 8);
    store<i64>(to, offer);
  }
}

/** A PE that has a free MAC makes its choices in this cycle. */
function choose(pe: Pe): void {
  if (pe.freeMacs === 0 || pe.chooses) return;
  pe.chooses = true;
  store<Pe>(list + ((<usize>choosers) << 2), pe);
  choosers++;
}

export function freeMac(mac: Mac): void {
  const pe = mac.pe;
  pe.freeMacs |= mac.bit;
  choose(pe);
}

/** The next PE that has to choose and has not been asked for. */
export function chooserAt(i: i32): Pe {
  const pe = load<Pe>(list + ((<usize>i) << 2));
  pe.chooses = false;
  return pe;
}

export function clearChoosers(): void {
  choosers = 0;
}

/** A PE makes its choices in the next cycle. */
export function chooseLater(pe: Pe): void {
  store<Pe>(later + ((<usize>choosersLater) << 2), pe);
  choosersLater++;
}

/** The next cycle has begun. */
export function chooseNow(): void {
  for (let i = 0; i < choosersLater; i++) choose(load<Pe>(later + ((<usize>i) << 2)));
  choosersLater = 0;
}
