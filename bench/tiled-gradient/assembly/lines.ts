import * as L from "./layer";

/**
 * Lines: what one emap channel, or one tap, has at consecutive positions. Positions are numbered over the images in
 * memory, [n][p][q]. A line that lies in one piece is read where it is, any other is copied to `buffer`. Up to
 * `overrun` bytes behind either may be read, and behind `buffer` written.
 */
export const overrun: usize = 32;

/** Emap channel k. */
export function emapLine(emap: usize, k: i32, first: i32, count: i32, buffer: usize): usize {
  return planeLine(emap, L.K, k, first, count, buffer);
}

/** The fmap values that tap (r, s) of channel c needs, 0 outside the picture. */
export function fmapLine(fmap: usize, c: i32, r: i32, s: i32, first: i32, count: i32, buffer: usize): usize {
  if (L.pointwise) return planeLine(fmap, L.C, c, first, count, buffer);
  const offset = s * L.dilationX - L.padLeft;
  const inside = offset < 0 ? (L.strideX - 1 - offset) / L.strideX : 0;
  const outside = offset < L.W ? (L.W - 1 - offset) / L.strideX + 1 : 0;
  let n = first / (L.P * L.Q);
  let p = (first / L.Q) % L.P;
  let q = first % L.Q;
  let at = buffer;
  while (count > 0) {
    const length = min(L.Q - q, count);
    const y = p * L.strideY - L.padTop + r * L.dilationY;
    const end = at + ((<usize>length) << 2);
    if (y < 0 || y >= L.H) {
      setZero(at, end);
    } else {
      const from = max(inside, q);
      const to = min(outside, q + length);
      const row = fmap + ((<usize>((n * L.C + c) * L.H + y) * L.W) << 2);
      setZero(at, min(at + (max(from - q, 0) << 2), end));
      if (from < to)
        copyRow(at + ((from - q) << 2), at + ((to - q) << 2), row + ((from * L.strideX + offset) << 2));
      setZero(max(at + (max(to - q, 0) << 2), at), end);
    }
    at = end;
    count -= length;
    q = 0;
    if (++p === L.P) {
      p = 0;
      n++;
    }
  }
  return buffer;
}

/** One of `planes` planes of a map [n][plane][p][q]. */
function planeLine(map: usize, planes: i32, plane: i32, first: i32, count: i32, buffer: usize): usize {
  const size = L.P * L.Q;
  let n = first / size;
  let from = first - n * size;
  if (from + count <= size) return planeAt(map, planes * n + plane) + ((<usize>from) << 2);
  for (let at = buffer; count > 0; n++) {
    const length = min(size - from, count);
    const end = at + ((<usize>length) << 2);
    copy(at, end, planeAt(map, planes * n + plane) + ((<usize>from) << 2));
    at = end;
    count -= length;
    from = 0;
  }
  return buffer;
}

function planeAt(map: usize, plane: i32): usize {
  return map + ((<usize>plane * L.P * L.Q) << 2);
}

/** Every `strideX`th value. */
function copyRow(at: usize, end: usize, source: usize): void {
  if (L.strideX === 1) {
    copy(at, end, source);
  } else if (L.strideX === 2) {
    for (; at < end; at += 16, source += 32)
      v128.store(at, v128.shuffle<f32>(v128.load(source), v128.load(source, 16), 0, 2, 4, 6));
  } else {
    for (; at < end; at += 4, source += (<usize>L.strideX) << 2) store<f32>(at, load<f32>(source));
  }
}

function copy(at: usize, end: usize, source: usize): void {
  for (; at < end; at += 16, source += 16) v128.store(at, v128.load(source));
}

function setZero(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, f32x4.splat(0));
}
