/**
 * Puts four lines of `count` values side by side: value i of line j goes to panel + i * pitch + 4 * j. Rounds `count`
 * up to a multiple of four.
 */
export function interleave(
  line0: usize,
  line1: usize,
  line2: usize,
  line3: usize,
  count: i32,
  panel: usize,
  pitch: usize,
): void {
  for (const end = line0 + ((<usize>count) << 2); line0 < end; panel += 4 * pitch) {
    const a = v128.load(line0);
    const b = v128.load(line1);
    const c = v128.load(line2);
    const d = v128.load(line3);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(panel, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(panel + pitch, v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(panel + 2 * pitch, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    v128.store(panel + 3 * pitch, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    line0 += 16;
    line1 += 16;
    line2 += 16;
    line3 += 16;
  }
}
