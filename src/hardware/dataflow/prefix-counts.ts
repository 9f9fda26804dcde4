import type { Box } from "./geometry.ts";

/**
 * Nonzeros of any box of any plane of a [planes][H][W] tensor in constant time.
 * Memory: 4 bytes for each (H + 1) x (W + 1) of a plane.
 */
export class PrefixCounts {
  private readonly sums: Int32Array;
  private readonly height: number;
  private readonly width: number;

  constructor(flags: Uint8Array, planes: number, height: number, width: number) {
    this.height = height + 1;
    this.width = width + 1;
    this.sums = new Int32Array(planes * this.height * this.width);
    for (let plane = 0, from = 0; plane < planes; plane++) {
      for (let h = 1; h <= height; h++) {
        let at = (plane * this.height + h) * this.width;
        for (let w = 0, row = 0; w < width; w++) {
          row += flags[from++];
          at++;
          this.sums[at] = this.sums[at - this.width] + row;
        }
      }
    }
  }

  count(plane: number, { h0, h1, w0, w1 }: Box): number {
    if (h1 <= h0 || w1 <= w0) return 0;
    const top = (plane * this.height + h0) * this.width;
    const bottom = (plane * this.height + h1) * this.width;
    return this.sums[bottom + w1] - this.sums[bottom + w0] - this.sums[top + w1] + this.sums[top + w0];
  }
}
