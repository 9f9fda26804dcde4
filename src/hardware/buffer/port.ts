/**
 * A port or memory that moves `bytes` in every `cycles` cycles and serves the oldest request first: in each
 * cycle, what older requests leave goes to the next one that is ready. Requests are made in the order of their
 * age, and none depends on a younger one, so each can be placed when it is made, into the gaps that the older
 * ones left. Exact for any whole-number rate: a cycle holds `bytes` parts, a byte takes `cycles` of them.
 * What is left is kept for runs of cycles that are alike, so that memory and time follow requests, not cycles.
 */
export class Port {
  /** [run] its first cycle; it ends where the next one begins, the last one never */
  private readonly starts: number[] = [0];
  /** [run] parts not yet given away in each of its cycles */
  private readonly left: number[];
  private readonly bytes: number;
  private readonly cycles: number;

  constructor(bytes: number, cycles = 1) {
    this.bytes = bytes;
    this.cycles = cycles;
    this.left = [bytes];
  }

  /**
   * Moves `bytes` that are ready at the start of cycle `ready`, at most `most` of them in a cycle.
   * Returns the cycle at whose start all of them are there.
   */
  transfer(ready: number, bytes: number, most = Number.POSITIVE_INFINITY): number {
    if (bytes === 0 || this.bytes === Number.POSITIVE_INFINITY) return ready;
    let parts = bytes * this.cycles;
    for (let run = this.cutAt(ready); ; run = this.merged(run) + 1) {
      const taken = Math.min(this.left[run], most * this.cycles);
      if (taken === 0) continue;
      const length = (this.starts[run + 1] ?? Number.POSITIVE_INFINITY) - this.starts[run];
      const whole = Math.min(length, Math.floor(parts / taken));
      const ofEach = whole === 0 ? parts : taken;
      const end = this.starts[run] + Math.max(1, whole);
      this.cutAt(end);
      this.left[run] -= ofEach;
      parts -= ofEach * Math.max(1, whole);
      if (parts > 0) continue;
      this.merged(this.merged(run) + 1);
      return end;
    }
  }

  /** The run that begins at a cycle; what stands before and behind it in one run is cut there. */
  private cutAt(cycle: number): number {
    let run = this.starts.length;
    let first = 0;
    while (run - first > 1) {
      const middle = (first + run) >> 1;
      if (this.starts[middle] <= cycle) first = middle;
      else run = middle;
    }
    if (this.starts[first] === cycle) return first;
    this.starts.splice(first + 1, 0, cycle);
    this.left.splice(first + 1, 0, this.left[first]);
    return first + 1;
  }

  /** Makes one of a run and the one before where they are alike; where it is now. */
  private merged(run: number): number {
    if (run === 0 || run >= this.left.length || this.left[run] !== this.left[run - 1]) return run;
    this.starts.splice(run, 1);
    this.left.splice(run, 1);
    return run - 1;
  }
}
