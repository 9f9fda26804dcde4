import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";

/** How PEs share their list memories among the lists that their traces read. */

type Slices = Pick<Mapping, "channelSlices" | "positionSlices">;

/** PEs with traces in use. */
const pesInUse = ({ channelSlices, positionSlices }: Slices, { traces }: SwgParameters): number =>
  Math.ceil((channelSlices * positionSlices) / traces);

/** Position slices of a PE's traces, and so lists of a k. */
function listsOfPe(pe: number, { channelSlices, positionSlices }: Slices, { traces }: SwgParameters): number {
  const last = Math.min(channelSlices * positionSlices, (pe + 1) * traces) - 1;
  return Math.floor(last / channelSlices) - Math.floor((pe * traces) / channelSlices) + 1;
}

/** Lists of a k in all PEs of a column together. */
export function listsOfColumn(slices: Slices, p: SwgParameters): number {
  let lists = 0;
  for (let pe = 0; pe < pesInUse(slices, p); pe++) lists += listsOfPe(pe, slices, p);
  return lists;
}

/**
 * Words of a PE's list memory that the lists of one position slice have: all of them, a half, a quarter and so on, in every PE alike, for
 * as many slices as the PE with most has.
 */
export function listRoom(slices: Slices, p: SwgParameters): number {
  let most = 1;
  for (let pe = 0; pe < pesInUse(slices, p); pe++) most = Math.max(most, listsOfPe(pe, slices, p));
  return Math.floor(p.listWords / 2 ** (32 - Math.clz32(most - 1)));
}
