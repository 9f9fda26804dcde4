/** Memory given out from the bottom up, and taken back all at once down to a mark. */
let top: usize = __heap_base;

/** The last page is left alone, so that the end of what was given out is an address too. */
const mostBytes: u64 = 0xffff << 16;

/** Throws in the host, which forgets this engine: `bytes` are needed in all, and are not to be had. */
declare function outOfMemory(bytes: f64): void;

/** `bytes` bytes at a multiple of 16, with anything in them. */
export function alloc(bytes: u64): usize {
  const at = (top + 15) & ~(<usize>15);
  const end = <u64>at + bytes;
  if (end > mostBytes || !reach(<i32>((end + 0xffff) >> 16))) outOfMemory(<f64>end);
  top = <usize>end;
  return at;
}

/** Makes memory `pages` pages long or longer: by an eighth at least where there is so much, since each time costs the host. */
function reach(pages: i32): bool {
  const missing = pages - memory.size();
  if (missing <= 0) return true;
  const more = min(memory.size() >> 3, 0xffff - memory.size());
  return memory.grow(max(missing, more)) >= 0 || memory.grow(missing) >= 0;
}

/** `bytes` bytes of zeros. */
export function allocZeros(bytes: u64): usize {
  const at = alloc(bytes);
  memory.fill(at, 0, <usize>bytes);
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

  /** Takes the `i`th record from the front out; those before it move. */
  remove(i: i32): void {
    for (let at = i; at > 0; at--) memory.copy(this.at(at), this.at(at - 1), this.size);
    this.shift();
  }

  /** Takes the record at the front; it may be read until the next `push`. */
  shift(): usize {
    const record = this.at(0);
    this.head = (this.head + 1) & (this.room - 1);
    this.length--;
    return record;
  }

  private grow(): void {
    const records = alloc(2 * <u64>this.room * this.size);
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
