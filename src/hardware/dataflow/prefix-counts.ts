/** [i] how many of the first i flags are set: the ones in any run of flags are a difference of two of these. */
export function prefixCounts(flags: Uint8Array): Int32Array {
  const counts = new Int32Array(flags.length + 1);
  for (let i = 0, ones = 0; i < flags.length; i++) {
    ones += flags[i];
    counts[i + 1] = ones;
  }
  return counts;
}
