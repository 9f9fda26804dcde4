import { alloc, allocZeros } from "./arena";

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
  const full = v128.splat<T>(<T>capacity);
  for (let at = page + pageHeader; at < end; at += vectorBytes) v128.store(at, full);
  v128.store(end, i64x2.splat(0));
}

/** Sum of all lanes. */
function sumOf<T>(lanes: v128): i32 {
  let sums = lanes;
  if (sizeof<T>() === 1) sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
  sums = v128.add<i32>(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
  return v128.extract_lane<i32>(sums, 0) + v128.extract_lane<i32>(sums, 1);
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
      const cycles = <usize>(<u32>left / <u32>most) * sizeof<T>();
      const whole = v128.load(onesAndZeros + vectorBytes - cycles);
      v128.store(at, v128.sub<T>(parts, v128.and(mostOfEach, whole)));
      at += cycles;
      const rest = <i32>(<u32>left % <u32>most);
      left = 0;
      if (rest === 0) break;
      store<T>(at, <T>(<i32>load<T>(at) - rest));
      at += sizeof<T>();
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
    for (; left > 0; at += sizeof<T>()) {
      const one = <i32>load<T>(at);
      const ofOne = <i32>min<i64>(left, min(one, most));
      store<T>(at, <T>(one - ofOne));
      left -= ofOne;
    }
    break;
  }
  store<i64>(page, inPage - (wanted - left));
  partsLeft = left;
  return min(pageCycles, <i32>((at - first) / sizeof<T>()));
}

/**
 * A port or memory that serves the oldest request first: what older requests leave of a cycle goes to the next.
 * Its calendar holds the parts left in each cycle, in pages: made when first asked for, dropped when nobody can ask
 * for so early a cycle any more.
 */
@unmanaged
export class Port {
  unlimited: bool;
  /** whether a byte holds the parts of a cycle */
  narrow: bool;
  /** parts in a cycle, and parts that a byte takes */
  capacity: i32;
  partsOfByte: i32;
  /** [page] where it lies, 0 when not yet made */
  private pages: usize;
  private room: i32;
  private dropped: i32;
  private spare: usize;

  /** Moves `bytes` ready at the start of cycle `ready`, `most` a cycle; the cycle at whose start they are there. */
  transfer(ready: i64, bytes: i64, most: i32): i64 {
    if (bytes === 0 || this.unlimited) return ready;
    partsLeft = bytes * this.partsOfByte;
    const mostParts = <i32>min<i64>(<i64>most * this.partsOfByte, this.capacity);
    let page = <i32>(ready >> pageBits);
    let cycle = this.take(this.page(page), <i32>(ready & (pageCycles - 1)), mostParts);
    while (partsLeft > 0) cycle = this.take(this.page(++page), 0, mostParts);
    return ((<i64>page) << pageBits) + cycle;
  }

  private take(page: usize, cycle: i32, most: i32): i32 {
    return this.narrow ? take<u8>(page, cycle, most) : take<i32>(page, cycle, most);
  }

  /** No request will be ready before `cycle` from now on. */
  drop(cycle: i64): void {
    const first = <i32>(cycle >> pageBits);
    for (; this.dropped < min(first, this.room); this.dropped++) {
      const page = load<u32>(this.pages + this.dropped * 4);
      if (page === 0) continue;
      store<usize>(page, this.spare);
      this.spare = page;
    }
    this.dropped = max(this.dropped, first);
  }

  private page(i: i32): usize {
    if (i < this.dropped) unreachable();
    if (i >= this.room) this.grow(i);
    const known = load<u32>(this.pages + i * 4);
    if (known !== 0) return known;
    const page = this.spare !== 0 ? this.spare : alloc(this.narrow ? pageBytes<u8>() : pageBytes<i32>());
    if (this.spare !== 0) this.spare = load<usize>(page);
    store<u32>(this.pages + i * 4, <u32>page);
    if (this.narrow) fillPage<u8>(page, this.capacity);
    else fillPage<i32>(page, this.capacity);
    return page;
  }

  private grow(i: i32): void {
    const room = max(i + 1, max(64, 2 * this.room));
    const pages = allocZeros(room * 4);
    memory.copy(pages, this.pages, this.room * 4);
    this.pages = pages;
    this.room = room;
  }
}

/** A port that moves `parts` parts of a byte a cycle, of which a byte has `partsOfByte`. */
export function newPort(parts: i32, partsOfByte: i32, unlimited: bool): Port {
  const port = changetype<Port>(allocZeros(offsetof<Port>()));
  const divisor = commonDivisor(parts, partsOfByte);
  port.capacity = parts / divisor;
  port.partsOfByte = partsOfByte / divisor;
  port.narrow = port.capacity < 256;
  port.unlimited = unlimited;
  return port;
}

function commonDivisor(a: i32, b: i32): i32 {
  return b === 0 ? a : commonDivisor(b, a % b);
}
