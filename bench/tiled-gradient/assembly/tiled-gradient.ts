import { alloc, allocZeros, release } from "../../../src/kernel/assembly/arena";
import * as L from "./layer";
import { emapLine, fmapLine, overrun } from "./lines";
import { interleave } from "./panels";
import { addTile, tileBytes, tileKs, tileTaps } from "./tile";

/**
 * The dense weight gradient in f32, G[k,tap] = sum over positions of E[k] F[tap]: a matrix product in tiles of 4 ks x 8
 * taps. Positions go in blocks whose panel of eight taps stays in the first-level cache; ks in blocks whose panels stay
 * in the second.
 */
const blockPositions = 256;
const blockKs = 512;
const lineBytes: usize = 4 * blockPositions + overrun;

let fmap: usize = 0;
let emap: usize = 0;
let gradient: usize = 0;
/** [groups][panels of 8 taps][panels of 4 ks][4][8] */
let sums: usize = 0;
let taps: i32 = 0;
let tapPanels: i32 = 0;
let groupKs: i32 = 0;
let kPanels: i32 = 0;
let lines: usize = 0;
let zeroLine: usize = 0;
let emapPanels: usize = 0;
let fmapPanel: usize = 0;

export { alloc } from "../../../src/kernel/assembly/arena";

/** Makes room for a layer whose shape stands at `shape`, and for maps of `images` images at a time; sums are 0. */
export function start(shape: usize, images: i32): void {
  L.setLayer(shape);
  release(__heap_base);
  taps = (L.C / L.groups) * L.R * L.S;
  tapPanels = (taps + tileTaps - 1) / tileTaps;
  groupKs = L.K / L.groups;
  kPanels = (groupKs + tileKs - 1) / tileKs;
  sums = allocZeros(<usize>(L.groups * tapPanels * kPanels) * tileBytes);
  gradient = alloc(<usize>(L.K * taps) * 4 + overrun);
  lines = alloc(<usize>tileTaps * lineBytes);
  zeroLine = allocZeros(lineBytes);
  emapPanels = alloc(<usize>(blockKs * blockPositions) * 4);
  fmapPanel = alloc(<usize>(tileTaps * blockPositions) * 4);
  fmap = alloc(<usize>(images * L.C * L.H * L.W) * 4 + overrun);
  emap = alloc(<usize>(images * L.K * L.P * L.Q) * 4 + overrun);
}

/** Where the host puts the fmap, [images][C][H][W]. */
export function fmapAt(): usize {
  return fmap;
}

/** Where the host puts the emap, [images][K][P][Q]. */
export function emapAt(): usize {
  return emap;
}

/** Adds what the first `images` images contribute. */
export function add(images: i32): void {
  const positions = images * L.P * L.Q;
  for (let g = 0; g < L.groups; g++)
    for (let first = 0; first < positions; first += blockPositions) {
      const count = min(blockPositions, positions - first);
      for (let k = 0; k < groupKs; k += blockKs) addBlock(g, first, count, k, min(blockKs, groupKs - k));
    }
}

function addBlock(g: i32, first: i32, count: i32, k: i32, ks: i32): void {
  for (let i = 0; i < ks; i += tileKs)
    packEmap(g, k + i, first, count, emapPanels + <usize>(i * blockPositions) * 4);
  for (let panel = 0; panel < tapPanels; panel++) {
    packFmap(g, panel * tileTaps, first, count);
    let tile = sums + <usize>((g * tapPanels + panel) * kPanels + k / tileKs) * tileBytes;
    for (let i = 0; i < ks; i += tileKs, tile += tileBytes)
      addTile(emapPanels + <usize>(i * blockPositions) * 4, fmapPanel, count, tile);
  }
}

/** [position][4 ks] of k's first .. first+3 of group g; 0 beyond the group's last. */
function packEmap(g: i32, k: i32, first: i32, count: i32, panel: usize): void {
  interleave(
    groupEmapLine(g, k, 0, first, count),
    groupEmapLine(g, k, 1, first, count),
    groupEmapLine(g, k, 2, first, count),
    groupEmapLine(g, k, 3, first, count),
    count,
    panel,
    4 * tileKs,
  );
}

function groupEmapLine(g: i32, k: i32, i: i32, first: i32, count: i32): usize {
  if (k + i >= groupKs) return zeroLine;
  return emapLine(emap, g * groupKs + k + i, first, count, lines + <usize>i * lineBytes);
}

/** [position][8 taps] likewise. */
function packFmap(g: i32, tap: i32, first: i32, count: i32): void {
  for (let half = 0; half < tileTaps; half += 4)
    interleave(
      groupFmapLine(g, tap, half, first, count),
      groupFmapLine(g, tap, half + 1, first, count),
      groupFmapLine(g, tap, half + 2, first, count),
      groupFmapLine(g, tap, half + 3, first, count),
      count,
      fmapPanel + 4 * half,
      4 * tileTaps,
    );
}

function groupFmapLine(g: i32, tap: i32, i: i32, first: i32, count: i32): usize {
  tap += i;
  if (tap >= taps) return zeroLine;
  const c = g * (L.C / L.groups) + tap / (L.R * L.S);
  return fmapLine(fmap, c, (tap / L.S) % L.R, tap % L.S, first, count, lines + <usize>i * lineBytes);
}

/** Puts the gradient together, [K][C/groups][R][S], and returns where it is. */
export function finish(): usize {
  for (let k = 0; k < L.K; k++) {
    const inGroup = k % groupKs;
    const place = (k / groupKs) * tapPanels * kPanels + inGroup / tileKs;
    const row = sums + <usize>place * tileBytes + ((<usize>(inGroup % tileKs) * tileTaps) << 2);
    const to = gradient + ((<usize>k * taps) << 2);
    // what the last panel has beyond the last tap is overwritten by the next k
    for (let panel = 0; panel < tapPanels; panel++) {
      const from = row + <usize>(panel * kPanels) * tileBytes;
      v128.store(to + <usize>panel * 32, v128.load(from), 0);
      v128.store(to + <usize>panel * 32, v128.load(from, 16), 16);
    }
  }
  return gradient;
}
