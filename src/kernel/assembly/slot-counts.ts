import { lanes, machine } from "./layout";

/** Slots that five planes of bits can count. */
const ofFivePlanes: i32 = 31;
/** Whether traces have more slots than that. */
let manySlots: bool = false;
/** Nonzeros of a place from which on a tile of such places has as many pairs as it is to be looked at in cycles. */
let enough: i32 = 0;

export function startSlotCounts(): void {
  manySlots = lanes * machine.laneBits > ofFivePlanes;
  enough = (machine.tileLooks + machine.tileValues - 1) / machine.tileValues;
}

/**
 * In how many slots of a trace the window has a nonzero, for each place of its chunk: planes of bits of weight 1, 2, 4, ...
 * The pairs at any places are a few popcounts of them, and k's that want all slots share them.
 */
@unmanaged
export class SlotCounts {
  ones: u64;
  twos: u64;
  fours: u64;
  eights: u64;
  sixteens: u64;
  thirtyTwos: u64;
  sixtyFours: u64;
  /** places with so few nonzeros that a tile of them may take longer than it has pairs */
  few: u64;

  /** Counts the words of `slots` slots, which lie one after the other. */
  count(words: usize, slots: i32): void {
    let ones: u64 = 0;
    let twos: u64 = 0;
    let fours: u64 = 0;
    let eights: u64 = 0;
    let sixteens: u64 = 0;
    let thirtyTwos: u64 = 0;
    let sixtyFours: u64 = 0;
    const end = words + ((<usize>slots) << 3);
    if (slots & 1) {
      ones = load<u64>(words);
      words += 8;
    }
    // two at a time: a carry goes up from the second plane on
    for (; words < end; words += 16) {
      const one = load<u64>(words);
      const other = load<u64>(words, 8);
      const either = one ^ other;
      const twosMore = (one & other) | (ones & either);
      ones ^= either;
      const foursMore = twos & twosMore;
      twos ^= twosMore;
      const eightsMore = fours & foursMore;
      fours ^= foursMore;
      const sixteensMore = eights & eightsMore;
      eights ^= eightsMore;
      if (manySlots) {
        const thirtyTwosMore = sixteens & sixteensMore;
        sixtyFours ^= thirtyTwos & thirtyTwosMore;
        thirtyTwos ^= thirtyTwosMore;
      }
      sixteens ^= sixteensMore;
    }
    this.ones = ones;
    this.twos = twos;
    this.fours = fours;
    this.eights = eights;
    this.sixteens = sixteens;
    this.thirtyTwos = thirtyTwos;
    this.sixtyFours = sixtyFours;
    this.findFew();
  }

  /** Counts `slots` slots that have nonzeros everywhere. */
  countFull(slots: i32): void {
    this.ones = everywhereIf(slots & 1);
    this.twos = everywhereIf(slots & 2);
    this.fours = everywhereIf(slots & 4);
    this.eights = everywhereIf(slots & 8);
    this.sixteens = everywhereIf(slots & 16);
    this.thirtyTwos = everywhereIf(slots & 32);
    this.sixtyFours = everywhereIf(slots & 64);
    this.findFew();
  }

  private findFew(): void {
    let many = this.fours | this.eights | this.sixteens | this.thirtyTwos | this.sixtyFours;
    if (enough <= 2) many |= this.twos;
    if (enough <= 1) many |= this.ones;
    this.few = enough <= 4 ? ~many : ~(<u64>0);
  }

  /** Nonzeros at some places, of all slots together. */
  @inline
  at(places: u64): i32 {
    let count =
      popcnt<u64>(this.ones & places) +
      (popcnt<u64>(this.twos & places) << 1) +
      (popcnt<u64>(this.fours & places) << 2) +
      (popcnt<u64>(this.eights & places) << 3) +
      (popcnt<u64>(this.sixteens & places) << 4);
    if (manySlots)
      count += (popcnt<u64>(this.thirtyTwos & places) << 5) + (popcnt<u64>(this.sixtyFours & places) << 6);
    return <i32>count;
  }
}

const everywhereIf = (any: i32): u64 => (any !== 0 ? ~(<u64>0) : 0);
