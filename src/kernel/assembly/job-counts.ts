import { alloc } from "./arena";
import { machine, mapping, run } from "./layout";
import { Residency, wantedWord, wordsOfPass } from "./residency";
import { SlotCounts } from "./slot-counts";
import { upTo } from "./tiles";

/**
 * Counts what a trace does in a job. A slot has a word whose bits are places of the chunk at which its window has a nonzero, a list
 * has one for the nonzeros of the emap, and the list's tiles divide all places among them.
 */

/** [wanted slot] words of the job at hand: in the fmap where all slots are wanted, gathered where the mask leaves some out */
let rows: usize = 0;
let slots: i32 = 0;
let gathered: usize = 0;
/** The nonzeros of these slots; those of the gathered ones. */
let counts: SlotCounts = changetype<SlotCounts>(0);
let ofGathered: SlotCounts = changetype<SlotCounts>(0);

/** [channel of a domain][word of the pass] the mask's bits for the k at hand, and the first channel's place in all lists */
let wantedWords: usize = 0;
let firstWanted: i32 = 0;
let words: i32 = 1;

export function startJobCounts(): void {
  wantedWords = alloc(<u64>mapping.channelSlices * mapping.slots * 8);
  gathered = alloc(<u64>mapping.slots * 8);
  ofGathered = changetype<SlotCounts>(alloc(offsetof<SlotCounts>()));
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

/** The job at hand wants all of its first `count` slots, whose nonzeros have been counted. */
export function readAll(fmap: usize, count: i32, counted: SlotCounts): void {
  rows = fmap;
  slots = count;
  counts = counted;
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
  counts = ofGathered;
  if (machine.skipFmap) counts.count(gathered, slots);
  else counts.countFull(slots);
  return slots;
}

/** What `Entry.job` has of the job at hand, with a list that has nonzeros. Trials do without visits, which take longest. */
export function jobOf(list: u64, tileEnds: u64, lastTile: u64): u64 {
  const pairs = counts.at(list);
  const ofLast = counts.at(lastTile);
  const last = max(1, ofLast);
  let cycles = pairs + last - ofLast;
  // a tile waits for the looks of the next one only where it has windows with few pairs
  for (let few = list & counts.few & ~lastTile; few !== 0; ) {
    const place = few & -few;
    const ends = tileEnds & ~(place - 1);
    const tile = list & (ends ^ (ends - 1)) & ~upTo(tileEnds & (place - 1));
    cycles += max(0, machine.tileLooks - counts.at(tile));
    few &= ~tile;
  }
  const job = <u64>cycles | ((<u64>pairs) << 16) | ((<u64>last) << 48);
  if (run.trial) return job;
  const visits = machine.skipFmap ? visitsIn(list, tileEnds) : slots * <i32>popcnt<u64>(tileEnds);
  return job | ((<u64>visits) << 32);
}

/** For each tile the slots that have any pair in it: a carry takes them to the tile's last place. */
function visitsIn(list: u64, tileEnds: u64): i32 {
  const emap = i64x2.splat(list);
  const ends = i64x2.splat(tileEnds);
  const inside = v128.not(ends);
  let visits: u64 = 0;
  let at = rows;
  const end = rows + (slots << 3);
  for (; at + 16 <= end; at += 16) {
    const both = v128.and(v128.load(at), emap);
    const tiles = v128.and(v128.or(i64x2.add(v128.and(both, inside), inside), both), ends);
    visits += popcnt<u64>(i64x2.extract_lane(tiles, 0)) + popcnt<u64>(i64x2.extract_lane(tiles, 1));
  }
  if (at < end) {
    const both = load<u64>(at) & list;
    visits += popcnt<u64>((((both & ~tileEnds) + ~tileEnds) | both) & tileEnds);
  }
  return <i32>visits;
}
