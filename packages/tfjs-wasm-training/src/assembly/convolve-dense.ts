/**
 * Packs weights for `convolveDense`: of each tap a matrix [inputs][outputs], whose rows lie `rowStep` and whose columns lie
 * `columnStep` bytes apart, from weights + taps[tap] on, becomes [outputs / 8][tap][input][8], zeros behind the last output.
 */
export function packColumns(
  weights: usize,
  taps: usize,
  tapCount: i32,
  inputs: i32,
  outputs: i32,
  rowStep: i32,
  columnStep: i32,
  to: usize,
): void {
  for (let k = 0; k < outputs; k += 8)
    for (let tap = 0; tap < tapCount; tap++) {
      const matrix = weights + <usize>load<u32>(taps + ((<usize>tap) << 2));
      for (let c = 0; c < inputs; c++) {
        let from = matrix + <usize>c * <usize>rowStep + <usize>k * <usize>columnStep;
        for (let lane = 0; lane < 8; lane++, to += 4, from += <usize>columnStep)
          store<f32>(to, k + lane < outputs ? load<f32>(from) : 0);
      }
    }
}

/**
 * out[outOffset][k] = the sum over runs and l of frame[offset + run + l] * panels[k][run][l], run by run and l by l, for each
 * position; l below `length`. `panels` as `packColumns` gives them.
 */
export function convolveDense(
  frame: usize,
  offsets: usize,
  outOffsets: usize,
  positions: i32,
  runs: usize,
  runCount: i32,
  length: i32,
  panels: usize,
  outputs: i32,
  out: usize,
): void {
  const panelBytes = (<usize>(runCount * length)) << 5;
  const last = (<usize>(positions - 1)) << 2;
  for (let k = 0; k < outputs; k += 8, panels += panelBytes, out += 32) {
    const lanes = min(8, outputs - k);
    for (let i = 0; i < positions; i += 4) {
      // behind the last position it is done again
      const i0 = (<usize>i) << 2;
      const i1 = min(i0 + 4, last);
      const i2 = min(i0 + 8, last);
      const i3 = min(i0 + 12, last);
      convolveTile(
        frame + <usize>load<u32>(offsets + i0),
        frame + <usize>load<u32>(offsets + i1),
        frame + <usize>load<u32>(offsets + i2),
        frame + <usize>load<u32>(offsets + i3),
        runs,
        runCount,
        length,
        panels,
        out + <usize>load<u32>(outOffsets + i0),
        out + <usize>load<u32>(outOffsets + i1),
        out + <usize>load<u32>(outOffsets + i2),
        out + <usize>load<u32>(outOffsets + i3),
        lanes,
      );
    }
  }
}

/** Four positions by eight outputs, whose sums stay in registers while all runs go by. */
function convolveTile(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  runs: usize,
  runCount: i32,
  length: i32,
  panel: usize,
  out0: usize,
  out1: usize,
  out2: usize,
  out3: usize,
  lanes: i32,
): void {
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
    for (; at < end; at += 4, panel += 32) {
      const low = v128.load(panel);
      const high = v128.load(panel, 16);
      const a = v128.load_splat<f32>(x0 + at);
      a0 = f32x4.add(a0, f32x4.mul(low, a));
      a1 = f32x4.add(a1, f32x4.mul(high, a));
      const b = v128.load_splat<f32>(x1 + at);
      b0 = f32x4.add(b0, f32x4.mul(low, b));
      b1 = f32x4.add(b1, f32x4.mul(high, b));
      const c = v128.load_splat<f32>(x2 + at);
      c0 = f32x4.add(c0, f32x4.mul(low, c));
      c1 = f32x4.add(c1, f32x4.mul(high, c));
      const d = v128.load_splat<f32>(x3 + at);
      d0 = f32x4.add(d0, f32x4.mul(low, d));
      d1 = f32x4.add(d1, f32x4.mul(high, d));
    }
  }
  storeLanes(out0, a0, a1, lanes);
  storeLanes(out1, b0, b1, lanes);
  storeLanes(out2, c0, c1, lanes);
  storeLanes(out3, d0, d1, lanes);
}

// @ts-expect-error: a decorator of AssemblyScript
function storeLanes(out: usize, low: v128, high: v128, lanes: i32): void {
  if (lanes === 8) {
    v128.store(out, low);
    v128.store(out, high, 16);
  } else storeSome(out, low, high, lanes);
}

function storeSome(out: usize, low: v128, high: v128, lanes: i32): void {
  let part = low;
  if (lanes >= 4) {
    v128.store(out, low);
    out += 16;
    lanes -= 4;
    part = high;
  }
  if (lanes > 0) store<f32>(out, f32x4.extract_lane(part, 0));
  if (lanes > 1) store<f32>(out, f32x4.extract_lane(part, 1), 4);
  if (lanes > 2) store<f32>(out, f32x4.extract_lane(part, 2), 8);
}
