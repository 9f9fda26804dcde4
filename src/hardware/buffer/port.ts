/**
 * A port or memory that moves `bytes` in every `cycles` cycles, first come, first served (assumed, D12): requests are made in the order of time,
 * and a request gets what the ones before it left of a cycle. Exact for any whole-number rate: a cycle holds `bytes` parts, a byte
 * takes `cycles` of them.
 */
export class Port {
  /** parts from the start of cycle 0 on that are given away, or have gone by */
  private taken = 0;
  private readonly bytes: number;
  private readonly cycles: number;

  constructor(bytes: number, cycles = 1) {
    this.bytes = bytes;
    this.cycles = cycles;
  }

  /** Moves `bytes` that are ready at the start of cycle `now`. Returns the cycle at whose start all of them are there. */
  transfer(now: number, bytes: number): number {
    if (bytes === 0 || this.bytes === Number.POSITIVE_INFINITY) return now;
    this.taken = Math.max(this.taken, now * this.bytes) + bytes * this.cycles;
    return this.free;
  }

  /** Cycle at which it is done with all that it was asked for. */
  get free(): number {
    return Math.ceil(this.taken / this.bytes);
  }
}
