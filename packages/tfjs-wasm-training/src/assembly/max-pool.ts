/**
 * gradient[tap] += dy of each position whose largest value of x is that tap's, the first of equal ones. `taps` holds row and
 * column of each tap, counted from the position's corner (i * rowStep - top, j * columnStep - left); those outside of the
 * picture are none. One image: x and gradient [height][width][channels], dy [gridRows][gridColumns][channels].
 */
export function maxPoolGradient(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  dy: usize,
  gridRows: i32,
  gridColumns: i32,
  rowStep: i32,
  columnStep: i32,
  top: i32,
  left: i32,
  taps: usize,
  tapCount: i32,
  inside: usize,
  gradient: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const fours = bytes & ~15;
  for (let i = 0; i < gridRows; i++)
    for (let j = 0; j < gridColumns; j++, dy += bytes) {
      const count = tapsInside(
        taps,
        tapCount,
        i * rowStep - top,
        j * columnStep - left,
        height,
        width,
        bytes,
        inside,
      );
      let c: usize = 0;
      for (; c < fours; c += 16) giveFour(x + c, dy + c, inside, count, gradient + c);
      for (; c < bytes; c += 4) giveOne(x + c, dy + c, inside, count, gradient + c);
    }
}

/** Writes the offsets of the taps inside of the picture to `inside`; how many there are. */
function tapsInside(
  taps: usize,
  tapCount: i32,
  row: i32,
  column: i32,
  height: i32,
  width: i32,
  bytes: usize,
  inside: usize,
): i32 {
  let count = 0;
  for (let tap = 0; tap < tapCount; tap++, taps += 8) {
    const h = row + load<i32>(taps);
    const w = column + load<i32>(taps, 4);
    if (h < 0 || h >= height || w < 0 || w >= width) continue;
    store<u32>(inside + ((<usize>count) << 2), <u32>(<usize>(h * width + w) * bytes));
    count++;
  }
  return count;
}

// @ts-expect-error: a decorator of AssemblyScript
function tapOf(inside: usize, tap: i32): usize {
  return <usize>load<u32>(inside + ((<usize>tap) << 2));
}

/** Four channels of one position. */
function giveFour(x: usize, dy: usize, inside: usize, count: i32, gradient: usize): void {
  let largest = f32x4.splat(<f32>-Infinity);
  let chosen = i32x4.splat(-1);
  for (let tap = 0; tap < count; tap++) {
    const value = v128.load(x + tapOf(inside, tap));
    const larger = f32x4.gt(value, largest);
    largest = v128.bitselect(value, largest, larger);
    chosen = v128.bitselect(i32x4.splat(tap), chosen, larger);
  }
  const given = v128.load(dy);
  for (let tap = 0; tap < count; tap++) {
    const at = gradient + tapOf(inside, tap);
    const part = v128.and(given, i32x4.eq(chosen, i32x4.splat(tap)));
    v128.store(at, f32x4.add(v128.load(at), part));
  }
}

/** One channel of one position. */
function giveOne(x: usize, dy: usize, inside: usize, count: i32, gradient: usize): void {
  let largest: f32 = -Infinity;
  let chosen = -1;
  for (let tap = 0; tap < count; tap++) {
    const value = load<f32>(x + tapOf(inside, tap));
    if (value > largest) {
      largest = value;
      chosen = tap;
    }
  }
  if (chosen < 0) return;
  const at = gradient + tapOf(inside, chosen);
  store<f32>(at, load<f32>(at) + load<f32>(dy));
}
