import { newQueue, Queue } from "./arena";
import { segmentEnd, sharedRows } from "./chunk-rows";
import { floorDivide, Group, groupAt, groupsOfChunk } from "./groups";
import { chunkShape, layer, machine, wordBytes } from "./layout";
import * as maps from "./maps";
import { Residency } from "./residency";

/**
 * The values that a chunk stores: nonzeros of its row words, twice where two words have them. Pixels are found once for all
 * channels, as runs of bits in the fmap.
 */

/** `count` neighbouring bits, from bit `from` of a row on. */
@unmanaged
class Run {
  /** channel 0's, at the phase of the stride */
  row: usize;
  from: i32;
  count: i32;
}

let runs: Queue = changetype<Queue>(0);
/** from a row of a channel to that of the next one */
let channelBytes: usize = 0;

export function startChunkValues(): void {
  runs = newQueue(offsetof<Run>());
  channelBytes = <usize>(layer.H * maps.phases()) * maps.fmapRowBytes();
}

function runAt(i: i32): Run {
  return changetype<Run>(runs.records + <usize>i * offsetof<Run>());
}

/** Finds the pixels of a chunk's row words in a pass, those of one lane where lanes hold channels. */
export function findPixels(chunk: i32, pass: Residency): void {
  runs.length = 0;
  const first = chunk * chunkShape.groups;
  const count = groupsOfChunk(chunk);
  for (let from = 0; from < count; ) {
    const end = segmentEnd(first, from, count);
    addSegment(groupAt(first + from), end - from, pass);
    from = end;
  }
}

/** Values of channel c in the chunk at hand. */
export function valuesOf(c: i32): i32 {
  const channel = <usize>c * channelBytes;
  let values: i64 = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = runAt(i);
    const at = run.row + channel + (((run.from + 64) >> 6) << 3);
    const shift = <u64>(run.from & 63);
    const bits = (load<u64>(at) >> shift) | ((load<u64>(at, 8) << (63 - shift)) << 1);
    values += popcnt<u64>(bits << (64 - run.count));
  }
  return <i32>values;
}

/** Words of a trace's fmap memory that a chunk of so many row words takes, in which its values have been found, of a channel slice of a domain. */
export function chunkWords(rowWords: i32, residency: Residency, slice: i32): i32 {
  if (residency.channelCount(slice) === 0) return 0;
  const packed = machine.packedRowWords;
  let values = 0;
  for (let i = residency.firstChannel(slice); i < residency.firstChannel(slice + 1); i++)
    values += valuesOf(residency.channel(i));
  return (rowWords + packed - 1) / packed + (values * machine.valueBytes + wordBytes - 1) / wordBytes;
}

/** Adds the words of `groups` groups that lie one below the other, from `group` on. */
function addSegment(group: Group, groups: i32, pass: Residency): void {
  const rows = pass.rows;
  const shared = sharedRows(groups, rows);
  const top = group.p * layer.strideY - layer.padTop + pass.r0 * layer.dilationY;
  const left = group.q0 * layer.strideX - layer.padLeft + pass.s0 * layer.dilationX;
  for (let i = 0; i < shared; i++) addWord(group, top + i * layer.dilationY, left, pass.columns);
  if (shared > 0) return;
  const apart = layer.strideY * chunkShape.rowStep;
  for (let g = 0; g < groups; g++)
    for (let r = 0; r < rows; r++) addWord(group, top + g * apart + r * layer.dilationY, left, pass.columns);
}

/** Adds the row word of row y. */
function addWord(group: Group, y: i32, left: i32, width: i32): void {
  if (y < 0 || y >= layer.H) return;
  const pitch = chunkShape.pitch;
  if (pitch < width) {
    addNeighbours(group.n, y, left, (group.columns - 1) * pitch + width);
    return;
  }
  for (let s = 0; s < pitch; s++) {
    const outputs = s < width ? group.columns : group.columns - 1;
    const x = left + s * layer.dilationX;
    if (chunkShape.step === 1) addSteps(group.n, y, x, outputs);
    else for (let i = 0; i < outputs; i++) addSteps(group.n, y, x + i * chunkShape.step * layer.strideX, 1);
  }
}

/** Adds `length` pixels, `dilationX` apart. */
function addNeighbours(n: i32, y: i32, x: i32, length: i32): void {
  if (layer.dilationX !== 1) for (let i = 0; i < length; i++) addSteps(n, y, x + i * layer.dilationX, 1);
  else
    for (let phase = 0; phase < min(layer.strideX, length); phase++)
      addSteps(n, y, x + phase, (length - phase + layer.strideX - 1) / layer.strideX);
}

/** Adds pixels x, x + stride, ..., `count` of them: neighbours in the row of their phase of the stride. */
function addSteps(n: i32, y: i32, x: i32, count: i32): void {
  const from = floorDivide(x, layer.strideX);
  const phase = x - from * layer.strideX;
  if (count === 0 || phase >= maps.phases()) return;
  if (from + count <= 0 || from >= maps.columnsOfPhase(layer.W, phase)) return;
  const row = maps.fmapRow(n, 0, y, phase);
  if (runs.length > 0) {
    const last = runAt(runs.length - 1);
    if (last.row === row && last.from + last.count === from && last.count + count <= 64) {
      last.count += count;
      return;
    }
  }
  const run = changetype<Run>(runs.push());
  run.row = row;
  run.from = from;
  run.count = count;
}
