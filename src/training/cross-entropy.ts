/** What a batch of scores is worth, and how to change them. */
export interface Loss {
  /** Cross-entropy in nats, the batch's mean. */
  readonly loss: number;
  readonly correct: number;
  /** [N][classes]: the loss's gradient with respect to the scores, (softmax - one-hot) / N. */
  readonly errors: Float32Array;
}

/** Softmax cross-entropy of `scores` [N][classes] against `labels` [N]. */
export function crossEntropy(scores: Float32Array, labels: Uint8Array): Loss {
  const classes = scores.length / labels.length;
  const errors = new Float32Array(scores.length);
  let loss = 0;
  let correct = 0;
  for (let n = 0; n < labels.length; n++) {
    const row = scores.subarray(n * classes, (n + 1) * classes);
    const best = row.indexOf(Math.max(...row));
    if (best === labels[n]) correct++;
    const weights = Array.from(row, (score) => exponential(score - row[best]));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    loss += (Math.log(sum) - (row[labels[n]] - row[best])) / labels.length;
    for (let i = 0; i < classes; i++)
      errors[n * classes + i] = (weights[i] / sum - (i === labels[n] ? 1 : 0)) / labels.length;
  }
  return { loss, correct, errors };
}

/**
 * e^x for x <= 0, to 10 digits, of sums and products alone: Math.exp may differ in its last bit from one engine to
 * the next, and then a seed would no longer give the same bytes.
 */
export function exponential(x: number): number {
  if (x < -700) return 0;
  let small = x;
  let halvings = 0;
  for (; small < -1 / 64; halvings++) small /= 2;
  let power = 1;
  for (let term = 6; term >= 1; term--) power = 1 + (small / term) * power;
  for (; halvings > 0; halvings--) power *= power;
  return power;
}
