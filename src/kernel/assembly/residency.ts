import { alloc, newQueue, Queue } from "./arena";
import { chunkShape, layer, machine, mapping, ResidencyTables, residencyTables, run } from "./layout";
import * as maps from "./maps";

/** What one residency works on, as the host dealt it. */
@unmanaged
export class Residency extends ResidencyTables {
  /** number of its first episode */
  episode: i32;

  @inline
  firstK(team: i32): i32 {
    return this.ksAt(team);
  }

  @inline
  kCount(team: i32): i32 {
    return this.firstK(team + 1) - this.firstK(team);
  }

  /** The k at a place in a team's list. */
  @inline
  k(team: i32, place: i32): i32 {
    return this.ksAt(this.teams + 1 + this.firstK(team) + place);
  }

  @inline
  firstChannel(slice: i32): i32 {
    return this.channelsAt(slice);
  }

  @inline
  channelCount(slice: i32): i32 {
    return this.firstChannel(slice + 1) - this.firstChannel(slice);
  }

  /** The i-th channel in the lists of all slices. */
  @inline
  channel(i: i32): i32 {
    return this.channelsAt(this.slices + 1 + i);
  }

  /** Kernel rows and columns of its pass. */
  get rows(): i32 {
    return this.r1 - this.r0;
  }

  get columns(): i32 {
    return this.s1 - this.s0;
  }
}

/** The host writes the next residency; false when there is none. */
declare function nextResidency(): bool;

let known: Queue = changetype<Queue>(0);
let all: bool = false;

export function startResidencies(): void {
  known = newQueue(8);
  all = false;
  couples = alloc(mapping.slots);
  rowsOfCouples = columnsOfCouples = 0;
}

/** Residency number `i`; none behind the last. */
export function residencyAt(i: i32): Residency | null {
  while (known.length <= i) {
    if (all || !nextResidency()) {
      all = true;
      return null;
    }
    const kept = alloc(offsetof<Residency>());
    memory.copy(kept, changetype<usize>(residencyTables), offsetof<ResidencyTables>());
    changetype<Residency>(kept).episode = known.length * run.rounds;
    store<usize>(known.push(), kept);
  }
  return changetype<Residency>(load<usize>(known.at(i)));
}

/** Taps of a pass come in words of 64 bits at most: all in one, or a word for each kernel row. */
export function wordsOfPass(own: Residency): i32 {
  return own.rows * own.columns <= 64 ? 1 : own.rows;
}

/** A word of the mask's bits for k in a channel and the pass of a residency, kernel row by kernel row. */
export function wantedWord(own: Residency, k: i32, c: i32, word: i32): u64 {
  const inGroup = maps.inGroup(c);
  const width = own.columns;
  if (own.rows * width > 64) return maps.wantedBits(k, inGroup, (own.r0 + word) * layer.S + own.s0, width);
  if (width === layer.S) return maps.wantedBits(k, inGroup, own.r0 * width, own.rows * width);
  let bits: u64 = 0;
  for (let r = 0; r < own.rows; r++)
    bits |= maps.wantedBits(k, inGroup, (own.r0 + r) * layer.S + own.s0, width) << (r * width);
  return bits;
}

/** Gradients of k that are wanted in the slice that `findWanted` was asked for, and couples of sums in which there is one. */
export let wantedSums: i32 = 0;
export let wantedCouples: i32 = 0;

/** [slot of a trace, channel by channel] the number of its couple, in a pass of so many rows and columns */
let couples: usize = 0;
let rowsOfCouples: i32 = 0;
let columnsOfCouples: i32 = 0;

/** Finds which gradients of k are wanted in a channel slice of a domain. */
export function findWanted(own: Residency, k: i32, slice: i32, masked: bool): void {
  findCouples(own);
  wantedSums = 0;
  const words = wordsOfPass(own);
  const ofWord = (own.rows * own.columns) / words;
  let wanted: u64 = 0;
  let couple = couples;
  for (let i = own.firstChannel(slice); i < own.firstChannel(slice + 1); i++)
    for (let word = 0; word < words; word++, couple += ofWord) {
      let bits = masked ? wantedWord(own, k, own.channel(i), word) : ~(<u64>0) >> (64 - ofWord);
      wantedSums += <i32>popcnt<u64>(bits);
      for (; bits !== 0; bits &= bits - 1) wanted |= (<u64>1) << load<u8>(couple + <usize>ctz<u64>(bits));
    }
  wantedCouples = <i32>popcnt<u64>(wanted);
}

/** Finds the couples of all slots, once for all residencies whose passes have as many rows and columns. */
function findCouples(own: Residency): void {
  if (own.rows === rowsOfCouples && own.columns === columnsOfCouples) return;
  rowsOfCouples = own.rows;
  columnsOfCouples = own.columns;
  const taps = own.rows * own.columns;
  const width = chunkShape.laneChannels;
  for (let slot = 0; slot < mapping.slots; slot++) {
    const channel = slot / taps;
    const tap = slot % taps;
    const row = tap / own.columns;
    const lane = chunkShape.channelLanes > 1 ? channel / width : row;
    const place = lane * machine.laneBits + (tap - row * own.columns) * width + (channel % width);
    store<u8>(couples + slot, <u8>(place >> 1));
  }
}
