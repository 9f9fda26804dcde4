import { alloc, allocZeros } from "./arena";
import { machine } from "./layout";

/** PEs: the jobs that their traces offer, their free MACs, and which of them have to choose anew. */

/** An offer is the number of a trace's next item and, in its lowest bits, which trace of its PE it is. */
const traceBits: i32 = 3;
export const noOffer: i64 = i64.MAX_VALUE;

@unmanaged
class Pe {
  /** the offer that is farthest behind */
  first: i64;
  left: i32;
  right: i32;
  /** a bit for each of its MACs */
  freeMacs: u32;
  /** whether it is in the list of choosers */
  chooses: bool;
}

/** A PE takes 32 bytes. */
const peBits: usize = 5;

let pes: usize = 0;
/** [trace] */
let offers: usize = 0;
let list: usize = 0;
/** PEs that choose in this cycle, and how many of the next one */
export let choosers: i32 = 0;
let later: usize = 0;
export let choosersLater: i32 = 0;

function peAt(pe: i32): Pe {
  return changetype<Pe>(pes + ((<usize>pe) << peBits));
}

export function startOffers(count: i32): void {
  if (offsetof<Pe>() > 1 << peBits) unreachable();
  pes = alloc((<u64>count) << peBits);
  const traces = count * machine.traces;
  offers = alloc(<u64>traces * 8);
  for (let i = 0; i < traces; i++) store<i64>(offers + ((<usize>i) << 3), noOffer);
  list = alloc(<u64>count * 4);
  later = allocZeros(<u64>count * machine.macs * 6 * 4);
  choosers = choosersLater = 0;
  for (let i = 0; i < count; i++) {
    const pe = peAt(i);
    const row = i % machine.rows;
    pe.first = noOffer;
    pe.left = row === 0 ? i + machine.rows - 1 : i - 1;
    pe.right = row === machine.rows - 1 ? i - row : i + 1;
    pe.freeMacs = (1 << machine.macs) - 1;
    pe.chooses = false;
  }
}

export function leftOf(pe: i32): i32 {
  return peAt(pe).left;
}
export function rightOf(pe: i32): i32 {
  return peAt(pe).right;
}

/** The right one of these if `toTheRight` is 1, the left one if it is 0. */
export function neighbourOf(pe: i32, toTheRight: i32): i32 {
  return load<i32>(changetype<usize>(peAt(pe)) + offsetof<Pe>("left") + (toTheRight << 2));
}

/** The offer of a PE that is farthest behind. */
export function firstOffer(pe: i32): i64 {
  return peAt(pe).first;
}

/** The first offer of a PE behind another one. */
export function offerBehind(pe: i32, other: i64): i64 {
  let first = noOffer;
  const from = offers + ((<usize>(pe * machine.traces)) << 3);
  for (let i = 0; i < machine.traces; i++) {
    const own = load<i64>(from + ((<usize>i) << 3));
    first = own > other && own < first ? own : first;
  }
  return first;
}

/** What a PE offers its neighbours: the first trace that it does not keep for its free MACs. */
export function offerOf(pe: i32): i64 {
  return peAt(pe).freeMacs === 0 ? peAt(pe).first : offerBehindKept(pe);
}

function offerBehindKept(pe: i32): i64 {
  const own = peAt(pe);
  let offered = own.first;
  for (let free = own.freeMacs; free !== 0 && offered !== noOffer; free &= free - 1)
    offered = offerBehind(pe, offered);
  return offered;
}

/** Whether nobody has taken an offer of a PE. */
export function isOffered(pe: i32, offer: i64): bool {
  return load<i64>(offers + ((<usize>traceOf(pe, offer)) << 3)) === offer;
}

/** MACs of a PE that serve nothing, a bit for each. */
export function freeMacsOf(pe: i32): u32 {
  return peAt(pe).freeMacs;
}

/** The item's number in an offer. */
export function itemOf(offer: i64): i64 {
  return offer >> traceBits;
}

/** The trace that an offer of a PE is of. */
export function traceOf(pe: i32, offer: i64): i32 {
  return pe * machine.traces + (<i32>offer & ((1 << traceBits) - 1));
}

/** A MAC may begin a trace's next item. */
export function offer(at: i32, pe: i32, item: i32): void {
  const own = peAt(pe);
  const key = ((<i64>item) << traceBits) | (at - pe * machine.traces);
  store<i64>(offers + ((<usize>at) << 3), key);
  own.first = min(own.first, key);
  choose(pe);
  if (!machine.help) return;
  choose(own.left);
  choose(own.right);
}

/** No MAC may begin a trace's next item any more. */
export function withdraw(at: i32, pe: i32): void {
  store<i64>(offers + ((<usize>at) << 3), noOffer);
  let first = noOffer;
  const from = offers + ((<usize>(pe * machine.traces)) << 3);
  for (let i = 0; i < machine.traces; i++) first = min(first, load<i64>(from + ((<usize>i) << 3)));
  peAt(pe).first = first;
}

/** A PE that has a free MAC makes its choices in this cycle. */
function choose(pe: i32): void {
  const own = peAt(pe);
  if (own.freeMacs === 0 || own.chooses) return;
  own.chooses = true;
  store<i32>(list + ((<usize>choosers) << 2), pe);
  choosers++;
}

export function freeMac(mac: i32, pe: i32): void {
  const own = peAt(pe);
  own.freeMacs |= 1 << (mac - pe * machine.macs);
  choose(pe);
}

export function takeMac(mac: i32, pe: i32): void {
  peAt(pe).freeMacs &= ~(1 << (mac - pe * machine.macs));
}

export function chooserAt(i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2));
}

export function clearChoosers(): void {
  for (let i = 0; i < choosers; i++) peAt(chooserAt(i)).chooses = false;
  choosers = 0;
}

/** A PE makes its choices in the next cycle. */
export function chooseLater(pe: i32): void {
  store<i32>(later + ((<usize>choosersLater) << 2), pe);
  choosersLater++;
}

/** The next cycle has begun. */
export function chooseNow(): void {
  for (let i = 0; i < choosersLater; i++) choose(load<i32>(later + ((<usize>i) << 2)));
  choosersLater = 0;
}
