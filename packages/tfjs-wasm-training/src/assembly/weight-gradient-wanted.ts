import { sumsOfFour } from "./convolve-wanted";

/**
 * gradient[place] += the sum over i of fmaps[from + i] * emaps[of + i], i below `length`, a multiple of 8: of each entry from
 * `list` to `end` four, of one `of`. An entry is nine words, in bytes: `of`, four of `from`, and four places. Each sum is
 * made of eight, of every eighth product.
 */
export function addWanted(
  fmaps: usize,
  emaps: usize,
  length: i32,
  list: usize,
  end: usize,
  gradient: usize,
): void {
  for (; list < end; list += 36)
    addFour(
      emaps + <usize>load<u32>(list),
      (<usize>length) << 2,
      fmaps + <usize>load<u32>(list, 4),
      fmaps + <usize>load<u32>(list, 8),
      fmaps + <usize>load<u32>(list, 12),
      fmaps + <usize>load<u32>(list, 16),
      list,
      gradient,
    );
}

function addFour(
  emap: usize,
  bytes: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  list: usize,
  gradient: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    const low = v128.load(emap + at);
    const high = v128.load(emap + at, 16);
    a0 = f32x4.add(a0, f32x4.mul(low, v128.load(x0 + at)));
    a1 = f32x4.add(a1, f32x4.mul(high, v128.load(x0 + at, 16)));
    b0 = f32x4.add(b0, f32x4.mul(low, v128.load(x1 + at)));
    b1 = f32x4.add(b1, f32x4.mul(high, v128.load(x1 + at, 16)));
    c0 = f32x4.add(c0, f32x4.mul(low, v128.load(x2 + at)));
    c1 = f32x4.add(c1, f32x4.mul(high, v128.load(x2 + at, 16)));
    d0 = f32x4.add(d0, f32x4.mul(low, v128.load(x3 + at)));
    d1 = f32x4.add(d1, f32x4.mul(high, v128.load(x3 + at, 16)));
  }
  const sums = sumsOfFour(f32x4.add(a0, a1), f32x4.add(b0, b1), f32x4.add(c0, c1), f32x4.add(d0, d1));
  addTo(gradient + <usize>load<u32>(list, 20), f32x4.extract_lane(sums, 0));
  addTo(gradient + <usize>load<u32>(list, 24), f32x4.extract_lane(sums, 1));
  addTo(gradient + <usize>load<u32>(list, 28), f32x4.extract_lane(sums, 2));
  addTo(gradient + <usize>load<u32>(list, 32), f32x4.extract_lane(sums, 3));
}

function addTo(at: usize, value: f32): void {
  store<f32>(at, load<f32>(at) + value);
}

/** Puts 0 at so many listed places, in bytes behind `values`. */
export function clearListed(values: usize, list: usize, count: i32): void {
  const end = list + ((<usize>count) << 2);
  for (; list < end; list += 4) store<f32>(values + <usize>load<u32>(list), 0);
}
