import { alloc, allocZeros } from "./arena";
import { floorDivide } from "./groups";
import { ChannelLoadsLoads, channelLoads, layer } from "./layout";
import * as maps from "./maps";

/**
 * The pairs that each fmap channel would make if every gradient were wanted, for 64 pixels at a time: a word has a bit for each
 * pixel, and a sum of each pixel is a few words, its planes, the lowest first.
 */

/** [plane][P] rows of bits: the emap's nonzeros at each position, in all k's of a group */
let nonzeros: usize = 0;
let nonzeroPlanes: i32 = 0;
/** [plane] the same at the pixels at hand, over the positions and taps that meet them */
let met: usize = 0;
let metPlanes: i32 = 0;

/** Planes of sums up to `most`. */
function planesFor(most: i64): i32 {
  return 64 - <i32>clz<i64>(most);
}

function nonzeroRow(plane: i32, p: i32): usize {
  return nonzeros + <usize>(plane * layer.P + p) * maps.emapRowBytes();
}

/** `ChannelLoads` */
export function countChannelLoads(): void {
  channelLoads.loads = allocZeros(<u64>layer.C * sizeof<ChannelLoadsLoads>());
  const groups = layer.C / layer.groupChannels;
  const groupKs = layer.K / groups;
  nonzeroPlanes = planesFor(groupKs);
  metPlanes = planesFor(<i64>groupKs * layer.R * layer.S);
  nonzeros = alloc(<u64>nonzeroPlanes * layer.P * maps.emapRowBytes());
  met = alloc(<u64>metPlanes * 8);
  for (let n = 0; n < layer.N; n++)
    for (let group = 0; group < groups; group++) {
      countNonzeros(n, group * groupKs, groupKs);
      for (let y = 0; y < layer.H; y++) addRow(n, group * layer.groupChannels, y);
    }
}

/** Counts the nonzeros of some k's at each position of an image. */
function countNonzeros(n: i32, firstK: i32, ks: i32): void {
  const rowBytes = maps.emapRowBytes();
  memory.fill(nonzeros, 0, nonzeroPlanes * layer.P * rowBytes);
  const nextK = layer.P * rowBytes;
  for (let p = 0; p < layer.P; p++)
    for (let at = 8; at < rowBytes - 8; at += 8) {
      memory.fill(met, 0, metPlanes * 8);
      let from = maps.emapRow(n, firstK, p) + at;
      for (let k = 0; k < ks; k++, from += nextK) addBits(met, load<u64>(from));
      for (let plane = 0; plane < nonzeroPlanes; plane++)
        store<u64>(nonzeroRow(plane, p) + at, load<u64>(met + plane * 8));
    }
}

/** Adds bits to sums, of which `sums` is the plane that they count in. */
function addBits(sums: usize, bits: u64): void {
  for (; bits !== 0; sums += 8) {
    const plane = load<u64>(sums);
    store<u64>(sums, plane ^ bits);
    bits &= plane;
  }
}

/** Adds the pairs of row y of a group's channels in an image. */
function addRow(n: i32, firstC: i32, y: i32): void {
  for (let phase = 0; phase < maps.phases(); phase++)
    for (let x = 0; x < maps.columnsOfPhase(layer.W, phase); x += 64) {
      memory.fill(met, 0, metPlanes * 8);
      for (let r = 0; r < layer.R; r++) meet(y, phase, x, r);
      addPairs(n, firstC, y, phase, x);
    }
}

/** Adds to the sums at hand what kernel row r meets: of the pixels of a phase of the stride those from x on. */
function meet(y: i32, phase: i32, x: i32, r: i32): void {
  const row = y + layer.padTop - r * layer.dilationY;
  if (row < 0 || row % layer.strideY !== 0 || row / layer.strideY >= layer.P) return;
  const p = row / layer.strideY;
  for (let s = 0; s < layer.S; s++) {
    const column = phase + layer.padLeft - s * layer.dilationX;
    const q = floorDivide(column, layer.strideX);
    if (q * layer.strideX !== column) continue;
    for (let plane = 0; plane < nonzeroPlanes; plane++)
      addBits(met + plane * 8, maps.bitsAt(nonzeroRow(plane, p), layer.Q, x + q, 64));
  }
}

/** Adds to each channel of a group the sums at hand of the pixels at which it is not zero. */
function addPairs(n: i32, firstC: i32, y: i32, phase: i32, x: i32): void {
  let planes = metPlanes;
  while (planes > 0 && load<u64>(met + (planes - 1) * 8) === 0) planes--;
  if (planes === 0) return;
  for (let c = firstC; c < firstC + layer.groupChannels; c++) {
    const pixels = load<u64>(maps.fmapRow(n, c, y, phase) + 8 + (x >> 3));
    let pairs: i64 = 0;
    for (let plane = 0; plane < planes; plane++)
      pairs += popcnt<u64>(pixels & load<u64>(met + plane * 8)) << plane;
    channelLoads.setLoadsAt(c, channelLoads.loadsAt(c) + <f64>pairs);
  }
}
