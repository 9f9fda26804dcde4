import type { Layer } from "../../workload/layer.ts";

/** Maps of a layer: fmap [N][C][H][W] and emap [N][K][P][Q], of values or flags. */
interface Maps<T extends Uint8Array | Float32Array | Float64Array> {
  readonly layer: Layer;
  readonly fmap: T;
  readonly emap: T;
}

/**
 * A 1x1 layer of stride 1 without padding has no neighbours: its positions, of all images, are one long row, and
 * chunks need not end where a row or an image does. A linear layer is a convolution then.
 */
export function flattenedLayer(layer: Layer): Layer {
  const { N, P, Q, H, W } = layer;
  return isPointwise(layer)
    ? { ...layer, type: "conv2d", N: 1, H: 1, W: N * H * W, P: 1, Q: N * P * Q }
    : layer;
}

/** Whether a layer has been made one long row. */
export const isFlat = (layer: Layer): boolean => layer.N * layer.H === 1 && isPointwise(layer);

const isPointwise = ({ R, S, stride, padding }: Layer): boolean =>
  R === 1 && S === 1 && stride[0] === 1 && stride[1] === 1 && padding.every((n) => n === 0);

/** The same with the layer's maps: [1][C][1][N H W] and [1][K][1][N P Q]. */
export function flattenPointwise<T extends Uint8Array | Float32Array | Float64Array, M extends Maps<T>>(
  maps: M & Maps<T>,
): M {
  const { layer, fmap, emap } = maps;
  const flat = flattenedLayer(layer);
  if (flat === layer) return maps;
  const { N, C, H, W, K, P, Q } = layer;
  return {
    ...maps,
    layer: flat,
    fmap: imagesInside(fmap, N, C, H * W),
    emap: imagesInside(emap, N, K, P * Q),
  };
}

/** [images][channels][pixels] as [channels][images][pixels] */
function imagesInside<T extends Uint8Array | Float32Array | Float64Array>(
  map: T,
  images: number,
  channels: number,
  pixels: number,
): T {
  if (images === 1) return map;
  const turned = map.slice() as T;
  for (let n = 0; n < images; n++)
    for (let c = 0; c < channels; c++) {
      const from = (n * channels + c) * pixels;
      turned.set(map.subarray(from, from + pixels), (c * images + n) * pixels);
    }
  return turned;
}
