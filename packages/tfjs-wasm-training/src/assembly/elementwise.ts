/** out[i] = dy[i] where x[i] is above 0 and at most `upper`, else 0: the gradient of ReLU (upper infinite) and ReLU6. */
export function clippedGradient(dy: usize, x: usize, count: i32, upper: f32, out: usize): void {
  const fours = (<usize>(count & ~3)) << 2;
  const end = (<usize>count) << 2;
  let at: usize = 0;
  for (; at < fours; at += 16) {
    const value = v128.load(x + at);
    const passes = v128.and(f32x4.gt(value, f32x4.splat(0)), f32x4.le(value, f32x4.splat(upper)));
    v128.store(out + at, v128.and(v128.load(dy + at), passes));
  }
  for (; at < end; at += 4) {
    const value = load<f32>(x + at);
    store<f32>(out + at, value > 0 && value <= upper ? load<f32>(dy + at) : 0);
  }
}

/** to[block][times][size] = scale * from[block][size]: the gradient of a sum (scale 1) and of a mean. */
export function spread(from: usize, blocks: i32, size: i32, times: i32, scale: f32, to: usize): void {
  const bytes = (<usize>size) << 2;
  for (let block = 0; block < blocks; block++, from += bytes) {
    for (let at: usize = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at) * scale);
    const first = to;
    to += bytes;
    for (let i = 1; i < times; i++, to += bytes) memory.copy(to, first, bytes);
  }
}
