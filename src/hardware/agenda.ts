/** Cycles at which something may happen, taken in order, each once. */
export class Agenda {
  /** a binary heap: the earliest first */
  private readonly heap: number[] = [];
  private readonly known = new Set<number>();

  /** Something may happen at `cycle`. */
  at(cycle: number): void {
    if (this.known.has(cycle)) return;
    this.known.add(cycle);
    const { heap } = this;
    let i = heap.push(cycle) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && heap[parent] > heap[i]; parent = (i - 1) >> 1) {
      [heap[parent], heap[i]] = [heap[i], heap[parent]];
      i = parent;
    }
  }

  /** Whether something may happen at `now`, or might have before. */
  isDue(now: number): boolean {
    return this.heap.length > 0 && this.heap[0] <= now;
  }

  /** The next cycle after `now`, with which those before are forgotten; undefined when nothing is left to happen. */
  after(now: number): number | undefined {
    while (this.isDue(now)) this.removeFirst();
    return this.heap.at(0);
  }

  private removeFirst(): void {
    const { heap } = this;
    this.known.delete(heap[0]);
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && heap[left] < heap[least]) least = left;
      if (right < heap.length && heap[right] < heap[least]) least = right;
      if (least === i) return;
      [heap[least], heap[i]] = [heap[i], heap[least]];
      i = least;
    }
  }
}
