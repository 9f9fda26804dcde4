import { alloc } from "./arena";
import { machine, mapping } from "./layout";
import { Residency, wantedWord, wordsOfPass } from "./residency";

/** Counts what a trace finds: `pairs` of nonzeros of both maps, and `empty` looks at positions without any. */

export let pairs: i32 = 0;
export let empty: i32 = 0;
let seen: u64 = 0;
let found: i64 = 0;

/** All of the first `slots` slots are wanted. */
export function countAll(fmap: usize, slots: i32, emap: u64): void {
  if (!machine.skipFmap) {
    pairs = slots * <i32>popcnt<u64>(emap);
    empty = 0;
    return;
  }
  let sum: i64 = 0;
  let other: i64 = 0;
  let any: u64 = 0;
  const end = fmap + (slots << 3);
  const even = fmap + ((slots & ~1) << 3);
  for (; fmap < even; fmap += 16) {
    const a = load<u64>(fmap) & emap;
    const b = load<u64>(fmap, 8) & emap;
    sum += popcnt<u64>(a);
    other += popcnt<u64>(b);
    any |= a | b;
  }
  if (fmap < end) {
    const a = load<u64>(fmap) & emap;
    sum += popcnt<u64>(a);
    any |= a;
  }
  pairs = <i32>(sum + other);
  empty = <i32>popcnt<u64>(emap & ~any);
}

/** Those slots of a channel are wanted whose bits are set. */
function countWord(fmap: usize, wanted: u64, emap: u64): void {
  for (; wanted !== 0; wanted &= wanted - 1) {
    const a = load<u64>(fmap + ((<usize>ctz<u64>(wanted)) << 3)) & emap;
    found += popcnt<u64>(a);
    seen |= a;
  }
}

/** [channel of a domain][word of the pass] the mask's bits for the k at hand, and the first channel's place in all lists */
let wantedWords: usize = 0;
let firstWanted: i32 = 0;
let words: i32 = 1;
/** Gradients wanted of the trace that was counted last. */
export let wanted: i32 = 0;

export function startJobCounts(): void {
  wantedWords = alloc(<u64>mapping.channelSlices * mapping.slots * 8);
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

/** Of a channel slice's slots those that the mask wants for the k that it was read for. */
export function countWanted(fmap: usize, own: Residency, slice: i32, emap: u64): void {
  seen = 0;
  found = 0;
  wanted = 0;
  const each = (own.rows * own.columns) / words;
  const end = wantedWords + (((own.firstChannel(slice + 1) - firstWanted) * words) << 3);
  let at = wantedWords + (((own.firstChannel(slice) - firstWanted) * words) << 3);
  for (; at < end; at += 8, fmap += each << 3) {
    const bits = load<u64>(at);
    wanted += <i32>popcnt<u64>(bits);
    if (machine.skipFmap) countWord(fmap, bits, emap);
  }
  if (!machine.skipFmap) {
    pairs = wanted * <i32>popcnt<u64>(emap);
    empty = 0;
    return;
  }
  pairs = <i32>found;
  empty = <i32>popcnt<u64>(emap & ~seen);
}
