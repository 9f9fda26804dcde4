// out[0..w) += the sum over entries of value * row[0..w), entry by entry in their order, for w of 16, 32 and 48 floats, whose
// sums stay in registers. An entry is 8 bytes: where its row lies, counted from `rows`, and its value. One function for
// each width, as WebAssembly has no arrays of registers.

/** Sixteen floats. */
export function addScaled16(rows: usize, at: usize, end: usize, out: usize): void {
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let a2 = v128.load(out, 32);
  let a3 = v128.load(out, 48);
  for (; at < end; at += 8) {
    const row = rows + <usize>load<u32>(at);
    const value = v128.load_splat<f32>(at, 4);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(row), value));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(row, 16), value));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(row, 32), value));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(row, 48), value));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
}

/** Thirty-two floats. */
export function addScaled32(rows: usize, at: usize, end: usize, out: usize): void {
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let a2 = v128.load(out, 32);
  let a3 = v128.load(out, 48);
  let a4 = v128.load(out, 64);
  let a5 = v128.load(out, 80);
  let a6 = v128.load(out, 96);
  let a7 = v128.load(out, 112);
  for (; at < end; at += 8) {
    const row = rows + <usize>load<u32>(at);
    const value = v128.load_splat<f32>(at, 4);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(row), value));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(row, 16), value));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(row, 32), value));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(row, 48), value));
    a4 = f32x4.add(a4, f32x4.mul(v128.load(row, 64), value));
    a5 = f32x4.add(a5, f32x4.mul(v128.load(row, 80), value));
    a6 = f32x4.add(a6, f32x4.mul(v128.load(row, 96), value));
    a7 = f32x4.add(a7, f32x4.mul(v128.load(row, 112), value));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
  v128.store(out, a5, 80);
  v128.store(out, a6, 96);
  v128.store(out, a7, 112);
}

/** Forty-eight floats: with these twelve sums, a value and a product all sixteen registers are in use. */
export function addScaled48(rows: usize, at: usize, end: usize, out: usize): void {
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let a2 = v128.load(out, 32);
  let a3 = v128.load(out, 48);
  let a4 = v128.load(out, 64);
  let a5 = v128.load(out, 80);
  let a6 = v128.load(out, 96);
  let a7 = v128.load(out, 112);
  let a8 = v128.load(out, 128);
  let a9 = v128.load(out, 144);
  let a10 = v128.load(out, 160);
  let a11 = v128.load(out, 176);
  for (; at < end; at += 8) {
    const row = rows + <usize>load<u32>(at);
    const value = v128.load_splat<f32>(at, 4);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(row), value));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(row, 16), value));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(row, 32), value));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(row, 48), value));
    a4 = f32x4.add(a4, f32x4.mul(v128.load(row, 64), value));
    a5 = f32x4.add(a5, f32x4.mul(v128.load(row, 80), value));
    a6 = f32x4.add(a6, f32x4.mul(v128.load(row, 96), value));
    a7 = f32x4.add(a7, f32x4.mul(v128.load(row, 112), value));
    a8 = f32x4.add(a8, f32x4.mul(v128.load(row, 128), value));
    a9 = f32x4.add(a9, f32x4.mul(v128.load(row, 144), value));
    a10 = f32x4.add(a10, f32x4.mul(v128.load(row, 160), value));
    a11 = f32x4.add(a11, f32x4.mul(v128.load(row, 176), value));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
  v128.store(out, a5, 80);
  v128.store(out, a6, 96);
  v128.store(out, a7, 112);
  v128.store(out, a8, 128);
  v128.store(out, a9, 144);
  v128.store(out, a10, 160);
  v128.store(out, a11, 176);
}

/** How many sixteens of floats to take next of those that are left: three, but never three and then one. */
export function nextWidth(left: i32): i32 {
  return left === 4 ? 2 : min(left, 3);
}

/** One of the three above, `width` sixteens of floats wide. */
export function addScaled(width: i32, rows: usize, at: usize, end: usize, out: usize): void {
  if (width === 3) addScaled48(rows, at, end, out);
  else if (width === 2) addScaled32(rows, at, end, out);
  else addScaled16(rows, at, end, out);
}
