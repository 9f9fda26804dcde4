/** Packs a map [positions][channels] as [channels / 8][positions][8], with zeros behind the last channel. */
export function packRows(map: usize, positions: i32, channels: i32, to: usize): void {
  const pitch = (<usize>channels) << 2;
  const panelBytes = (<usize>positions) << 5;
  for (let c = 0; c < channels; c += 8, map += 32, to += panelBytes)
    if (channels - c >= 8) packEight(map, positions, pitch, to);
    else packRest(map, positions, pitch, channels - c, to);
}

function packEight(map: usize, positions: i32, pitch: usize, to: usize): void {
  for (let i = 0; i < positions; i++, map += pitch, to += 32) {
    v128.store(to, v128.load(map));
    v128.store(to, v128.load(map, 16), 16);
  }
}

function packRest(map: usize, positions: i32, pitch: usize, count: i32, to: usize): void {
  for (let i = 0; i < positions; i++, map += pitch, to += 32)
    for (let lane: usize = 0; lane < 8; lane++)
      store<f32>(to + (lane << 2), lane < <usize>count ? load<f32>(map + (lane << 2)) : 0);
}

/**
 * sums[tap][c][k] += the sum over positions of frame[c][offset + tap] * panels[k][position], position by position. `frame` as
 * `frameFours` gives it, `panels` as `packRows` does; c is rounded up to fours, k to eights, and so are the sums. `taps` says
 * where a tap lies behind a position. The sums of a tap lie `tapBytes` behind those of the one before, so that a call can be for
 * some planes of four c's.
 */
export function addOuterProducts(
  frame: usize,
  planeBytes: i32,
  planes: i32,
  offsets: usize,
  positions: i32,
  taps: usize,
  tapCount: i32,
  panels: usize,
  channels: i32,
  sums: usize,
  tapBytes: i32,
): void {
  const panelCount = (channels + 7) >> 3;
  const pitch = (<usize>panelCount) << 5;
  const panelBytes = (<usize>positions) << 5;
  // a plane and a panel stay in the first cache while all taps go by
  for (let plane = 0; plane < planes; plane++, frame += <usize>planeBytes, sums += pitch << 2)
    for (let j = 0; j < panelCount; j++) {
      let to = sums + ((<usize>j) << 5);
      for (let tap = 0; tap < tapCount; tap++, to += <usize>tapBytes)
        addTile(
          frame + <usize>load<u32>(taps + ((<usize>tap) << 2)),
          offsets,
          positions,
          panels + <usize>j * panelBytes,
          to,
          pitch,
        );
    }
}

/** Four c's by eight k's, whose sums stay in registers while all positions go by. */
function addTile(frame: usize, offsets: usize, positions: i32, panel: usize, out: usize, pitch: usize): void {
  const out1 = out + pitch;
  const out2 = out1 + pitch;
  const out3 = out2 + pitch;
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let b0 = v128.load(out1);
  let b1 = v128.load(out1, 16);
  let c0 = v128.load(out2);
  let c1 = v128.load(out2, 16);
  let d0 = v128.load(out3);
  let d1 = v128.load(out3, 16);
  const end = panel + ((<usize>positions) << 5);
  for (; panel < end; panel += 32, offsets += 4) {
    const at = frame + <usize>load<u32>(offsets);
    const low = v128.load(panel);
    const high = v128.load(panel, 16);
    const a = v128.load_splat<f32>(at);
    a0 = f32x4.add(a0, f32x4.mul(low, a));
    a1 = f32x4.add(a1, f32x4.mul(high, a));
    const b = v128.load_splat<f32>(at, 4);
    b0 = f32x4.add(b0, f32x4.mul(low, b));
    b1 = f32x4.add(b1, f32x4.mul(high, b));
    const c = v128.load_splat<f32>(at, 8);
    c0 = f32x4.add(c0, f32x4.mul(low, c));
    c1 = f32x4.add(c1, f32x4.mul(high, c));
    const d = v128.load_splat<f32>(at, 12);
    d0 = f32x4.add(d0, f32x4.mul(low, d));
    d1 = f32x4.add(d1, f32x4.mul(high, d));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out1, b0);
  v128.store(out1, b1, 16);
  v128.store(out2, c0);
  v128.store(out2, c1, 16);
  v128.store(out3, d0);
  v128.store(out3, d1, 16);
}
