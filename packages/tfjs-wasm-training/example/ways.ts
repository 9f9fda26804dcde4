/** Ways to compute a step; the two last ones are without this package as far as TensorFlow.js can. */
export const ways = [
  "this package",
  "this package, zeros not skipped",
  "the wasm backend's own kernels, where it has any",
  "TensorFlow.js's cpu backend",
] as const;
export type Way = (typeof ways)[number];
