import { alloc, allocZeros } from "./arena";
import { chunkShape, layer } from "./layout";
import * as maps from "./maps";
import { tileEndsOf } from "./tiles";

/** Groups of positions, how they are cut into chunks, and the emap's bits of each chunk. */

/** Positions of one output row: columns q0, q0 + step, ... */
@unmanaged
export class Group {
  n: i32;
  p: i32;
  q0: i32;
  columns: i32;
}

let groups: usize = 0;
let groupCount: i32 = 0;
let count: i32 = 0;
/** [chunk] positions; a byte of ones for each position's column of each group */
let positions: usize = 0;
let fulls: usize = 0;
/** [chunk][K] a byte of emap bits for each group, and the ends of the tiles of their list; [chunk] whether they are there */
let emaps: usize = 0;
let gathered: usize = 0;

export function chunkCount(): i32 {
  return count;
}

export function groupAt(i: i32): Group {
  return changetype<Group>(groups + <usize>i * offsetof<Group>());
}

export function groupsOfChunk(chunk: i32): i32 {
  return min(chunkShape.groups, groupCount - chunk * chunkShape.groups);
}

export function positionsOf(chunk: i32): i32 {
  return load<i32>(positions + ((<usize>chunk) << 2));
}

/** The bits of all positions of a chunk. */
export function fullOf(chunk: i32): u64 {
  return load<u64>(fulls + ((<usize>chunk) << 3));
}

/** The bits of the positions of a chunk, whose emap is gathered, at which channel k is not zero. */
export function emapOf(chunk: i32, k: i32): u64 {
  return load<u64>(emaps + ((<usize>chunk * layer.K + k) << 4));
}

/** Where the tiles of a list of these end. */
export function tileEndsOfEmap(chunk: i32, k: i32): u64 {
  return load<u64>(emaps + ((<usize>chunk * layer.K + k) << 4), 8);
}

/** Bits of columns from, from + step, ... of a row; 8 at most. */
function bitsInSteps(row: usize, width: i32, from: i32, columns: i32): u64 {
  if (chunkShape.step === 1) return maps.bitsAt(row, width, from, columns);
  let bits: u64 = 0;
  for (let i = 0; i < columns; i++) bits |= maps.bitsAt(row, width, from + i * chunkShape.step, 1) << i;
  return bits;
}

/** The strips of one output row: q0 and columns of each. Returns how many there are. */
function makeStrips(strips: usize): i32 {
  let made = 0;
  for (let phase = 0; phase < min(chunkShape.step, layer.Q); phase++) {
    const columns = (layer.Q - phase + chunkShape.step - 1) / chunkShape.step;
    const ofPhase = (columns + chunkShape.outputs - 1) / chunkShape.outputs;
    for (let i = 0; i < ofPhase; i++, made++) {
      const first = <i32>((<i64>i * columns) / ofPhase);
      const end = <i32>((<i64>(i + 1) * columns) / ofPhase);
      store<i32>(strips + made * 8, phase + first * chunkShape.step);
      store<i32>(strips + made * 8, end - first, 4);
    }
  }
  return made;
}

/** Cuts the layer's positions into groups and chunks. */
export function cutGroups(): void {
  const strips = alloc(<u64>layer.Q * 8);
  const ofRow = makeStrips(strips);
  groupCount = layer.N * ofRow * layer.P;
  groups = alloc(<u64>groupCount * offsetof<Group>());
  let i = 0;
  for (let n = 0; n < layer.N; n++)
    for (let strip = 0; strip < ofRow; strip++)
      for (let phase = 0; phase < min(chunkShape.rowStep, layer.P); phase++)
        for (let p = phase; p < layer.P; p += chunkShape.rowStep) {
          const group = groupAt(i++);
          group.n = n;
          group.p = p;
          group.q0 = load<i32>(strips + strip * 8);
          group.columns = load<i32>(strips + strip * 8, 4);
        }
  count = (groupCount + chunkShape.groups - 1) / chunkShape.groups;
}

/** The same, with the positions of each chunk; the emap's bits are gathered when a chunk is to be worked on. */
export function startGroups(): void {
  cutGroups();
  positions = allocZeros(<u64>count * 4);
  fulls = allocZeros(<u64>count * 8);
  emaps = alloc(<u64>count * layer.K * 16);
  gathered = allocZeros(count);
  for (let chunk = 0; chunk < count; chunk++)
    for (let g = 0; g < groupsOfChunk(chunk); g++) addGroup(chunk, g);
}

function addGroup(chunk: i32, g: i32): void {
  const group = groupAt(chunk * chunkShape.groups + g);
  store<i32>(positions + chunk * 4, positionsOf(chunk) + group.columns);
  const full = (1 << group.columns) - 1;
  store<u8>(fulls + chunk * 8 + g, <u8>full);
}

/** Gathers the emap's bits of a chunk, once. */
export function gatherEmap(chunk: i32): void {
  if (load<u8>(gathered + chunk) !== 0) return;
  store<u8>(gathered + chunk, 1);
  const own = emaps + <usize>chunk * layer.K * 16;
  memory.fill(own, 0, layer.K * 16);
  for (let g = 0; g < groupsOfChunk(chunk); g++) {
    const group = groupAt(chunk * chunkShape.groups + g);
    for (let k = 0; k < layer.K; k++) {
      const row = maps.emapRow(group.n, k, group.p);
      store<u8>(own + (k << 4) + g, <u8>bitsInSteps(row, layer.Q, group.q0, group.columns));
    }
  }
  for (let at = own, end = own + layer.K * 16; at < end; at += 16)
    store<u64>(at, tileEndsOf(load<u64>(at)), 8);
}

/** Bits of row y of channel c of image n of the fmap at the columns that a group's windows begin at, from x on: 8 of them. */
export function windowBits(n: i32, c: i32, y: i32, x: i32): u64 {
  if (chunkShape.step !== 1) return windowBitsInSteps(n, c, y, x);
  return pixelsInSteps(n, c, y, x, 8);
}

/** Bits of pixels x, x + stride, ... of a row of the fmap, `count` of them; zeros outside the picture. */
export function pixelsInSteps(n: i32, c: i32, y: i32, x: i32, count: i32): u64 {
  const stride = layer.strideX;
  if (stride === 1) return maps.bitsAt(maps.fmapRow(n, c, y, 0), layer.W, x, count);
  const step = floorDivide(x, stride);
  const phase = x - step * stride;
  if (phase >= maps.phases()) return 0;
  return maps.bitsAt(maps.fmapRow(n, c, y, phase), maps.columnsOfPhase(layer.W, phase), step, count);
}

export function pixel(n: i32, c: i32, y: i32, x: i32): u64 {
  return x < 0 || x >= layer.W ? 0 : pixelsInSteps(n, c, y, x, 1);
}

function windowBitsInSteps(n: i32, c: i32, y: i32, x: i32): u64 {
  let bits: u64 = 0;
  const pixels = chunkShape.step * layer.strideX;
  for (let i = 0; i < 8; i++) bits |= pixel(n, c, y, x + i * pixels) << i;
  return bits;
}

export function floorDivide(a: i32, b: i32): i32 {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}
