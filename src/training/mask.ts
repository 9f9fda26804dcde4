/**
 * A mask [K][C/groups][R][S] that keeps the gradients of the largest weights by magnitude, as pruned training does:
 * `share` of them (0 to 1), rounded; of equal ones the first.
 */
export function maskOfLargest(weights: Float32Array, share: number): Uint8Array {
  const order = Array.from(weights.keys()).sort(
    (a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b,
  );
  const mask = new Uint8Array(weights.length);
  for (const index of order.slice(0, Math.round(share * weights.length))) mask[index] = 1;
  return mask;
}
