/** The maxima of 2x2 squares, and where each came from: what the way back needs. */
export interface Pooled {
  /** [N][C][H/2][W/2] */
  readonly values: Float32Array;
  /** [N][C][H/2][W/2]: flat index of the maximum in the input. */
  readonly winners: Uint32Array;
}

/** Max pooling over 2x2 squares of [planes][H][W], H and W even; of equal values the first wins. */
export function maxPool(input: Float32Array, H: number, W: number): Pooled {
  const values = new Float32Array(input.length / 4);
  const winners = new Uint32Array(values.length);
  let to = 0;
  for (let row = 0; row < input.length; row += 2 * W)
    for (let x = 0; x < W; x += 2, to++) {
      let winner = row + x;
      for (const other of [winner + 1, winner + W, winner + W + 1])
        if (input[other] > input[winner]) winner = other;
      values[to] = input[winner];
      winners[to] = winner;
    }
  if (to !== values.length) throw new Error(`cannot pool ${H} x ${W} in squares of 2 x 2`);
  return { values, winners };
}

/** The way back: each error goes to the maximum it came from, all else gets 0. `inputs`: elements before pooling. */
export function unpool(errors: Float32Array, winners: Uint32Array, inputs: number): Float32Array {
  const spread = new Float32Array(inputs);
  for (let i = 0; i < errors.length; i++) spread[winners[i]] = errors[i];
  return spread;
}
