/**
 * The lane scheduler of TensorDash, cycle for cycle. A *row* is what the lanes of all streams would multiply in one cycle
 * if nothing were skipped: one value a lane. Each stream has 16 lanes, a bit each; two streams share a 32-bit word, the
 * first in its lower half. Streams advance in lockstep.
 *
 * In each cycle every lane whose own value is zero takes the first nonzero that is left at (rows ahead, lanes aside)
 * (+1,-1) (+1,0) (+1,+1) (+1,+3) (+2,-2) (+2,0) (+2,+2), lanes wrapping round. Lanes choose in six groups, one group
 * after another; lanes of a group have no value in common. A row in which no stream has anything left takes no cycle, but
 * at most two such rows in succession are skipped.
 *
 * Source: the authors' public simulator of January 2020 (isakedo/DNNsim; Mahmoud et al., MICRO 2020), read and put in these
 * words (D24): its T shape with a look-ahead of 2 and a look-aside of 5.
 */

export const lanesPerStream = 16;

/** Groups of lanes 0 5 10, 1 6 11, ... 4 9 14, 15, for both streams of a word. */
const laneGroups = [0, 1, 2, 3, 4]
  .map((first) => both((1 << first) | (1 << (first + 5)) | (1 << (first + 10))))
  .concat(both(1 << 15));

function both(lanes: number): number {
  return lanes | (lanes << 16);
}

/** Each lane's bit becomes that of the lane `by` below it: lane i now shows what lane i - by had. */
const fromBelow1 = (w: number) => ((w << 1) & ~both(1)) | ((w >>> 15) & both(1));
const fromAbove1 = (w: number) => ((w >>> 1) & ~both(1 << 15)) | ((w << 15) & both(1 << 15));
const fromAbove3 = (w: number) => ((w >>> 3) & ~both(7 << 13)) | ((w << 13) & both(7 << 13));
const fromBelow3 = (w: number) => ((w << 3) & ~both(7)) | ((w >>> 13) & both(7));
const fromBelow2 = (w: number) => ((w << 2) & ~both(3)) | ((w >>> 14) & both(3));
const fromAbove2 = (w: number) => ((w >>> 2) & ~both(3 << 14)) | ((w << 14) & both(3 << 14));

/** Rows in succession that may be skipped. */
const mostSkipped = 2;

/** What a set of rows takes, and how many rows in succession were skipped at its end. */
export interface ScheduledSet {
  readonly cycles: number;
  readonly skipped: number;
}

/**
 * Lets a set of rows take from the rows ahead, and says which rows are left empty in all streams: 1. `rows` holds `words` words
 * for each row, first row first; it is used up. Of empty rows in succession the third takes what is ahead of it, those in
 * succession before the first row counted.
 */
function emptyRows(rows: Int32Array, words: number, skippedBefore: number): Uint8Array {
  const empty = new Uint8Array(rows.length / words);
  let skipped = skippedBefore;
  for (let row = 0; row < empty.length; row++) {
    const first = row * words;
    if (isEmpty(rows, first, words) && skipped < mostSkipped) {
      skipped++;
      empty[row] = 1;
      continue;
    }
    skipped = 0;
    for (let w = first; w < first + words; w++) promote(rows, w, w + words, w + 2 * words, rows.length);
    empty[row] = isEmpty(rows, first, words) ? 1 : 0;
  }
  return empty;
}

function isEmpty(rows: Int32Array, first: number, words: number): boolean {
  let any = 0;
  for (let w = first; w < first + words; w++) any |= rows[w];
  return any === 0;
}

/** What rows take of which some are empty, when so many in succession were skipped before them. */
function cyclesOf(empty: Uint8Array, skippedBefore: number): ScheduledSet {
  let [cycles, skipped] = [0, skippedBefore];
  for (let row = 0; row < empty.length; row++)
    if (empty[row] === 1 && skipped < mostSkipped) skipped++;
    else {
      skipped = 0;
      cycles++;
    }
  return { cycles, skipped };
}

/** What a set of rows takes, which is used up, when so many rows in succession were skipped before it. */
export const scheduleSet = (rows: Int32Array, words: number, skipped: number): ScheduledSet =>
  cyclesOf(emptyRows(rows, words, skipped), skipped);

/** Lets the empty lanes of word `now` take what is left one and two rows ahead; what they take is gone there. */
function promote(rows: Int32Array, now: number, next: number, afterNext: number, end: number): void {
  let one = next < end ? rows[next] : 0;
  let two = afterNext < end ? rows[afterNext] : 0;
  const empty = ~rows[now];
  if (empty === 0 || (one | two) === 0) return;
  for (const group of laneGroups) {
    let want = empty & group;
    let take = want & fromBelow1(one);
    one &= ~fromAbove1(take);
    want &= ~take;
    take = want & one;
    one &= ~take;
    want &= ~take;
    take = want & fromAbove1(one);
    one &= ~fromBelow1(take);
    want &= ~take;
    take = want & fromAbove3(one);
    one &= ~fromBelow3(take);
    want &= ~take;
    take = want & fromBelow2(two);
    two &= ~fromAbove2(take);
    want &= ~take;
    take = want & two;
    two &= ~take;
    want &= ~take;
    take = want & fromAbove2(two);
    two &= ~fromBelow2(take);
    want &= ~take;
    rows[now] |= empty & group & ~want;
  }
  if (next < end) rows[next] = one;
  if (afterNext < end) rows[afterNext] = two;
}

/** Streams of one operand that run in lockstep, and what a set of their rows takes. */
export class LockstepStreams {
  readonly streams: number;
  nonzeros = 0;
  readonly #words: number;
  readonly #rows: Int32Array;
  #empty: Uint8Array | undefined;
  readonly #results: ScheduledSet[] = [];

  constructor(streams: number, rows: number) {
    this.streams = streams;
    this.#words = Math.ceil(streams / 2);
    this.#rows = new Int32Array(rows * this.#words);
  }

  get rows(): number {
    return this.#rows.length / this.#words;
  }

  /** Value number `at` of a stream, 16 in a row, is not zero. */
  mark(stream: number, at: number): void {
    this.markRow(stream, Math.floor(at / lanesPerStream), 1 << (at % lanesPerStream));
  }

  /** These lanes of a stream's row are not zero; none of them was marked before. */
  markRow(stream: number, row: number, lanes: number): void {
    this.#rows[row * this.#words + (stream >> 1)] |= lanes << ((stream % 2) * lanesPerStream);
    for (let left = lanes; left !== 0; left &= left - 1) this.nonzeros++;
  }

  /**
   * What it takes when so many rows in succession were skipped before it; nothing is marked after the first time. It was
   * scheduled beforehand, as if none had been.
   */
  after(skipped: number): ScheduledSet {
    this.#empty ??= emptyRows(this.#rows, this.#words, 0);
    this.#results[skipped] ??= cyclesOf(this.#empty, skipped);
    return this.#results[skipped];
  }
}

/** A set of streams that is scheduled beside so many streams of the other operand. */
export interface ScheduledRun {
  readonly set: LockstepStreams;
  readonly others: number;
}

/** First streams of sets of so many each; the last set may have fewer. */
export const setStarts = (streams: number, ofSet: number): number[] =>
  Array.from({ length: Math.ceil(streams / ofSet) }, (_, i) => i * ofSet);
