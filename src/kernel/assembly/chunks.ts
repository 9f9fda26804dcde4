import { alloc } from "./arena";
import { layer } from "./layout";

/** The positions of the layer, cut into chunks. */

/** Output rows p0 .. p0+rows-1 of image n. */
@unmanaged
export class Part {
  n: i32;
  p0: i32;
  rows: i32;
}

@unmanaged
export class Chunk {
  /** its parts, one after the other; chunks of a band share them */
  firstPart: usize;
  parts: i32;
  q0: i32;
  columns: i32;
  positions: i32;

  part(i: i32): Part {
    return changetype<Part>(this.firstPart + <usize>i * offsetof<Part>());
  }
}

let count: i32 = 0;
let chunks: usize = 0;

export function chunkCount(): i32 {
  return count;
}

export function chunkAt(i: i32): Chunk {
  return changetype<Chunk>(chunks + <usize>i * offsetof<Chunk>());
}

/** Cuts the layer into chunks: band by band, left to right; a band may run over the end of an image. */
export function cut(bandRows: i32, bandColumns: i32): void {
  const lines = layer.N * layer.P;
  const bands = (lines + bandRows - 1) / bandRows;
  const cuts = (layer.Q + bandColumns - 1) / bandColumns;
  count = bands * cuts;
  chunks = alloc(<u64>bands * cuts * offsetof<Chunk>());
  // a band begins a part, and so does an image
  let parts = alloc((<u64>bands + layer.N) * offsetof<Part>());
  let next = 0;
  for (let line = 0; line < lines; line += bandRows) {
    const end = min(lines, line + bandRows);
    const firstPart = parts;
    for (let from = line; from < end; parts += offsetof<Part>()) {
      const part = changetype<Part>(parts);
      part.n = from / layer.P;
      part.p0 = from % layer.P;
      part.rows = min(end - from, layer.P - part.p0);
      from += part.rows;
    }
    for (let q0 = 0; q0 < layer.Q; q0 += bandColumns) {
      const chunk = chunkAt(next++);
      chunk.firstPart = firstPart;
      chunk.parts = <i32>((parts - firstPart) / offsetof<Part>());
      chunk.q0 = q0;
      chunk.columns = min(bandColumns, layer.Q - q0);
      chunk.positions = (end - line) * chunk.columns;
    }
  }
}
