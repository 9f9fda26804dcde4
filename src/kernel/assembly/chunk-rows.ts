import { groupAt, groupsOfChunk } from "./groups";
import { chunkShape, lanes, layer, mostColumns, mostDistance } from "./layout";
import { Residency } from "./residency";

/** How the groups of a chunk lie in row words, in a pass. */

/** Groups of a chunk at most. */
const mostGroups: i32 = 8;

/** A chunk's layout: [group] the word of its first lane. */
@unmanaged
export class ChunkRows {
  words: i32;
  groups: i32;
  /** groups without a nonzero, one behind the other, from which on there may be a distance to be bridged; 0: always */
  gap: i32;
}

export const chunkRowsBytes: i32 = offsetof<ChunkRows>() + mostGroups * 4;

export function firstWord(own: ChunkRows, group: i32): i32 {
  return load<i32>(changetype<usize>(own) + offsetof<ChunkRows>() + ((<usize>group) << 2));
}

/** Groups from `from` on that lie one below the other. */
export function segmentEnd(first: i32, from: i32, count: i32): i32 {
  let end = from + 1;
  for (; end < count; end++) {
    const before = groupAt(first + end - 1);
    const group = groupAt(first + end);
    if (group.n !== before.n || group.q0 !== before.q0 || group.p !== before.p + 1) break;
  }
  return end;
}

/** Rows that a segment's groups share; 0 where each group has its own. */
export function sharedRows(groups: i32, rows: i32): i32 {
  if (rows <= layer.strideY || layer.dilationY % lanes === 0) return 0;
  return (groups - 1) * layer.strideY + (rows - 1) * layer.dilationY + 1;
}

/** Lays out a chunk in the pass of a residency. */
export function layOut(own: ChunkRows, chunk: i32, residency: Residency): void {
  const first = chunk * chunkShape.groups;
  const count = groupsOfChunk(chunk);
  const rows = residency.rows;
  own.groups = count;
  own.words = 0;
  const words = changetype<usize>(own) + offsetof<ChunkRows>();
  for (let from = 0; from < count; ) {
    const end = segmentEnd(first, from, count);
    const shared = sharedRows(end - from, rows);
    const each = shared > 0 ? layer.strideY : rows * chunkShape.channelLanes;
    for (let g = from; g < end; g++) store<i32>(words + g * 4, own.words + (g - from) * each);
    own.words += shared > 0 ? shared : (end - from) * each;
    from = end;
  }
  // words from one group to the next at most: nonzeros of neighbours are 8 places for each of them, and 7 more, apart
  let step = 0;
  for (let g = 1; g < count; g++) step = max(step, firstWord(own, g) - firstWord(own, g - 1));
  own.gap = step > 0 ? (mostDistance - mostColumns + 1) / mostColumns / step : mostGroups;
}

/** The lowest bit of every byte, and the highest. */
const lowestBits: u64 = ~(<u64>0) / 255;
const highestBits: u64 = lowestBits << 7;

/** Whether so many groups of a chunk, one behind the other, have no nonzero; may be told of groups that have one. */
function hasGap(own: ChunkRows, nonzeros: u64): bool {
  let empty = ((nonzeros - lowestBits) & ~nonzeros & highestBits) << ((8 - own.groups) << 3);
  for (let i = 1; i < own.gap; i++) empty &= empty << 8;
  return empty !== 0;
}

/** Entries without a position in the list of these nonzeros: those that bridge what is too far for one distance. */
export function bridges(own: ChunkRows, nonzeros: u64): i32 {
  if (own.gap > 0 && !hasGap(own, nonzeros)) return 0;
  let entries = 0;
  let last = -1;
  for (let g = 0; g < own.groups; g++) {
    const bits = <u32>(nonzeros >> (g << 3)) & 0xff;
    if (bits === 0) continue;
    const place = firstWord(own, g) * mostColumns + <i32>ctz<u32>(bits);
    // nonzeros of a group are never too far from each other
    if (place - last > mostDistance) entries += (place - last - 1) / mostDistance;
    last = firstWord(own, g) * mostColumns + 31 - <i32>clz<u32>(bits);
  }
  return entries;
}
