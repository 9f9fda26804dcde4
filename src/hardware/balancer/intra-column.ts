/** Pairs that one valid-data trace can hand out in a cycle: one to its own MAC, one to a helper's. */
export const pairsPerTrace = 2;

/**
 * Cycles that a column needs for one round, given each PE's valid pairs in it.
 *
 * With help, the MACs of a cluster are a pool: its round takes as long as its mean load or half its heaviest
 * PE, whichever is longer. The balancer reaches this bound exactly by a rule that needs only each PE's count
 * and the cycles left, t: a PE with more than 2(t-1) pairs left must be served, every other MAC takes any pair
 * there is. (At most as many MACs as there are can be asked for by musts, since the pairs left never exceed
 * t x MACs; and if some MAC finds no pair, too few PEs are loaded for the bound to be missed.)
 * Without help, the heaviest PE decides. The round ends when the column's slowest cluster is done.
 */
export function roundCycles(pairs: ArrayLike<number>, clusterSize: number, help: boolean): number {
  let cycles = 0;
  for (let first = 0; first < pairs.length; first += clusterSize) {
    const last = Math.min(pairs.length, first + clusterSize);
    let sum = 0;
    let heaviest = 0;
    for (let pe = first; pe < last; pe++) {
      sum += pairs[pe];
      heaviest = Math.max(heaviest, pairs[pe]);
    }
    const mean = Math.ceil(sum / (last - first));
    cycles = Math.max(cycles, help ? Math.max(mean, Math.ceil(heaviest / pairsPerTrace)) : heaviest);
  }
  return cycles;
}

/**
 * Deals channels, heaviest first, to the channel slices of one block: there and back again, so that the
 * slices carry alike; and the slices to PEs so that every cluster gets heavy and light ones.
 * Returns the channels of each slice.
 */
export function dealChannels(channels: readonly number[], slices: number, clusterSize: number): number[][] {
  const dealt: number[][] = Array.from({ length: slices }, () => []);
  for (const [i, channel] of channels.entries()) dealt[snake(i, slices)].push(channel);
  const clusters = Math.ceil(slices / clusterSize);
  const ofCluster: number[][][] = Array.from({ length: clusters }, () => []);
  for (const [i, slice] of dealt.entries()) ofCluster[snake(i, clusters)].push(slice);
  return ofCluster.flat();
}

/** 0 1 2 2 1 0 0 1 2 ... */
function snake(i: number, width: number): number {
  const at = i % width;
  return Math.floor(i / width) % 2 === 0 ? at : width - 1 - at;
}
