/**
 * The share of `count` values from `at` on that are not zero. Of each `stride` values, a multiple of 64, it looks at the first
 * 64; with 64 it looks at all, and the share is exact.
 */
export function density(at: usize, count: i32, stride: i32): f64 {
  let zeros = i32x4.splat(0);
  let seen = 0;
  let i = 0;
  for (; i + 64 <= count; i += stride, seen += 64) {
    const from = at + ((<usize>i) << 2);
    for (let byte: usize = 0; byte < 256; byte += 64) {
      const low = i32x4.add(zeroLanes(from + byte), zeroLanes(from + byte + 16));
      const high = i32x4.add(zeroLanes(from + byte + 32), zeroLanes(from + byte + 48));
      // a lane that is zero counts as -1
      zeros = i32x4.sub(zeros, i32x4.add(low, high));
    }
  }
  let nonzero = seen - sumOfLanes(zeros);
  if (stride === 64) for (; i < count; i++, seen++) nonzero += i32(load<f32>(at + ((<usize>i) << 2)) !== 0);
  return seen === 0 ? 1 : <f64>nonzero / <f64>seen;
}

// @ts-expect-error: a decorator of AssemblyScript
function zeroLanes(at: usize): v128 {
  return f32x4.eq(v128.load(at), f32x4.splat(0));
}

// @ts-expect-error: a decorator of AssemblyScript
function sumOfLanes(lanes: v128): i32 {
  const low = i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1);
  return low + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3);
}

/** Whether one of `count` values from `at` on is infinite or not a number: their exponent is all ones. */
export function hasNonFinite(at: usize, count: i32): bool {
  const magnitude = i32x4.splat(0x7fffffff);
  let largest = i32x4.splat(0);
  let i = 0;
  for (; i + 16 <= count; i += 16, at += 64) {
    const low = i32x4.max_u(v128.and(v128.load(at), magnitude), v128.and(v128.load(at, 16), magnitude));
    const high = i32x4.max_u(v128.and(v128.load(at, 32), magnitude), v128.and(v128.load(at, 48), magnitude));
    largest = i32x4.max_u(largest, i32x4.max_u(low, high));
  }
  if (v128.any_true(i32x4.ge_u(largest, i32x4.splat(0x7f800000)))) return true;
  for (; i < count; i++, at += 4) if ((load<u32>(at) & 0x7fffffff) >= 0x7f800000) return true;
  return false;
}
