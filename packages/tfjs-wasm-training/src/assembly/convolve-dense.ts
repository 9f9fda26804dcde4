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
  for (let k = 0; k < outputs; k += 8, panels += panelBytes, out += 32)
    if (outputs - k > 4)
      convolveWide(
        frame,
        offsets,
        outOffsets,
        positions,
        runs,
        runCount,
        length,
        panels,
        min(8, outputs - k),
        out,
      );
    else
      convolveNarrow(frame, offsets, outOffsets, positions, runs, runCount, length, panels, outputs - k, out);
}

/** More than four outputs of all positions. */
function convolveWide(
  frame: usize,
  offsets: usize,
  outOffsets: usize,
  positions: i32,
  runs: usize,
  runCount: i32,
  length: i32,
  panel: usize,
  lanes: i32,
  out: usize,
): void {
  const last = (<usize>(positions - 1)) << 2;
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
      panel,
      out + <usize>load<u32>(outOffsets + i0),
      out + <usize>load<u32>(outOffsets + i1),
      out + <usize>load<u32>(outOffsets + i2),
      out + <usize>load<u32>(outOffsets + i3),
      lanes,
    );
  }
}

/** A position's offset; behind the last position it is done again. */
function offsetOf(offsets: usize, position: i32, last: i32): usize {
  return <usize>load<u32>(offsets + ((<usize>min(position, last)) << 2));
}

/** Up to four outputs of all positions, six at a time, as the gradient of a picture's three colours has. */
function convolveNarrow(
  frame: usize,
  offsets: usize,
  outOffsets: usize,
  positions: i32,
  runs: usize,
  runCount: i32,
  length: i32,
  panel: usize,
  lanes: i32,
  out: usize,
): void {
  const last = positions - 1;
  for (let i = 0; i < positions; i += 6) {
    const x0 = frame + offsetOf(offsets, i, last);
    const x1 = frame + offsetOf(offsets, i + 1, last);
    const x2 = frame + offsetOf(offsets, i + 2, last);
    const x3 = frame + offsetOf(offsets, i + 3, last);
    const x4 = frame + offsetOf(offsets, i + 4, last);
    const x5 = frame + offsetOf(offsets, i + 5, last);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let weight = panel;
    for (let run = 0; run < runCount; run++) {
      let at = <usize>load<u32>(runs + ((<usize>run) << 2));
      const end = at + ((<usize>length) << 2);
      for (; at < end; at += 4, weight += 32) {
        const low = v128.load(weight);
        a = f32x4.add(a, f32x4.mul(low, v128.load_splat<f32>(x0 + at)));
        b = f32x4.add(b, f32x4.mul(low, v128.load_splat<f32>(x1 + at)));
        c = f32x4.add(c, f32x4.mul(low, v128.load_splat<f32>(x2 + at)));
        d = f32x4.add(d, f32x4.mul(low, v128.load_splat<f32>(x3 + at)));
        e = f32x4.add(e, f32x4.mul(low, v128.load_splat<f32>(x4 + at)));
        f = f32x4.add(f, f32x4.mul(low, v128.load_splat<f32>(x5 + at)));
      }
    }
    storeUpToFour(out + offsetOf(outOffsets, i, last), a, lanes);
    storeUpToFour(out + offsetOf(outOffsets, i + 1, last), b, lanes);
    storeUpToFour(out + offsetOf(outOffsets, i + 2, last), c, lanes);
    storeUpToFour(out + offsetOf(outOffsets, i + 3, last), d, lanes);
    storeUpToFour(out + offsetOf(outOffsets, i + 4, last), e, lanes);
    storeUpToFour(out + offsetOf(outOffsets, i + 5, last), f, lanes);
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
/** Five to eight outputs. */
function storeLanes(out: usize, low: v128, high: v128, lanes: i32): void {
  v128.store(out, low);
  if (lanes === 8) v128.store(out, high, 16);
  else storeUpToFour(out + 16, high, lanes - 4);
}

function storeUpToFour(out: usize, values: v128, lanes: i32): void {
  if (lanes === 4) {
    v128.store(out, values);
    return;
  }
  store<f32>(out, f32x4.extract_lane(values, 0));
  if (lanes > 1) store<f32>(out, f32x4.extract_lane(values, 1), 4);
  if (lanes > 2) store<f32>(out, f32x4.extract_lane(values, 2), 8);
}
