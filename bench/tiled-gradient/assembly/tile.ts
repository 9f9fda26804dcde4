/** Ks and taps of a tile of sums: eight vectors of four, which leave room for the operands in 16 registers. */
export const tileKs = 4;
export const tileTaps = 8;
export const tileBytes: usize = 4 * tileKs * tileTaps;

/** sums [4 ks][8 taps] += sum over `count` positions of emap [position][4 ks] x fmap [position][8 taps]. */
export function addTile(emap: usize, fmap: usize, count: i32, sums: usize): void {
  let k0l = v128.load(sums, 0);
  let k0h = v128.load(sums, 16);
  let k1l = v128.load(sums, 32);
  let k1h = v128.load(sums, 48);
  let k2l = v128.load(sums, 64);
  let k2h = v128.load(sums, 80);
  let k3l = v128.load(sums, 96);
  let k3h = v128.load(sums, 112);
  const end = emap + <usize>count * 16;
  while (emap < end) {
    const low = v128.load(fmap, 0);
    const high = v128.load(fmap, 16);
    const e0 = v128.load_splat<f32>(emap, 0);
    k0l = f32x4.add(k0l, f32x4.mul(low, e0));
    k0h = f32x4.add(k0h, f32x4.mul(high, e0));
    const e1 = v128.load_splat<f32>(emap, 4);
    k1l = f32x4.add(k1l, f32x4.mul(low, e1));
    k1h = f32x4.add(k1h, f32x4.mul(high, e1));
    const e2 = v128.load_splat<f32>(emap, 8);
    k2l = f32x4.add(k2l, f32x4.mul(low, e2));
    k2h = f32x4.add(k2h, f32x4.mul(high, e2));
    const e3 = v128.load_splat<f32>(emap, 12);
    k3l = f32x4.add(k3l, f32x4.mul(low, e3));
    k3h = f32x4.add(k3h, f32x4.mul(high, e3));
    emap += 16;
    fmap += 32;
  }
  v128.store(sums, k0l, 0);
  v128.store(sums, k0h, 16);
  v128.store(sums, k1l, 32);
  v128.store(sums, k1h, 48);
  v128.store(sums, k2l, 64);
  v128.store(sums, k2h, 80);
  v128.store(sums, k3l, 96);
  v128.store(sums, k3h, 112);
}
