import { alloc, allocZeros, newQueue, Queue } from "./arena";

/** Cycles in a page of a port's calendar. */
const pageBits: i64 = 12;
const pageCycles: i32 = 1 << 12;
/** A page: the parts that are left in all of it, those left in each cycle, and a vector of zeros that is read behind them. */
const pageHeader: usize = 16;
const vectorBytes: usize = 16;

/** Ones, then zeros: a vector of n ones and zeros behind them is read from here, from n lanes before the zeros on. */
const onesAndZeros: usize = memory.data<u64>([-1, -1, 0, 0]);

/** Parts of the request at hand that no cycle has taken yet. */
let partsLeft: i64 = 0;

function pageBytes<T>(): usize {
  return pageHeader + pageCycles * sizeof<T>() + vectorBytes;
}

function fillPage<T>(page: usize, capacity: i32): void {
  store<i64>(page, <i64>capacity * pageCycles);
  const end = page + pageBytes<T>() - vectorBytes;
  if (sizeof<T>() === 1) memory.fill(page + pageHeader, <u8>capacity, pageCycles);
  else
    for (let at = page + pageHeader; at < end; at += vectorBytes) v128.store(at, v128.splat<T>(<T>capacity));
  v128.store(end, i64x2.splat(0));
}

/** Sum of all lanes. */
function sumOf<T>(lanes: v128): i32 {
  let sums = lanes;
  if (sizeof<T>() === 1) sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
  sums = v128.add<i32>(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
  return v128.extract_lane<i32>(sums, 0) + v128.extract_lane<i32>(sums, 1);
}

/** Takes the last parts of a request from the cycles of a vector, each of which has `most` or more; returns the cycle after them. */
function takeRest<T>(at: usize, left: u32, most: i32): usize {
  const cycles = <usize>(left / <u32>most) * sizeof<T>();
  const whole = v128.load(onesAndZeros + vectorBytes - cycles);
  v128.store(at, v128.sub<T>(v128.load(at), v128.and(v128.splat<T>(<T>most), whole)));
  at += cycles;
  const rest = <i32>(left % <u32>most);
  if (rest === 0) return at;
  store<T>(at, <T>(<i32>load<T>(at) - rest));
  return at + sizeof<T>();
}

/** The same where cycles have any number of parts. */
function takeOneByOne<T>(at: usize, left: i64, most: i32): usize {
  for (; left > 0; at += sizeof<T>()) {
    const one = <i32>load<T>(at);
    const ofOne = <i32>min<i64>(left, min(one, most));
    store<T>(at, <T>(one - ofOne));
    left -= ofOne;
  }
  return at;
}

/**
 * Gives parts of a page's cycles, from `cycle` on, to the request at hand; returns the cycle after the last one. T is
 * what a cycle's parts are kept in; a vector of cycles is taken from at a time.
 */
function take<T>(page: usize, cycle: i32, most: i32): i32 {
  const inPage = load<i64>(page);
  if (inPage === 0) return pageCycles;
  const wanted = partsLeft;
  const lanes = vectorBytes / sizeof<T>();
  const allLanes = (1 << (<i32>lanes)) - 1;
  const mostOfEach = v128.splat<T>(<T>most);
  const mostOfAll = <i64>most * lanes;
  const first = page + pageHeader;
  const end = first + pageCycles * sizeof<T>();
  let left = wanted;
  let at = first + cycle * sizeof<T>();
  while (at < end) {
    const parts = v128.load(at);
    const full = v128.bitmask<T>(v128.ge<T>(parts, mostOfEach));
    if (full === allLanes) {
      if (left > mostOfAll) {
        v128.store(at, v128.sub<T>(parts, mostOfEach));
        left -= mostOfAll;
        at += vectorBytes;
        continue;
      }
      at = takeRest<T>(at, <u32>left, most);
      left = 0;
      break;
    }
    const some = v128.bitmask<T>(v128.ne<T>(parts, i64x2.splat(0)));
    if ((some & 1) === 0) {
      // used up: on to the first cycle that is not
      at += some === 0 ? vectorBytes : ctz(some) * sizeof<T>();
      continue;
    }
    const taken = v128.min<T>(parts, mostOfEach);
    const sum = <i64>sumOf<T>(taken);
    if (sum < left) {
      v128.store(at, v128.sub<T>(parts, taken));
      left -= sum;
      at += vectorBytes;
      continue;
    }
    at = takeOneByOne<T>(at, left, most);
    left = 0;
    break;
  }
  store<i64>(page, inPage - (wanted - left));
  partsLeft = left;
  return min(pageCycles, <i32>((at - first) / sizeof<T>()));
}

/** A page of the calendar of a port: cycles that somebody asked for. */
@unmanaged
class Page {
  number: i64;
  cycles: usize;
}

/**
 * A port that serves the oldest request first: what older requests leave of a cycle goes to the next.
 * Its calendar holds the parts left in each cycle, in pages: made when first asked for, dropped when nobody can ask
 * for so early a cycle any more. So it takes room for what is moved, not for the cycles between.
 */
@unmanaged
export class Port {
  unlimited: bool;
  /** whether a byte holds the parts of a cycle */
  narrow: bool;
  /** bytes in a cycle */
  capacity: i32;
  /** in the order of their numbers */
  private pages: Queue;
  private dropped: i64;
  private spare: usize;

  /** Moves `bytes` ready at the start of cycle `ready`, `most` a cycle; the cycle at whose start they are there. */
  transfer(ready: i64, bytes: i64, most: i32): i64 {
    if (bytes === 0 || this.unlimited) return ready;
    if (ready < this.dropped) unreachable();
    partsLeft = bytes;
    const mostParts = min(most, this.capacity);
    let number = ready >> pageBits;
    let cycle = this.take(this.page(number), <i32>(ready & (pageCycles - 1)), mostParts);
    while (partsLeft > 0) cycle = this.take(this.page(++number), 0, mostParts);
    return (number << pageBits) + cycle;
  }

  private take(page: usize, cycle: i32, most: i32): i32 {
    return this.narrow ? take<u8>(page, cycle, most) : take<i32>(page, cycle, most);
  }

  /** No request will be ready before `cycle` from now on. */
  drop(cycle: i64): void {
    this.dropped = max(this.dropped, cycle);
    const first = cycle >> pageBits;
    while (this.pages.length > 0 && this.pageAt(0).number < first) {
      const cycles = changetype<Page>(this.pages.shift()).cycles;
      store<usize>(cycles, this.spare);
      this.spare = cycles;
    }
  }

  private pageAt(i: i32): Page {
    return changetype<Page>(this.pages.at(i));
  }

  private page(number: i64): usize {
    const at = this.pagesUpTo(number);
    if (at > 0 && this.pageAt(at - 1).number === number) return this.pageAt(at - 1).cycles;
    const cycles = this.emptyPage();
    const page = changetype<Page>(this.pages.insert(at));
    page.number = number;
    page.cycles = cycles;
    return cycles;
  }

  /** How many pages have this number or a lower one. */
  private pagesUpTo(number: i64): i32 {
    let from = 0;
    let to = this.pages.length;
    // most requests are for the latest cycles
    if (to === 0 || this.pageAt(to - 1).number <= number) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.pageAt(middle).number <= number) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private emptyPage(): usize {
    const page = this.spare !== 0 ? this.spare : alloc(this.narrow ? pageBytes<u8>() : pageBytes<i32>());
    if (this.spare !== 0) this.spare = load<usize>(page);
    if (this.narrow) fillPage<u8>(page, this.capacity);
    else fillPage<i32>(page, this.capacity);
    return page;
  }
}

/** A port that moves `bytes` bytes a cycle. */
export function newPort(bytes: i32, unlimited: bool): Port {
  const port = changetype<Port>(allocZeros(offsetof<Port>()));
  port.capacity = bytes;
  port.narrow = bytes < 256;
  port.unlimited = unlimited;
  store<usize>(
    changetype<usize>(port),
    changetype<usize>(newQueue(offsetof<Page>())),
    offsetof<Port>("pages"),
  );
  return port;
}
