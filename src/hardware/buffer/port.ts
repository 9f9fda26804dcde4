/**
 * A port or memory that moves `bytes` in every `cycles` cycles and serves the oldest request first: in each
 * cycle, what older requests leave goes to the next one that is ready. Requests are made in the order of their
 * age, and none depends on a younger one, so each can be placed when it is made, into the gaps that the older
 * ones left. Exact for any whole-number rate: a cycle holds `bytes` parts, a byte takes `cycles` of them.
 */
export class Port {
  /** [cycle] parts not yet given away */
  private left: Float64Array = new Float64Array(1024);
  /** [cycle] the first cycle from here on that may have parts left (a forest, shortened as it is walked) */
  private open: Int32Array = new Int32Array(1024);
  private known = 0;
  private readonly bytes: number;
  private readonly cycles: number;

  constructor(bytes: number, cycles = 1) {
    this.bytes = bytes;
    this.cycles = cycles;
  }

  /**
   * Moves `bytes` that are ready at the start of cycle `ready`, at most `most` of them in a cycle.
   * Returns the cycle at whose start all of them are there.
   */
  transfer(ready: number, bytes: number, most = Number.POSITIVE_INFINITY): number {
    if (bytes === 0 || this.bytes === Number.POSITIVE_INFINITY) return ready;
    let parts = bytes * this.cycles;
    let cycle = ready;
    for (;;) {
      cycle = this.firstOpen(cycle);
      const taken = Math.min(parts, this.left[cycle], most * this.cycles);
      this.left[cycle] -= taken;
      if (this.left[cycle] === 0) this.open[cycle] = cycle + 1;
      parts -= taken;
      cycle++;
      if (parts === 0) return cycle;
    }
  }

  private firstOpen(from: number): number {
    this.grow(from + 1);
    let cycle = from;
    while (this.open[cycle] !== cycle) {
      const next = this.open[cycle];
      this.grow(next + 1);
      this.open[cycle] = this.open[next];
      cycle = next;
    }
    return cycle;
  }

  private grow(size: number): void {
    if (size <= this.known) return;
    if (size > this.left.length) {
      const length = Math.max(size, 2 * this.left.length);
      const left = new Float64Array(length);
      left.set(this.left);
      const open = new Int32Array(length);
      open.set(this.open);
      this.left = left;
      this.open = open;
    }
    for (let cycle = this.known; cycle < size; cycle++) {
      this.left[cycle] = this.bytes;
      this.open[cycle] = cycle;
    }
    this.known = size;
  }
}
