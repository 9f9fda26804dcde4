import { alloc } from "./arena";
import { machine, mapping } from "./layout";
import { Residency, wantedWord, wordsOfPass } from "./residency";

/**
 * Counts what a trace does in a job. A slot has a word whose bits are places of the chunk at which its window has a nonzero, a list
 * has one for the nonzeros of the emap, and the list's tiles divide all places among them.
 */

/** Of the job that was counted last, as `Job` has them. */
export let cycles: i32 = 0;
export let rest: i32 = 0;
/** cycles of its last tile */
export let last: i32 = 0;
export let pairs: i32 = 0;
export let visits: i32 = 0;

/** [wanted slot] words of the job at hand: in the fmap where all slots are wanted, gathered where the mask leaves some out */
let rows: usize = 0;
let slots: i32 = 0;
let gathered: usize = 0;
/** Places whose windows have one pair or more, two or more, three, four. */
let ones: u64 = 0;
let twos: u64 = 0;
let threes: u64 = 0;
let fours: u64 = 0;

/** [channel of a domain][word of the pass] the mask's bits for the k at hand, and the first channel's place in all lists */
let wantedWords: usize = 0;
let firstWanted: i32 = 0;
let words: i32 = 1;

/** A byte's count grows by 8 a step at most: so many steps fit. */
const countedAtOnce: i32 = 31;

export function startJobCounts(): void {
  wantedWords = alloc(<u64>mapping.channelSlices * mapping.slots * 8);
  gathered = alloc(<u64>mapping.slots * 8);
}

/** Reads what the mask wants of k in the channels of a domain, whose slices are `slice` and those behind it. */
export function readMask(own: Residency, slice: i32, k: i32): void {
  firstWanted = own.firstChannel(slice);
  words = wordsOfPass(own);
  let to = wantedWords;
  for (let i = firstWanted; i < own.firstChannel(slice + mapping.channelSlices); i++)
    for (let word = 0; word < words; word++, to += 8)
      store<u64>(to, wantedWord(own, k, own.channel(i), word));
}

/** The job at hand wants all of its first `count` slots. */
export function readAll(fmap: usize, count: i32): void {
  rows = fmap;
  slots = count;
}

/** The job at hand wants of a channel slice's slots those of the mask, for the k that it was read for. Returns how many. */
export function readWanted(fmap: usize, own: Residency, slice: i32): i32 {
  const each = (own.rows * own.columns) / words;
  const end = wantedWords + (((own.firstChannel(slice + 1) - firstWanted) * words) << 3);
  let at = wantedWords + (((own.firstChannel(slice) - firstWanted) * words) << 3);
  let to = gathered;
  for (; at < end; at += 8, fmap += each << 3)
    for (let wanted = load<u64>(at); wanted !== 0; wanted &= wanted - 1, to += 8)
      store<u64>(to, load<u64>(fmap + ((<usize>ctz<u64>(wanted)) << 3)));
  rows = gathered;
  slots = <i32>(to - gathered) >> 3;
  return slots;
}

/** The last place of each of a list's tiles; the last tile ends with the last place of all. */
export function tileEndsOf(list: u64): u64 {
  let ends: u64 = (<u64>1) << 63;
  let left = list;
  for (;;) {
    for (let i = 0; i < machine.tileValues; i++) left &= left - 1;
    if (left === 0) break;
    ends |= (left & -left) >> 1;
  }
  return ends;
}

/** Counts the job at hand with a list that has nonzeros. */
export function countJob(list: u64, tileEnds: u64): void {
  if (machine.skipFmap) countFound(list, tileEnds);
  else {
    pairs = slots * <i32>popcnt<u64>(list);
    visits = slots * <i32>popcnt<u64>(tileEnds);
    ones = list;
    twos = slots > 1 ? list : 0;
    threes = slots > 2 ? list : 0;
    fours = slots > 3 ? list : 0;
  }
  countCycles(list, tileEnds);
}

/** Pairs, and for each tile the slots that have any in it: a carry takes them to the tile's last place. */
function countFound(list: u64, tileEnds: u64): void {
  const emap = i64x2.splat(list);
  const ends = i64x2.splat(tileEnds);
  const inside = v128.not(ends);
  let found = i32x4.splat(0);
  let visited = i32x4.splat(0);
  let one = i64x2.splat(0);
  let two = one;
  let three = one;
  let four = one;
  let at = rows;
  const end = rows + (slots << 3);
  while (at + 16 <= end) {
    const until = min(end - 15, at + 16 * countedAtOnce);
    let foundOfBytes = i32x4.splat(0);
    let visitedOfBytes = i32x4.splat(0);
    for (; at < until; at += 16) {
      const both = v128.and(v128.load(at), emap);
      const tiles = v128.and(v128.or(i64x2.add(v128.and(both, inside), inside), both), ends);
      four = v128.or(four, v128.and(three, both));
      three = v128.or(three, v128.and(two, both));
      two = v128.or(two, v128.and(one, both));
      one = v128.or(one, both);
      foundOfBytes = i8x16.add(foundOfBytes, i8x16.popcnt(both));
      visitedOfBytes = i8x16.add(visitedOfBytes, i8x16.popcnt(tiles));
    }
    found = i32x4.add(found, sumsOfBytes(foundOfBytes));
    visited = i32x4.add(visited, sumsOfBytes(visitedOfBytes));
  }
  pairs = total(found);
  visits = total(visited);
  ones = i64x2.extract_lane(one, 0);
  twos = i64x2.extract_lane(two, 0);
  threes = i64x2.extract_lane(three, 0);
  fours = i64x2.extract_lane(four, 0);
  addPlaces(
    i64x2.extract_lane(one, 1),
    i64x2.extract_lane(two, 1),
    i64x2.extract_lane(three, 1),
    i64x2.extract_lane(four, 1),
  );
  if (at === end) return;
  const both = load<u64>(at) & list;
  pairs += <i32>popcnt<u64>(both);
  visits += <i32>popcnt<u64>((((both & ~tileEnds) + ~tileEnds) | both) & tileEnds);
  addPlaces(both, 0, 0, 0);
}

/** Adds places with a pair at least, two, three, four in other slots. */
function addPlaces(one: u64, two: u64, three: u64, four: u64): void {
  fours |= four | (threes & one) | (twos & two) | (ones & three);
  threes |= three | (twos & one) | (ones & two);
  twos |= two | (ones & one);
  ones |= one;
}

function sumsOfBytes(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
}

function total(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** Cycles, and the rest: a tile waits for the looks of the next one only where it has windows with few pairs. */
function countCycles(list: u64, tileEnds: u64): void {
  const lastTile = list & ~upTo(tileEnds & ~((<u64>1) << 63));
  const ofLast = pairsIn(lastTile, i32.MAX_VALUE);
  last = max(1, ofLast);
  cycles = pairs + last - ofLast;
  rest = max(0, machine.tileValues - last);
  for (let few = list & ~full() & ~lastTile; few !== 0; ) {
    const place = few & -few;
    const ends = tileEnds & ~(place - 1);
    const tile = list & (ends ^ (ends - 1)) & ~upTo(tileEnds & (place - 1));
    cycles += max(0, machine.tileLooks - pairsIn(tile, machine.tileLooks));
    few &= ~tile;
  }
}

/** Places whose windows have so many pairs that a tile of such takes no longer than these. */
function full(): u64 {
  const looks = machine.tileLooks;
  const tile = machine.tileValues;
  if (looks <= tile) return ones;
  if (looks <= 2 * tile) return twos;
  return looks <= 4 * tile ? fours : 0;
}

/** All places up to the highest of these. */
function upTo(places: u64): u64 {
  return places === 0 ? 0 : ~(<u64>0) >> clz<u64>(places);
}

/** Pairs at some places of the job at hand, counted up to `enough`. */
function pairsIn(places: u64, enough: i32): i32 {
  if (!machine.skipFmap) return min(enough, slots * <i32>popcnt<u64>(places));
  const counted = popcnt<u64>(places & ones) + popcnt<u64>(places & twos) + popcnt<u64>(places & threes);
  let pairs = <i32>(counted + popcnt<u64>(places & fours));
  if (pairs >= enough || (places & fours) === 0) return min(enough, pairs);
  // a window has more than four, and a tile of eight may have fewer pairs than nonzeros all the same
  pairs = 0;
  const end = rows + (slots << 3);
  for (let at = rows; at < end && pairs < enough; at += 8) pairs += <i32>popcnt<u64>(load<u64>(at) & places);
  return min(enough, pairs);
}
