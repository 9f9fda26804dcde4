import * as tf from "@tensorflow/tfjs-core";

/** Numbers from 0 to 1 that are the same each time. */
export function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Pictures [batch][side][side][3] of a blob in one of ten places, and which. */
export function drawnBlobs(batch: number, side: number): { x: tf.Tensor4D; y: tf.Tensor2D } {
  const draw = drawer(7);
  const labels = Int32Array.from({ length: batch }, () => Math.floor(draw() * 10));
  const scale = side / 32;
  const pixels = [...labels].flatMap((label) => {
    const [column, row] = [(4 + (label % 5) * 6) * scale, (6 + Math.floor(label / 5) * 16) * scale];
    return Array.from({ length: side * side * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      const distance = (Math.floor(pixel / side) - row) ** 2 + ((pixel % side) - column) ** 2;
      return Math.exp(-distance / (20 * scale ** 2)) + 0.1 * draw() - 0.15;
    });
  });
  return {
    x: tf.tensor4d(pixels, [batch, side, side, 3]),
    y: tf.oneHot(tf.tensor1d(labels, "int32"), 10) as tf.Tensor2D,
  };
}
