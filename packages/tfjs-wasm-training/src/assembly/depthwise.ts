/**
 * out[outOffset][c] = the sum over taps of frame[offset + tap][c] * weights[tap][c], tap by tap, for each position: `taps`
 * says where a tap's channels lie behind a position's.
 */
export function depthwiseGather(
  frame: usize,
  offsets: usize,
  outOffsets: usize,
  positions: i32,
  taps: usize,
  tapCount: i32,
  channels: i32,
  weights: usize,
  out: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const fours = bytes & ~15;
  for (let i = 0; i < positions; i++, offsets += 4, outOffsets += 4) {
    const from = frame + <usize>load<u32>(offsets);
    const to = out + <usize>load<u32>(outOffsets);
    let c: usize = 0;
    for (; c < fours; c += 16) {
      let sum = f32x4.splat(0);
      let weight = weights + c;
      for (let tap = 0; tap < tapCount; tap++, weight += bytes) {
        const at = from + <usize>load<u32>(taps + ((<usize>tap) << 2)) + c;
        sum = f32x4.add(sum, f32x4.mul(v128.load(at), v128.load(weight)));
      }
      v128.store(to + c, sum);
    }
    for (; c < bytes; c += 4) {
      let sum: f32 = 0;
      let weight = weights + c;
      for (let tap = 0; tap < tapCount; tap++, weight += bytes)
        sum += load<f32>(from + <usize>load<u32>(taps + ((<usize>tap) << 2)) + c) * load<f32>(weight);
      store<f32>(to + c, sum);
    }
  }
}

/**
 * sums[tap][c] += the sum over positions of frame[offset + tap][c] * map[position][c], position by position. Three taps go by
 * at once, so `sums` and `taps` have room for a multiple of three; a tap behind the last is any that may be read.
 */
export function depthwiseFilter(
  frame: usize,
  offsets: usize,
  positions: i32,
  taps: usize,
  tapCount: i32,
  channels: i32,
  map: usize,
  sums: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const fours = bytes & ~15;
  for (let tap = 0; tap < tapCount; tap += 3, taps += 12, sums += 3 * bytes) {
    const tap0 = <usize>load<u32>(taps);
    const tap1 = <usize>load<u32>(taps, 4);
    const tap2 = <usize>load<u32>(taps, 8);
    let c: usize = 0;
    for (; c < fours; c += 16)
      addThreeTaps(
        frame + tap0 + c,
        frame + tap1 + c,
        frame + tap2 + c,
        offsets,
        positions,
        map + c,
        bytes,
        sums + c,
      );
    for (; c < bytes; c += 4) {
      addTap(frame + tap0 + c, offsets, positions, map + c, bytes, sums + c);
      addTap(frame + tap1 + c, offsets, positions, map + c, bytes, sums + bytes + c);
      addTap(frame + tap2 + c, offsets, positions, map + c, bytes, sums + 2 * bytes + c);
    }
  }
}

/** Four channels of three taps. */
function addThreeTaps(
  frame0: usize,
  frame1: usize,
  frame2: usize,
  offsets: usize,
  positions: i32,
  map: usize,
  bytes: usize,
  sums: usize,
): void {
  let sum0 = v128.load(sums);
  let sum1 = v128.load(sums + bytes);
  let sum2 = v128.load(sums + 2 * bytes);
  for (let i = 0; i < positions; i++, offsets += 4, map += bytes) {
    const at = <usize>load<u32>(offsets);
    const value = v128.load(map);
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(frame0 + at), value));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(frame1 + at), value));
    sum2 = f32x4.add(sum2, f32x4.mul(v128.load(frame2 + at), value));
  }
  v128.store(sums, sum0);
  v128.store(sums + bytes, sum1);
  v128.store(sums + 2 * bytes, sum2);
}

/** One channel of one tap. */
function addTap(frame: usize, offsets: usize, positions: i32, map: usize, bytes: usize, to: usize): void {
  let sum = load<f32>(to);
  for (let i = 0; i < positions; i++, offsets += 4, map += bytes)
    sum += load<f32>(frame + <usize>load<u32>(offsets)) * load<f32>(map);
  store<f32>(to, sum);
}
