/**
 * Copies `rows` rows of an image [height][width], from row `top` and column `left` on, to `to`, each `frameWidth` columns of
 * `columnBytes` bytes; what lies outside of the image is zero.
 */
export function frameRows(
  image: usize,
  height: i32,
  width: i32,
  columnBytes: i32,
  top: i32,
  left: i32,
  rows: i32,
  frameWidth: i32,
  to: usize,
): void {
  const from = max(left, 0);
  const until = max(min(left + frameWidth, width), from);
  const before = <usize>(from - left) * <usize>columnBytes;
  const inside = <usize>(until - from) * <usize>columnBytes;
  const rowBytes = <usize>frameWidth * <usize>columnBytes;
  for (let i = 0; i < rows; i++, to += rowBytes) {
    const row = top + i;
    if (row < 0 || row >= height || inside === 0) {
      memory.fill(to, 0, rowBytes);
      continue;
    }
    if (before > 0) memory.fill(to, 0, before);
    memory.copy(to + before, image + (<usize>row * <usize>width + <usize>from) * <usize>columnBytes, inside);
    const after = rowBytes - before - inside;
    if (after > 0) memory.fill(to + before + inside, 0, after);
  }
}

/** Writes to `table` where each position lies: image by image, row by row, column by column. */
export function offsets(
  table: usize,
  images: i32,
  rows: i32,
  columns: i32,
  imageBytes: i32,
  rowBytes: i32,
  columnBytes: i32,
): void {
  for (let n = 0; n < images; n++)
    for (let i = 0; i < rows; i++) {
      let at = n * imageBytes + i * rowBytes;
      for (let j = 0; j < columns; j++, at += columnBytes, table += 4) store<i32>(table, at);
    }
}

/**
 * The same as `frameRows`, but with four channels of all pixels side by side: to [channels / 4][planeBytes], each a frame
 * [rows][frameWidth][4]. Behind the last channel are zeros. The planes must be zero where the image has nothing.
 */
export function frameFours(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  rows: i32,
  frameWidth: i32,
  planeBytes: i32,
  to: usize,
): void {
  const from = max(left, 0);
  const until = min(left + frameWidth, width);
  const pixelBytes = (<usize>channels) << 2;
  for (let i = max(-top, 0); i < min(rows, height - top); i++) {
    const pixels = image + <usize>((top + i) * width + from) * pixelBytes;
    const row = to + ((<usize>(i * frameWidth + from - left)) << 4);
    for (let c = 0; c < channels; c += 4) {
      const out = row + <usize>(c >> 2) * <usize>planeBytes;
      const columns = pixels + ((<usize>c) << 2);
      if (channels - c >= 4) copyFours(columns, until - from, pixelBytes, out);
      else copyRest(columns, until - from, pixelBytes, channels - c, out);
    }
  }
}

function copyFours(from: usize, columns: i32, pixelBytes: usize, to: usize): void {
  for (let j = 0; j < columns; j++, from += pixelBytes, to += 16) v128.store(to, v128.load(from));
}

function copyRest(from: usize, columns: i32, pixelBytes: usize, count: i32, to: usize): void {
  for (let j = 0; j < columns; j++, from += pixelBytes, to += 16)
    for (let lane: usize = 0; lane < 4; lane++)
      store<f32>(to + (lane << 2), lane < <usize>count ? load<f32>(from + (lane << 2)) : 0);
}
