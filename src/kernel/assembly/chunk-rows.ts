import { Group, groupAt, groupsOfChunk, pixel, pixelsInSteps } from "./groups";
import { chunkShape, lanes, layer, machine, mostColumns, mostDistance, wordBytes } from "./layout";
import { Residency } from "./residency";

/** How the groups of a chunk lie in row words, in a pass. */

/** Groups of a chunk at most. */
const mostGroups: i32 = 8;

/** A chunk's layout: [group] the word of its first lane. */
@unmanaged
export class ChunkRows {
  words: i32;
  groups: i32;
  /** whether no two neighbours are so far apart that a distance between their nonzeros must be bridged */
  near: bool;
}

export const chunkRowsBytes: i32 = offsetof<ChunkRows>() + mostGroups * 4;

export function firstWord(own: ChunkRows, group: i32): i32 {
  return load<i32>(changetype<usize>(own) + offsetof<ChunkRows>() + ((<usize>group) << 2));
}

/** Groups from `from` on that lie one below the other. */
function segmentEnd(first: i32, from: i32, count: i32): i32 {
  let end = from + 1;
  for (; end < count; end++) {
    const before = groupAt(first + end - 1);
    const group = groupAt(first + end);
    if (group.n !== before.n || group.q0 !== before.q0 || group.p !== before.p + 1) break;
  }
  return end;
}

/** Rows that a segment's groups share; 0 where each group has its own. */
function sharedRows(groups: i32, rows: i32): i32 {
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
  own.near = true;
  const words = changetype<usize>(own) + offsetof<ChunkRows>();
  for (let from = 0; from < count; ) {
    const end = segmentEnd(first, from, count);
    const shared = sharedRows(end - from, rows);
    const each = shared > 0 ? layer.strideY : rows * chunkShape.channelLanes;
    for (let g = from; g < end; g++) store<i32>(words + g * 4, own.words + (g - from) * each);
    own.words += shared > 0 ? shared : (end - from) * each;
    from = end;
  }
  for (let g = 1; g < count; g++)
    if ((firstWord(own, g) - firstWord(own, g - 1)) * mostColumns + mostColumns - 1 > mostDistance)
      own.near = false;
}

/** The lowest bit of every byte, and the highest. */
const lowestBits: u64 = ~(<u64>0) / 255;
const highestBits: u64 = lowestBits << 7;

/** Entries without a position in the list of these nonzeros: those that bridge what is too far for one distance. */
export function bridges(own: ChunkRows, nonzeros: u64): i32 {
  if (own.near && ((nonzeros - lowestBits) & ~nonzeros & highestBits) << ((8 - own.groups) << 3) === 0)
    return 0;
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

/** Words of a trace's fmap memory that a chunk takes, of a channel slice of a domain. */
export function chunkWords(own: ChunkRows, chunk: i32, residency: Residency, slice: i32): i32 {
  if (residency.channelCount(slice) === 0) return 0;
  const packed = machine.packedRowWords;
  let values = 0;
  for (let i = residency.firstChannel(slice); i < residency.firstChannel(slice + 1); i++)
    values += storedValues(chunk, residency.channel(i), residency);
  return (own.words + packed - 1) / packed + (values * machine.valueBytes + wordBytes - 1) / wordBytes;
}

/** Nonzeros of channel c in a chunk's row words, those of one of its lanes; twice where two words have them. */
export function storedValues(chunk: i32, c: i32, residency: Residency): i32 {
  const first = chunk * chunkShape.groups;
  const groups = groupsOfChunk(chunk);
  let values = 0;
  for (let from = 0; from < groups; ) {
    const end = segmentEnd(first, from, groups);
    values += storedOfSegment(groupAt(first + from), end - from, c, residency);
    from = end;
  }
  return values;
}

/** The same in the words of `groups` groups that lie one below the other, from `group` on. */
function storedOfSegment(group: Group, groups: i32, c: i32, residency: Residency): i32 {
  const rows = residency.rows;
  const shared = sharedRows(groups, rows);
  const top = group.p * layer.strideY - layer.padTop + residency.r0 * layer.dilationY;
  const left = group.q0 * layer.strideX - layer.padLeft + residency.s0 * layer.dilationX;
  const width = residency.columns;
  let values = 0;
  for (let y = top; y < top + shared; y++) values += onesOfWord(group, c, y, left, width);
  if (shared > 0) return values;
  for (let g = 0; g < groups; g++)
    for (let r = 0; r < rows; r++)
      values += onesOfWord(group, c, top + g * layer.strideY + r * layer.dilationY, left, width);
  return values;
}

/** Nonzeros of channel c in the row word of row y. */
function onesOfWord(group: Group, c: i32, y: i32, left: i32, width: i32): i32 {
  if (y < 0 || y >= layer.H) return 0;
  if (chunkShape.pitch < width)
    return onesOfRun(group, c, y, left, (group.columns - 1) * chunkShape.pitch + width);
  let ones = 0;
  for (let s = 0; s < chunkShape.pitch; s++) {
    const outputs = s < width ? group.columns : group.columns - 1;
    ones += onesInSteps(group.n, c, y, left + s * layer.dilationX, outputs);
  }
  return ones;
}

/** Nonzeros among `length` pixels, `dilationX` apart. */
function onesOfRun(group: Group, c: i32, y: i32, left: i32, length: i32): i32 {
  let ones: i64 = 0;
  if (layer.dilationX !== 1) {
    for (let i = 0; i < length; i++) ones += <i64>pixel(group.n, c, y, left + i * layer.dilationX);
    return <i32>ones;
  }
  for (let phase = 0; phase < min(layer.strideX, length); phase++) {
    const ofPhase = (length - phase + layer.strideX - 1) / layer.strideX;
    ones += popcnt<u64>(pixelsInSteps(group.n, c, y, left + phase, ofPhase));
  }
  return <i32>ones;
}

/** Nonzeros among the pixels of one tap of `outputs` neighbouring outputs of a group. */
function onesInSteps(n: i32, c: i32, y: i32, x: i32, outputs: i32): i32 {
  if (outputs === 0) return 0;
  if (chunkShape.step === 1) return <i32>popcnt<u64>(pixelsInSteps(n, c, y, x, outputs));
  let ones: i64 = 0;
  for (let i = 0; i < outputs; i++) ones += <i64>pixel(n, c, y, x + i * chunkShape.step * layer.strideX);
  return <i32>ones;
}
