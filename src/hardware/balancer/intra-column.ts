/** Pairs that one valid-data trace can hand out in a cycle: one to its own MAC, one to a helper's. */
export const pairsPerTrace = 2;

/**
 * Cycles that a column needs for one round, given each PE's valid pairs in it.
 *
 * With help, the MACs of a cluster are a pool: its round takes as long as its mean load or half its heaviest
 * PE, whichever is longer; `handOut` reaches this bound exactly. Without help, the heaviest PE decides. The round
 * ends when the column's slowest cluster is done; one without pairs takes a cycle to find that out.
 */
export function roundCycles(pairs: ArrayLike<number>, clusterSize: number, help: boolean): number {
  let cycles = 1;
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
 * Pairs that each PE of a cluster hands out in a cycle, given those it has left and the cycles left, this one included.
 * A PE with as many pairs as cycles left must be served, with twice as many it must be served twice. The other MACs
 * serve own pairs first, then those whose PEs cannot finish alone. Whoever is served twice sends its second pair to a
 * MAC that has none: `routedPairs` in a round, the least there can be. Proof: ARCHITECTURE.md.
 */
export function handOut(left: ArrayLike<number>, cycles: number): number[] {
  const given = Array.from(left, (pairs) => Math.min(pairsPerTrace, Math.floor(pairs / cycles)));
  let free = left.length - given.reduce((sum, pairs) => sum + pairs, 0);
  const giveOne = (served: number, least: number): void => {
    for (const [pe, pairs] of given.entries()) {
      if (pairs !== served || left[pe] < least || free === 0) continue;
      given[pe]++;
      free--;
    }
  };
  giveOne(0, 1);
  giveOne(1, cycles + 1);
  return given;
}

/** Pairs that other PEs' MACs multiply in a round that lasts `cycles`: what each PE cannot finish alone. */
export function routedPairs(pairs: ArrayLike<number>, cycles: number): number {
  let routed = 0;
  for (let pe = 0; pe < pairs.length; pe++) routed += Math.max(0, pairs[pe] - cycles);
  return routed;
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
