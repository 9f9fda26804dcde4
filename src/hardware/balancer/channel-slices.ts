import { heaviestFirst } from "./inter-column.ts";

/**
 * [block][slice] the channels of a group, dealt to the channel slices of `blocks` channel blocks. Blocks are alike in their
 * numbers of channels, and so are the slices of a block. When balanced, the heaviest come first, and the next one goes to a
 * slice with the fewest channels of its block: of those to the one whose channels of all blocks so far carry least, ties to
 * the lower one. Without balancing: in order, round robin. `loads(c)` is what is known beforehand of channel c.
 */
export function dealChannels(
  channels: readonly number[],
  loads: (channel: number) => number,
  blocks: number,
  slices: number,
  balance: boolean,
): number[][][] {
  const ordered = balance ? heaviestFirst(channels, loads) : channels;
  const total = new Array<number>(slices).fill(0);
  return Array.from({ length: blocks }, (_, block) => {
    const first = Math.floor((block * ordered.length) / blocks);
    const end = Math.floor(((block + 1) * ordered.length) / blocks);
    const dealt: number[][] = Array.from({ length: slices }, () => []);
    for (const [i, channel] of ordered.slice(first, end).entries()) {
      const slice = balance ? nextSlice(dealt, total, Math.floor(i / slices)) : i % slices;
      dealt[slice].push(channel);
      total[slice] += loads(channel);
    }
    return dealt;
  });
}

/** Of the slices with `fewest` channels, the one that carries least. */
function nextSlice(dealt: readonly number[][], total: readonly number[], fewest: number): number {
  let best = -1;
  for (let slice = 0; slice < dealt.length; slice++)
    if (dealt[slice].length === fewest && (best < 0 || total[slice] < total[best])) best = slice;
  return best;
}
