import { groupAt, groupsOfChunk } from "./groups";
import { chunkShape, layer } from "./layout";
import { Residency } from "./residency";

/** How the groups of a chunk lie in row words, in a pass. */

/** Groups from `from` on that lie one below the other. */
export function segmentEnd(first: i32, from: i32, count: i32): i32 {
  let end = from + 1;
  for (; end < count; end++) {
    const before = groupAt(first + end - 1);
    const group = groupAt(first + end);
    if (group.n !== before.n || group.q0 !== before.q0 || group.p !== before.p + chunkShape.rowStep) break;
  }
  return end;
}

/** Rows, `dilationY` apart, that a segment's groups share; 0 where each group has its own. */
export function sharedRows(groups: i32, rows: i32): i32 {
  const pitch = (layer.strideY * chunkShape.rowStep) / layer.dilationY;
  return rows > pitch ? (groups - 1) * pitch + rows : 0;
}

/** Row words of a chunk in the pass of a residency. */
export function rowWordsOfChunk(chunk: i32, residency: Residency): i32 {
  const first = chunk * chunkShape.groups;
  const count = groupsOfChunk(chunk);
  const rows = residency.rows;
  let words = 0;
  for (let from = 0; from < count; ) {
    const end = segmentEnd(first, from, count);
    const shared = sharedRows(end - from, rows);
    words += shared > 0 ? shared : (end - from) * rows * chunkShape.channelLanes;
    from = end;
  }
  return words;
}
