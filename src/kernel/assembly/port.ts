import { alloc, allocZeros } from "./arena";

/** Cycles in a page of a port's calendar. */
const pageBits: i64 = 12;
const pageCycles: i32 = 1 << 12;
/** A page: the parts that are left in all of it, then those left in each cycle. */
const pageHeader: usize = 16;
const pageBytes: usize = pageHeader + pageCycles * 4;

/** Parts of the request at hand that no cycle has taken yet. */
let partsLeft: i64 = 0;

/** Gives parts of a page's cycles, from `cycle` on, to the request at hand; returns the cycle after the last one. */
function take(page: usize, cycle: i32, most: i32): i32 {
  const inPage = load<i64>(page);
  if (inPage === 0) return pageCycles;
  const wanted = partsLeft;
  let left = wanted;
  let at = page + pageHeader + cycle * 4;
  const end = page + pageBytes;
  // four cycles at a time, added up only after as many as could give all
  const mostOfFour = 4 * <i64>most;
  const mostOfEach = i32x4.splat(most);
  const stop = end - 16;
  while (left > mostOfFour && at <= stop) {
    let sums = i32x4.splat(0);
    for (let least = left; least > mostOfFour && at <= stop; at += 16, least -= mostOfFour) {
      const four = v128.load(at);
      const taken = v128.min<i32>(four, mostOfEach);
      sums = v128.add<i32>(sums, taken);
      v128.store(at, v128.sub<i32>(four, taken));
    }
    const pair = v128.add<i32>(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
    left -= <i64>v128.extract_lane<i32>(pair, 0) + v128.extract_lane<i32>(pair, 1);
  }
  for (; at < end && left > 0; at += 4) {
    const one = load<i32>(at);
    const taken = <i32>min<i64>(left, min(one, most));
    store<i32>(at, one - taken);
    left -= taken;
  }
  store<i64>(page, inPage - (wanted - left));
  partsLeft = left;
  return <i32>((at - page - pageHeader) >> 2);
}

/**
 * A port or memory that serves the oldest request first: what older requests leave of a cycle goes to the next.
 * Its calendar holds the parts left in each cycle, in pages: made when first asked for, dropped when nobody can ask
 * for so early a cycle any more.
 */
@unmanaged
export class Port {
  unlimited: bool;
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
    let cycle = take(this.page(page), <i32>(ready & (pageCycles - 1)), mostParts);
    while (partsLeft > 0) cycle = take(this.page(++page), 0, mostParts);
    return ((<i64>page) << pageBits) + cycle;
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
    const page = this.spare !== 0 ? this.spare : alloc(pageBytes);
    if (this.spare !== 0) this.spare = load<usize>(page);
    store<u32>(this.pages + i * 4, <u32>page);
    store<i64>(page, <i64>this.capacity * pageCycles);
    const full = i32x4.splat(this.capacity);
    for (let at = page + pageHeader; at < page + pageBytes; at += 16) v128.store(at, full);
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

export function newPort(capacity: i32, partsOfByte: i32, unlimited: bool): Port {
  const port = changetype<Port>(allocZeros(offsetof<Port>()));
  port.capacity = capacity;
  port.partsOfByte = partsOfByte;
  port.unlimited = unlimited;
  return port;
}
