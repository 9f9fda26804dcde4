import type { backend_util } from "@tensorflow/tfjs-core";

type Info = backend_util.Conv2DInfo;

// What the kernels of a convolution compute, to the bit: each product and each sum is rounded to f32, and sums go in the
// order of the loops. Maps are [N][H][W][C], filters [R][S][C][K].

/** Calls `use` with where x, y and the filter meet: y at (p, q) sees x at (h, w) through tap (r, s). */
function meetings(
  info: Info,
  use: (n: number, p: number, q: number, r: number, s: number, h: number, w: number) => void,
) {
  const { batchSize, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  for (let n = 0; n < batchSize; n++)
    for (const [p, q] of pairs(outHeight, outWidth))
      for (const [r, s] of pairs(filterHeight, filterWidth)) {
        const h = p * info.strideHeight + r * info.dilationHeight - padInfo.top;
        const w = q * info.strideWidth + s * info.dilationWidth - padInfo.left;
        if (h >= 0 && h < info.inHeight && w >= 0 && w < info.inWidth) use(n, p, q, r, s, h, w);
      }
}

function* pairs(rows: number, columns: number): Generator<[number, number]> {
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) yield [row, column];
}

const places = (info: Info) => ({
  x: (n: number, h: number, w: number) => ((n * info.inHeight + h) * info.inWidth + w) * info.inChannels,
  y: (n: number, p: number, q: number) => ((n * info.outHeight + p) * info.outWidth + q) * info.outChannels,
  tap: (r: number, s: number) => (r * info.filterWidth + s) * info.inChannels * info.outChannels,
});

const add = (to: Float32Array, at: number, a: number, b: number) => {
  to[at] = Math.fround(to[at] + Math.fround(a * b));
};

/** y: tap by tap, channel by channel. */
export function convolution(info: Info, x: Float32Array, filter: Float32Array): Float32Array {
  const { inChannels: C, outChannels: K } = info;
  const at = places(info);
  const y = new Float32Array(info.outShape.reduce((a, b) => a * b));
  meetings(info, (n, p, q, r, s, h, w) => {
    for (const [c, k] of pairs(C, K))
      add(y, at.y(n, p, q) + k, x[at.x(n, h, w) + c], filter[at.tap(r, s) + c * K + k]);
  });
  return y;
}

/** The gradient of the filter: image by image, position by position. */
export function weightGradient(info: Info, x: Float32Array, dy: Float32Array): Float32Array {
  const { inChannels: C, outChannels: K } = info;
  const at = places(info);
  const gradient = new Float32Array(info.filterShape.reduce((a, b) => a * b));
  meetings(info, (n, p, q, r, s, h, w) => {
    for (const [c, k] of pairs(C, K))
      add(gradient, at.tap(r, s) + c * K + k, x[at.x(n, h, w) + c], dy[at.y(n, p, q) + k]);
  });
  return gradient;
}

/** The gradient of x: position by position of y, channel by channel. */
export function inputGradient(info: Info, dy: Float32Array, filter: Float32Array): Float32Array {
  const { inChannels: C, outChannels: K } = info;
  const at = places(info);
  const gradient = new Float32Array(info.inShape.reduce((a, b) => a * b));
  meetings(info, (n, p, q, r, s, h, w) => {
    for (const [k, c] of pairs(K, C))
      add(gradient, at.x(n, h, w) + c, dy[at.y(n, p, q) + k], filter[at.tap(r, s) + c * K + k]);
  });
  return gradient;
}
