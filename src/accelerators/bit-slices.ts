/** Small numbers as bit vectors: bit i of slice b is bit b of number i. 32 numbers a word. */
export type BitSlices = readonly Int32Array[];

/** `numbers` as slices, as many as the largest of them has bits. */
export function bitSlices(numbers: Uint16Array): BitSlices {
  const most = numbers.reduce((largest, number) => Math.max(largest, number), 0);
  const slices = Array.from(
    { length: 32 - Math.clz32(most) },
    () => new Int32Array(Math.ceil(numbers.length / 32)),
  );
  for (let i = 0; i < numbers.length; i++)
    for (let rest = numbers[i], b = 0; rest !== 0; rest >>= 1, b++)
      if ((rest & 1) === 1) slices[b][i >> 5] |= 1 << (i & 31);
  return slices;
}

/** The sum over all i of a[i] x b[i]. */
export function dotProduct(a: BitSlices, b: BitSlices): number {
  let sum = 0;
  for (const [i, left] of a.entries())
    for (const [j, right] of b.entries()) sum += onesInBoth(left, right) * 2 ** (i + j);
  return sum;
}

function onesInBoth(a: Int32Array, b: Int32Array): number {
  let ones = 0;
  for (let i = 0; i < a.length; i++) {
    let word = a[i] & b[i];
    if (word === 0) continue;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    ones += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return ones;
}
