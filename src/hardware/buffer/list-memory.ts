import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";

/** How PEs share their list memories among the lists that their traces read. */

type Slices = Pick<Mapping, "channelSlices" | "positionSlices">;

/** [PE] position slices of its traces, and so lists of a k; PEs without traces in use are not in it. */
function listsOfPes({ channelSlices, positionSlices }: Slices, { traces }: SwgParameters): number[] {
  const used = channelSlices * positionSlices;
  return Array.from({ length: Math.ceil(used / traces) }, (_, pe) => {
    const last = Math.min(used, (pe + 1) * traces) - 1;
    return Math.floor(last / channelSlices) - Math.floor((pe * traces) / channelSlices) + 1;
  });
}

/** Lists of a k in all PEs of a column together. */
export const listsOfColumn = (slices: Slices, p: SwgParameters): number =>
  listsOfPes(slices, p).reduce((sum, lists) => sum + lists, 0);

/**
 * Words of a PE's list memory that the lists of one position slice have: all of them, a half, a quarter and so on, in every PE alike, for
 * as many slices as the PE with most has.
 */
export function listRoom(slices: Slices, p: SwgParameters): number {
  const most = Math.max(...listsOfPes(slices, p));
  return Math.floor(p.listWords / 2 ** Math.ceil(Math.log2(most)));
}
