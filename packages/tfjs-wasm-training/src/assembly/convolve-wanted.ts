/**
 * out[outOffset][c] = the sum over runs and l of frame[offset + run + l] * rows[c][run][l], for each position and channel where
 * mask[outOffset][c] is above 0, and 0 elsewhere; l below `length`, a multiple of 8. Each sum is made of eight, of every eighth
 * product. `list` is scratch of 4 bytes for each position, and 16 more.
 */
export function convolveWanted(
  frame: usize,
  offsets: usize,
  outOffsets: usize,
  positions: i32,
  runs: usize,
  runCount: i32,
  length: i32,
  rows: usize,
  channels: i32,
  mask: usize,
  out: usize,
  list: usize,
): void {
  const rowBytes = (<usize>(runCount * length)) << 2;
  for (let c = 0; c < channels; c++, rows += rowBytes, mask += 4, out += 4) {
    const end = listWanted(outOffsets, positions, mask, out, list);
    if (end === list) continue;
    // the last tile does the last position again
    const last = load<u32>(end - 4);
    for (let at = end; at < end + 12; at += 4) store<u32>(at, last);
    for (let at = list; at < end; at += 16)
      sumFour(at, frame, offsets, runs, runCount, length, rows, outOffsets, out);
  }
}

/** Lists positions by where their offset lies, and clears all results; gives where the list ends. */
function listWanted(outOffsets: usize, positions: i32, mask: usize, out: usize, list: usize): usize {
  const last = (<usize>positions) << 2;
  for (let i: usize = 0; i < last; i += 4) {
    const offset = <usize>load<u32>(outOffsets + i);
    store<f32>(out + offset, 0);
    // what is not wanted is written over by the next: a jump would often be guessed wrongly
    store<u32>(list, <u32>i);
    list += (<usize>(load<f32>(mask + offset) > 0)) << 2;
  }
  return list;
}

/** The sums of four listed positions, for one channel. */
function sumFour(
  list: usize,
  frame: usize,
  offsets: usize,
  runs: usize,
  runCount: i32,
  length: i32,
  row: usize,
  outOffsets: usize,
  out: usize,
): void {
  const x0 = frame + <usize>load<u32>(offsets + <usize>load<u32>(list));
  const x1 = frame + <usize>load<u32>(offsets + <usize>load<u32>(list, 4));
  const x2 = frame + <usize>load<u32>(offsets + <usize>load<u32>(list, 8));
  const x3 = frame + <usize>load<u32>(offsets + <usize>load<u32>(list, 12));
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  for (let run = 0; run < runCount; run++) {
    let at = <usize>load<u32>(runs + ((<usize>run) << 2));
    const end = at + ((<usize>length) << 2);
    for (; at < end; at += 32, row += 32) {
      const low = v128.load(row);
      const high = v128.load(row, 16);
      const a = x0 + at;
      a0 = f32x4.add(a0, f32x4.mul(low, v128.load(a)));
      a1 = f32x4.add(a1, f32x4.mul(high, v128.load(a, 16)));
      const b = x1 + at;
      b0 = f32x4.add(b0, f32x4.mul(low, v128.load(b)));
      b1 = f32x4.add(b1, f32x4.mul(high, v128.load(b, 16)));
      const c = x2 + at;
      c0 = f32x4.add(c0, f32x4.mul(low, v128.load(c)));
      c1 = f32x4.add(c1, f32x4.mul(high, v128.load(c, 16)));
      const d = x3 + at;
      d0 = f32x4.add(d0, f32x4.mul(low, v128.load(d)));
      d1 = f32x4.add(d1, f32x4.mul(high, v128.load(d, 16)));
    }
  }
  const sums = sumsOfFour(f32x4.add(a0, a1), f32x4.add(b0, b1), f32x4.add(c0, c1), f32x4.add(d0, d1));
  store<f32>(out + outOffset(list, outOffsets), f32x4.extract_lane(sums, 0));
  store<f32>(out + outOffset(list + 4, outOffsets), f32x4.extract_lane(sums, 1));
  store<f32>(out + outOffset(list + 8, outOffsets), f32x4.extract_lane(sums, 2));
  store<f32>(out + outOffset(list + 12, outOffsets), f32x4.extract_lane(sums, 3));
}

/** The sum of each one's lanes: those of even places, those of odd ones, and both. */
export function sumsOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

function outOffset(entry: usize, outOffsets: usize): usize {
  return <usize>load<u32>(outOffsets + <usize>load<u32>(entry));
}
