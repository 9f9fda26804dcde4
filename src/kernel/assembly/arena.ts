/** Memory given out from the bottom up, and taken back all at once down to a mark. */
let top: usize = __heap_base;

/** `bytes` bytes at a multiple of 16, with anything in them. */
export function alloc(bytes: usize): usize {
  const at = (top + 15) & ~(<usize>15);
  top = at + bytes;
  const pages = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

/** `bytes` bytes of zeros. */
export function allocZeros(bytes: usize): usize {
  const at = alloc(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

export function mark(): usize {
  return top;
}

/** Takes back all that was given out since `mark()` returned `to`. */
export function release(to: usize): void {
  top = to;
}

/** A queue of records of `size` bytes, growing as it must. */
@unmanaged
export class Queue {
  size: i32;
  /** records that there is room for: a power of two */
  room: i32;
  head: i32;
  length: i32;
  records: usize;

  /** The record that is `i`th from the front. */
  at(i: i32): usize {
    return this.records + <usize>((this.head + i) & (this.room - 1)) * this.size;
  }

  /** A new record at the back, with anything in it. */
  push(): usize {
    if (this.length === this.room) this.grow();
    return this.at(this.length++);
  }

  /** Takes the record at the front; it may be read until the next `push`. */
  shift(): usize {
    const record = this.at(0);
    this.head = (this.head + 1) & (this.room - 1);
    this.length--;
    return record;
  }

  private grow(): void {
    const records = alloc(<usize>(2 * this.room) * this.size);
    for (let i = 0; i < this.length; i++) memory.copy(records + <usize>i * this.size, this.at(i), this.size);
    this.records = records;
    this.room *= 2;
    this.head = 0;
  }
}

export function newQueue(size: i32): Queue {
  const queue = changetype<Queue>(allocZeros(offsetof<Queue>()));
  queue.size = size;
  queue.room = 64;
  queue.records = alloc(64 * size);
  return queue;
}
