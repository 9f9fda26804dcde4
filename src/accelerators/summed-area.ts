/** Counts of a plane so that any box of it is added up from its four corners. */
export class SummedArea {
  readonly #sums: Float64Array;
  readonly #width: number;

  /** `counts` is [height][width]. */
  constructor(counts: ArrayLike<number>, height: number, width: number) {
    this.#width = width + 1;
    this.#sums = new Float64Array((height + 1) * (width + 1));
    for (let y = 0; y < height; y++)
      for (let x = 0, row = 0; x < width; x++) {
        row += counts[y * width + x];
        this.#sums[(y + 1) * this.#width + x + 1] = this.#sums[y * this.#width + x + 1] + row;
      }
  }

  /** Rows top to bottom - 1, columns left to right - 1; 0 where there are none. */
  within(top: number, left: number, bottom: number, right: number): number {
    if (bottom <= top || right <= left) return 0;
    const [above, below] = [top * this.#width, bottom * this.#width];
    return (
      this.#sums[below + right] -
      this.#sums[above + right] -
      this.#sums[below + left] +
      this.#sums[above + left]
    );
  }
}
