/** A trace's gradient sums of one residency: one for each (k, channel, tap) that it saw a pair of. */
export class Accumulators {
  private readonly sums = new Map<number, number>();

  /** Adds a product to the sum of a gradient element, named by its place in [K][C/groups][R][S]. */
  add(element: number, product: number): void {
    this.sums.set(element, (this.sums.get(element) ?? 0) + product);
  }

  /** Adds the sums to those of the traces drained before and forgets them. */
  drainInto(gradient: Float64Array): void {
    for (const [element, sum] of this.sums) gradient[element] += sum;
    this.sums.clear();
  }
}
