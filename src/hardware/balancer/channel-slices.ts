import { heaviestFirst } from "./inter-column.ts";

/**
 * [block][slice] the channels of a group, dealt to the channel slices of `blocks` channel blocks. `loads(c)` is what is known beforehand
 * of channel c. When balanced, a trace's channels of a block together carry about as much as those of others, so that few windows
 * are empty; blocks are made of those that carry alike, heaviest first, and in each block the slice that carried least
 * until then gets the heaviest. Without balancing: blocks alike in their numbers of channels, each dealt in order, round robin.
 * Assumed, D80.
 */
export function dealChannels(
  channels: readonly number[],
  loads: (channel: number) => number,
  blocks: number,
  slices: number,
  balance: boolean,
): number[][][] {
  if (!balance)
    return cut(channels, blocks).map((own) =>
      Array.from({ length: slices }, (_, slice) => own.filter((_, i) => i % slices === slice)),
    );
  const total = new Array<number>(slices).fill(0);
  const shares = evenShares(heaviestFirst(channels, loads), loads, blocks * slices);
  return cut(shares, blocks).map((own) => {
    const dealt: number[][] = Array.from({ length: slices }, () => []);
    const leastFirst = [...total.keys()].sort((a, b) => total[a] - total[b] || a - b);
    for (const [i, { channels, load }] of own.entries()) {
      dealt[leastFirst[i]] = channels;
      total[leastFirst[i]] += load;
    }
    return dealt;
  });
}

/** Some channels of a trace, and what they carry together. */
interface Share {
  readonly channels: number[];
  load: number;
}

/**
 * Channels, given heaviest first, in as many shares as there are, at most `most`: as many in each but for one. In every round the
 * share that carries least gets the heaviest channel that is left. Returned heaviest first.
 */
function evenShares(ordered: readonly number[], loads: (channel: number) => number, most: number): Share[] {
  const shares: Share[] = ordered.slice(0, most).map((c) => ({ channels: [c], load: loads(c) }));
  for (let from = most; from < ordered.length; from += most) {
    shares.sort((a, b) => a.load - b.load);
    for (const [i, c] of ordered.slice(from, from + most).entries()) {
      shares[i].channels.push(c);
      shares[i].load += loads(c);
    }
  }
  return shares.sort((a, b) => b.load - a.load);
}

/** Cuts a list into parts as long as each other but for one. */
const cut = <T>(list: readonly T[], parts: number): T[][] =>
  Array.from({ length: parts }, (_, i) =>
    list.slice(Math.floor((i * list.length) / parts), Math.floor(((i + 1) * list.length) / parts)),
  );
