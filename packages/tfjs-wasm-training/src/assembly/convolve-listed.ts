import { addScaled, nextWidth } from "./add-scaled";

/**
 * Lists the nonzero values of a map [rows][columns][channels], column by column: entries of 8 bytes, `pitch` times the place
 * of the value in its row, and the value. starts[row][column], with one more behind each row's last, says where they begin.
 */
export function listRows(
  map: usize,
  rows: i32,
  columns: i32,
  channels: i32,
  pitch: i32,
  entries: usize,
  starts: usize,
): void {
  const columnBytes = channels * pitch;
  const pixelBytes = (<usize>channels) << 2;
  for (let row = 0; row < rows; row++, starts += 4) {
    for (let column = 0; column < columns; column++, starts += 4, map += pixelBytes) {
      store<u32>(starts, <u32>entries);
      entries = listPixel(map, channels, <u32>(column * columnBytes), <u32>pitch, entries);
    }
    store<u32>(starts, <u32>entries);
  }
}

/** Lists one pixel's channels from `offset` on; gives where its entries end. */
function listPixel(map: usize, channels: i32, offset: u32, pitch: u32, entries: usize): usize {
  const fours = channels & ~3;
  let c = 0;
  for (; c < fours; c += 4, map += 16, offset += pitch << 2) {
    let found = i32x4.bitmask(f32x4.ne(v128.load(map), f32x4.splat(0)));
    while (found !== 0) {
      const lane = ctz(found);
      found &= found - 1;
      store<u32>(entries, offset + lane * pitch);
      store<f32>(entries, load<f32>(map + ((<usize>lane) << 2)), 4);
      entries += 8;
    }
  }
  for (; c < channels; c++, map += 4, offset += pitch) {
    const value = load<f32>(map);
    if (value === 0) continue;
    store<u32>(entries, offset);
    store<f32>(entries, value, 4);
    entries += 8;
  }
  return entries;
}

/**
 * out[i][j][pitch] = the sum over runs and listed values of value * weights[run][place - first of run], a row of `pitch`
 * bytes. A run of position (i, j) is `span` columns of a row, from row i * rowStep + its row and column j * columnStep + its
 * column on; `runs` has row and column of each. Rows and columns outside of the map hold nothing. `columnBytes` is the bytes
 * of weights for one column, channels * pitch.
 */
export function convolveListed(
  starts: usize,
  rows: i32,
  columns: i32,
  runs: usize,
  runCount: i32,
  span: i32,
  weights: usize,
  columnBytes: i32,
  gridRows: i32,
  gridColumns: i32,
  rowStep: i32,
  columnStep: i32,
  pitch: i32,
  out: usize,
  outRowBytes: i32,
  outColumnBytes: i32,
): void {
  const sixteens = pitch >> 6;
  for (let done = 0, width = 0; done < sixteens; done += width) {
    width = nextWidth(sixteens - done);
    const shift = (<usize>done) << 6;
    for (let i = 0; i < gridRows; i++) {
      let to = out + <usize>i * <usize>outRowBytes + shift;
      for (let j = 0; j < gridColumns; j++, to += <usize>outColumnBytes) {
        clear(to, width);
        addRuns(
          starts,
          rows,
          columns,
          runs,
          runCount,
          span,
          weights + shift,
          columnBytes,
          i * rowStep,
          j * columnStep,
          width,
          to,
        );
      }
    }
  }
}

/** Adds what the runs of a position, from `fromRow` and `fromColumn` on, hold. */
function addRuns(
  starts: usize,
  rows: i32,
  columns: i32,
  runs: usize,
  runCount: i32,
  span: i32,
  weights: usize,
  columnBytes: i32,
  fromRow: i32,
  fromColumn: i32,
  width: i32,
  to: usize,
): void {
  const runBytes = <usize>span * <usize>columnBytes;
  for (let run = 0; run < runCount; run++, runs += 8, weights += runBytes) {
    const row = fromRow + load<i32>(runs);
    if (row < 0 || row >= rows) continue;
    const first = fromColumn + load<i32>(runs, 4);
    const line = starts + ((<usize>(row * (columns + 1))) << 2);
    const at = load<u32>(line + ((<usize>min(max(first, 0), columns)) << 2));
    const end = load<u32>(line + ((<usize>min(max(first + span, 0), columns)) << 2));
    // entries count from the row's first column, weights from the run's
    if (at < end) addScaled(width, weights - <usize>(first * columnBytes), <usize>at, <usize>end, to);
  }
}

function clear(to: usize, sixteens: i32): void {
  const end = to + ((<usize>sixteens) << 6);
  for (; to < end; to += 16) v128.store(to, f32x4.splat(0));
}
