import { alloc } from "./arena";

/** A port or memory that moves `bytes` in every `cycles` cycles, first come, first served: requests come in the order of time. */
@unmanaged
export class Port {
  /** parts, of which a cycle has `bytes` and a byte takes `cycles`, that are given away or have gone by */
  taken: i64;
  bytes: i64;
  cycles: i64;
  unlimited: bool;

  /** Moves `bytes` ready at the start of cycle `ready`; the cycle at whose start they are there. */
  transfer(ready: i64, bytes: i64): i64 {
    if (bytes === 0 || this.unlimited) return ready;
    this.taken = max(this.taken, ready * this.bytes) + bytes * this.cycles;
    return this.free;
  }

  /** Cycle at which it is done with all that it was asked for. */
  get free(): i64 {
    return (this.taken + this.bytes - 1) / this.bytes;
  }
}

export function newPort(bytes: i32, cycles: i32, unlimited: bool): Port {
  const port = changetype<Port>(alloc(offsetof<Port>()));
  port.taken = 0;
  port.bytes = bytes;
  port.cycles = cycles;
  port.unlimited = unlimited;
  return port;
}
