// Sums over the rows of maps [rows][channels]. A block of rows stays in the first cache while its columns go by, four at a
// time, and its sum is added to the whole: that keeps a long sum of f32 exact to some 1e-7.

const blockRows: i32 = 64;

/** sums[c] = scale * the sum of map[row][c] over rows. */
export function sumRows(map: usize, rows: i32, channels: i32, scale: f32, sums: usize): void {
  const pitch = (<usize>channels) << 2;
  const fours = pitch & ~15;
  memory.fill(sums, 0, pitch);
  for (let row = 0; row < rows; row += blockRows) {
    const block = map + <usize>row * pitch;
    const end = block + <usize>min(blockRows, rows - row) * pitch;
    let c: usize = 0;
    for (; c < fours; c += 16) {
      let sum = f32x4.splat(0);
      for (let at = block + c; at < end; at += pitch) sum = f32x4.add(sum, v128.load(at));
      v128.store(sums + c, f32x4.add(v128.load(sums + c), sum));
    }
    for (; c < pitch; c += 4) {
      let sum: f32 = 0;
      for (let at = block + c; at < end; at += pitch) sum += load<f32>(at);
      store<f32>(sums + c, load<f32>(sums + c) + sum);
    }
  }
  for (let c: usize = 0; c < pitch; c += 4) store<f32>(sums + c, load<f32>(sums + c) * scale);
}

/** out[row][c] = map[row][c] * factors[c]. */
export function scaleColumns(map: usize, rows: i32, channels: i32, factors: usize, out: usize): void {
  const pitch = (<usize>channels) << 2;
  const fours = pitch & ~15;
  for (let row = 0; row < rows; row++, map += pitch, out += pitch) {
    let c: usize = 0;
    for (; c < fours; c += 16) v128.store(out + c, f32x4.mul(v128.load(map + c), v128.load(factors + c)));
    for (; c < pitch; c += 4) store<f32>(out + c, load<f32>(map + c) * load<f32>(factors + c));
  }
}

/** map[row][c] += addends[c], in place. */
export function addToColumns(map: usize, rows: i32, channels: i32, addends: usize): void {
  const pitch = (<usize>channels) << 2;
  const fours = pitch & ~15;
  for (let row = 0; row < rows; row++, map += pitch) {
    let c: usize = 0;
    for (; c < fours; c += 16) v128.store(map + c, f32x4.add(v128.load(map + c), v128.load(addends + c)));
    for (; c < pitch; c += 4) store<f32>(map + c, load<f32>(map + c) + load<f32>(addends + c));
  }
}

/**
 * sums[c] = the sum over rows of dy[row][c], products[c] = that of dy[row][c] * (x[row][c] - mean[c]): all that the gradient of
 * a batch normalisation needs to know of its maps.
 */
export function batchNormSums(
  dy: usize,
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  sums: usize,
  products: usize,
): void {
  const pitch = (<usize>channels) << 2;
  const fours = pitch & ~15;
  memory.fill(sums, 0, pitch);
  memory.fill(products, 0, pitch);
  for (let row = 0; row < rows; row += blockRows) {
    const from = <usize>row * pitch;
    const end = from + <usize>min(blockRows, rows - row) * pitch;
    let c: usize = 0;
    for (; c < fours; c += 16) {
      const minus = v128.load(mean + c);
      let sum = f32x4.splat(0);
      let product = f32x4.splat(0);
      for (let at = from + c; at < end; at += pitch) {
        const error = v128.load(dy + at);
        sum = f32x4.add(sum, error);
        product = f32x4.add(product, f32x4.mul(error, f32x4.sub(v128.load(x + at), minus)));
      }
      v128.store(sums + c, f32x4.add(v128.load(sums + c), sum));
      v128.store(products + c, f32x4.add(v128.load(products + c), product));
    }
    for (; c < pitch; c += 4) {
      let sum: f32 = 0;
      let product: f32 = 0;
      for (let at = from + c; at < end; at += pitch) {
        const error = load<f32>(dy + at);
        sum += error;
        product += error * (load<f32>(x + at) - load<f32>(mean + c));
      }
      store<f32>(sums + c, load<f32>(sums + c) + sum);
      store<f32>(products + c, load<f32>(products + c) + product);
    }
  }
}

/** out[row][c] = (x[row][c] - mean[c]) * factors[c] + offsets[c]. */
export function normalizeColumns(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  factors: usize,
  offsets: usize,
  out: usize,
): void {
  const pitch = (<usize>channels) << 2;
  const fours = pitch & ~15;
  for (let row = 0; row < rows; row++, x += pitch, out += pitch) {
    let c: usize = 0;
    for (; c < fours; c += 16) {
      const scaled = f32x4.mul(f32x4.sub(v128.load(x + c), v128.load(mean + c)), v128.load(factors + c));
      v128.store(out + c, f32x4.add(scaled, v128.load(offsets + c)));
    }
    for (; c < pitch; c += 4) {
      const scaled = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(factors + c);
      store<f32>(out + c, scaled + load<f32>(offsets + c));
    }
  }
}

/** factors[c] = scale[c] / sqrt(variance[c] + epsilon). */
export function normalizingFactors(
  variance: usize,
  scale: usize,
  channels: i32,
  epsilon: f32,
  factors: usize,
): void {
  const bytes = (<usize>channels) << 2;
  for (let c: usize = 0; c < bytes; c += 4)
    store<f32>(factors + c, load<f32>(scale + c) / sqrt<f32>(load<f32>(variance + c) + epsilon));
}

/** at[i] = value. */
export function fill(at: usize, count: i32, value: f32): void {
  const end = at + ((<usize>count) << 2);
  for (; at < end; at += 4) store<f32>(at, value);
}
