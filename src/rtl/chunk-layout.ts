import type { Chunk } from "../hardware/dataflow/geometry.ts";
import type { LoopNest, Mapping } from "../hardware/dataflow/mapping.ts";
import type { Layer } from "../workload/layer.ts";

/** A pixel of the fmap that a tap may need, and its bit in a channel's bitmap. */
export interface ChunkPixel {
  readonly bit: number;
  readonly n: number;
  readonly h: number;
  readonly w: number;
}

/**
 * How a PE holds a chunk, the same for every chunk of a layer: rows of the emap with the halo's columns between them, and
 * the halo's rows after each part, so that a tap is one shift of the fmap's bitmap; the fmap in one plane for each phase
 * of the stride that a tap falls on; a channel's bitmap begins at a byte.
 */
export class ChunkLayout {
  /** rows and columns of the kernel in one pass */
  readonly kernel: readonly [number, number];
  /** bits from a row to the next */
  readonly pitch: number;
  /** bits from a channel's bitmap to the next */
  readonly channelBits: number;
  private readonly haloRows: number;
  private readonly planeBits: number;
  private readonly rowPhases: readonly number[];
  private readonly columnPhases: readonly number[];
  private readonly layer: Layer;

  constructor(layer: Layer, mapping: Mapping, nest: LoopNest) {
    const { stride, dilation, S, R, Q } = layer;
    this.layer = layer;
    this.kernel = [Math.min(mapping.tapRows, R), S];
    const [rows, columns] = this.kernel.map((size, axis) =>
      Math.floor(((size - 1) * dilation[axis]) / stride[axis]),
    );
    this.haloRows = rows;
    this.pitch = Math.min(Q, mapping.bandColumns) + columns;
    const lines = ({ parts }: Chunk) => parts.reduce((sum, part) => sum + part.rows + rows, 0);
    this.planeBits = Math.max(...nest.chunks.map(lines)) * this.pitch;
    const phases = (axis: 0 | 1) => [
      ...new Set(Array.from({ length: this.kernel[axis] }, (_, i) => (i * dilation[axis]) % stride[axis])),
    ];
    this.rowPhases = phases(0);
    this.columnPhases = phases(1);
    this.channelBits = Math.ceil((this.rowPhases.length * this.columnPhases.length * this.planeBits) / 8) * 8;
  }

  /** Where the window of tap (r, s) begins in a channel's bitmap; r counts from the pass's first kernel row. */
  tapOffset(r: number, s: number): number {
    const { stride, dilation } = this.layer;
    const [down, right] = [r * dilation[0], s * dilation[1]];
    const plane =
      this.rowPhases.indexOf(down % stride[0]) * this.columnPhases.length +
      this.columnPhases.indexOf(right % stride[1]);
    return plane * this.planeBits + Math.floor(down / stride[0]) * this.pitch + Math.floor(right / stride[1]);
  }

  /** Calls `visit(bit, n, p, q)` for each position of a chunk, with its bit in a trace vector, lowest first. */
  eachPosition(chunk: Chunk, visit: (bit: number, n: number, p: number, q: number) => void): void {
    let line = 0;
    for (const { n, p0, rows } of chunk.parts) {
      for (let p = p0; p < p0 + rows; p++, line++)
        for (let q = 0; q < chunk.columns; q++) visit(line * this.pitch + q, n, p, chunk.q0 + q);
      line += this.haloRows;
    }
  }

  /** The pixels inside the picture that a chunk's taps need from kernel row `r0` on, lowest bit first. */
  pixels(chunk: Chunk, r0: number): ChunkPixel[] {
    const { H, W, stride, padding, dilation } = this.layer;
    const found = new Map<number, ChunkPixel>();
    for (let r = 0; r < this.kernel[0]; r++)
      for (let s = 0; s < this.kernel[1]; s++) {
        const offset = this.tapOffset(r, s);
        this.eachPosition(chunk, (at, n, p, q) => {
          const h = p * stride[0] - padding[0] + (r0 + r) * dilation[0];
          const w = q * stride[1] - padding[1] + s * dilation[1];
          const bit = offset + at;
          if (h >= 0 && h < H && w >= 0 && w < W) found.set(bit, { bit, n, h, w });
        });
      }
    return [...found.values()].sort((a, b) => a.bit - b.bit);
  }
}
