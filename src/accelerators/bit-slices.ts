/** Small numbers as bit vectors: bit i of slice b is bit b of number i. 32 numbers a word. */
export type BitSlices = readonly Int32Array[];

/** `numbers` as slices, as many as the largest of them has bits. */
export function bitSlices(numbers: Uint16Array): BitSlices {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] > most) most = numbers[i];
  const words = Math.ceil(numbers.length / 32);
  return Array.from({ length: 32 - Math.clz32(most) }, (_, b) => {
    const slice = new Int32Array(words);
    for (let i = 0; i < numbers.length; i++) slice[i >> 5] |= ((numbers[i] >> b) & 1) << (i & 31);
    return slice;
  });
}

/** The sum over all i of a[i] x b[i]. */
export function dotProduct(a: BitSlices, b: BitSlices): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) sum += onesInBoth(a[i], b[j]) * 2 ** (i + j);
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
