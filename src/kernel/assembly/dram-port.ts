import { allocZeros, newQueue, Queue } from "./arena";
import { commonDivisor } from "./common-divisor";

/** Cycles `from` .. `to`-1 of which nothing is given away but a part of the first. */
@unmanaged
class Gap {
  from: i64;
  to: i64;
  /** parts left in cycle `from` */
  first: i64;
}

/**
 * DRAM, which serves the oldest request first and gives it all that older ones left. Its calendar is the gaps between
 * them, so it takes room and time for requests, not for cycles. A cycle has `capacity` parts, a byte takes `partsOfByte`.
 */
@unmanaged
export class DramPort {
  unlimited: bool;
  capacity: i64;
  partsOfByte: i64;
  /** in the order of time; the last one has no end */
  private gaps: Queue;
  private dropped: i64;

  /** Moves `bytes` ready at the start of cycle `ready`; the cycle at whose start they are there. */
  transfer(ready: i64, bytes: i64): i64 {
    if (bytes === 0 || this.unlimited) return ready;
    if (ready < this.dropped) unreachable();
    let parts = bytes * this.partsOfByte;
    const at = this.gapOf(ready);
    for (;;) {
      const gap = this.gap(at);
      const cycles = 1 + (max<i64>(0, parts - gap.first) + this.capacity - 1) / this.capacity;
      if (cycles > gap.to - gap.from) {
        parts -= gap.first + (gap.to - gap.from - 1) * this.capacity;
        this.gaps.remove(at);
        continue;
      }
      const end = gap.from + cycles;
      const left = gap.first + (cycles - 1) * this.capacity - parts;
      gap.from = left > 0 ? end - 1 : end;
      gap.first = left > 0 ? left : this.capacity;
      if (gap.from === gap.to) this.gaps.remove(at);
      return end;
    }
  }

  /** No request will be ready before `cycle` from now on. */
  drop(cycle: i64): void {
    this.dropped = max(this.dropped, cycle);
    while (this.gap(0).to <= cycle) this.gaps.shift();
  }

  private gap(i: i32): Gap {
    return changetype<Gap>(this.gaps.at(i));
  }

  /** The first gap with a cycle from `ready` on, cut off there. */
  private gapOf(ready: i64): i32 {
    let at = this.gaps.length - 1;
    while (at > 0 && this.gap(at - 1).to > ready) at--;
    if (this.gap(at).from >= ready) return at;
    const before = changetype<Gap>(this.gaps.insert(at));
    const after = this.gap(at + 1);
    before.from = after.from;
    before.to = ready;
    before.first = after.first;
    after.from = ready;
    after.first = this.capacity;
    return at + 1;
  }
}

/** A memory that moves `parts` parts of a byte a cycle, of which a byte has `partsOfByte`. */
export function newDramPort(parts: i32, partsOfByte: i32, unlimited: bool): DramPort {
  const port = changetype<DramPort>(allocZeros(offsetof<DramPort>()));
  const divisor = commonDivisor(parts, partsOfByte);
  port.capacity = parts / divisor;
  port.partsOfByte = partsOfByte / divisor;
  port.unlimited = unlimited;
  const gaps = newQueue(offsetof<Gap>());
  const all = changetype<Gap>(gaps.push());
  all.from = 0;
  all.to = i64.MAX_VALUE;
  all.first = port.capacity;
  store<usize>(changetype<usize>(port), changetype<usize>(gaps), offsetof<DramPort>("gaps"));
  return port;
}
