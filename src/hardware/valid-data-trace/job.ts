import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import type { Group } from "../dataflow/geometry.ts";
import type { Pass } from "../dataflow/mapping.ts";

/**
 * The valid-data trace: finds the positions and taps at which emap and fmap are both nonzero (assumed, D5).
 *
 * It walks the list of a k's emap nonzeros in its chunk, a tile at a time: the nonzeros whose values are in one word of the list. For each
 * it looks at a window of fmap bits, in which it has a slot for each of its channels and taps, and ANDs the mask. Each bit that is left
 * is a pair. The pairs of a tile leave one a cycle, slot by slot, so that a slot's sum visits the MAC once for all of them; windows of the next
 * tile are looked at meanwhile, one a cycle.
 */

/** A position of a layer's outputs. */
export interface Output {
  readonly n: number;
  readonly p: number;
  readonly q: number;
}

/** A position of a chunk. */
export interface ChunkPosition extends Output {
  /** among those of the chunk, from 0 on */
  readonly number: number;
  /** its group in the chunk, and its column in the group */
  readonly group: number;
  readonly column: number;
}

/** One k in one trace. */
export interface Job {
  /** cycles of a MAC: its pairs, those in which a tile's are done before the next tile has been looked at, and one of a last tile without any */
  readonly cycles: number;
  /** cycles from its end until the next job can begin, as its list may be read no sooner */
  readonly rest: number;
  readonly pairs: number;
  /** windows looked at */
  readonly looks: number;
  /** times that a sum comes to the MAC and goes back: for each tile those of the slots that have pairs in it */
  readonly visits: number;
  /** [tile] its pairs, and cycles of the MAC */
  readonly tiles: readonly Tile[];
}

export interface Tile {
  readonly pairs: number;
  readonly cycles: number;
}

/** What a trace has to do for a k where its mask wants nothing, or its list has no nonzero. */
export const noJob: Job = { cycles: 0, rest: 0, pairs: 0, looks: 0, visits: 0, tiles: [] };

/** The positions of a chunk, in the order of groups and columns. */
export function chunkPositions(chunk: readonly Group[]): ChunkPosition[] {
  const positions: ChunkPosition[] = [];
  for (const [group, { n, p, q0, columns, step }] of chunk.entries())
    for (let column = 0; column < columns; column++)
      positions.push({ n, p, q: q0 + column * step, number: positions.length, group, column });
  return positions;
}

/** The list of a k's nonzeros in a chunk: of every position where the emap's zeros are not skipped (assumed, D74). */
export function listOf(
  { layer, emap }: Occupancy,
  positions: readonly ChunkPosition[],
  k: number,
  skip: boolean,
): ChunkPosition[] {
  const { K, P, Q } = layer;
  return positions.filter(({ n, p, q }) => !skip || emap[((n * K + k) * P + p) * Q + q] !== 0);
}

/** Channel and tap of a slot. */
export interface Slot {
  readonly c: number;
  readonly r: number;
  readonly s: number;
}

/** The slots of a trace with these channels, in the order of the window's bits. */
export function slotsOf(channels: readonly number[], { r0, r1, s0, s1 }: Pass): Slot[] {
  const slots: Slot[] = [];
  for (let r = r0; r < r1; r++)
    for (let s = s0; s < s1; s++) for (const c of channels) slots.push({ c, r, s });
  return slots;
}

/** The numbers of the slots whose gradients the mask wants for k; of all where none are left out. */
export function wantedSlots(
  { layer, mask }: Pick<Occupancy, "layer" | "mask">,
  k: number,
  slots: readonly Slot[],
  gradientSkip: boolean,
): number[] {
  const { C, R, S, groups } = layer;
  const wanted: number[] = [];
  for (const [i, { c, r, s }] of slots.entries()) {
    const element = ((k * (C / groups) + (c % (C / groups))) * R + r) * S + s;
    if (!gradientSkip || mask?.[element] !== 0) wanted.push(i);
  }
  return wanted;
}

/**
 * [position][slot] the fmap bits that a trace's windows have: 1 where the value is not zero, and everywhere if the fmap's zeros are
 * not skipped.
 */
export function windowBits(
  { layer, fmap }: Pick<Occupancy, "layer" | "fmap">,
  positions: readonly Output[],
  slots: readonly Slot[],
  skip: boolean,
): Uint8Array {
  const bits = new Uint8Array(positions.length * slots.length).fill(1);
  if (!skip) return bits;
  let at = 0;
  for (const position of positions)
    for (const slot of slots) {
      const pixel = pixelOf(layer, position, slot);
      bits[at++] = pixel === undefined ? 0 : fmap[pixel];
    }
  return bits;
}

/** The fmap element that a slot needs for a position; undefined outside the picture. */
export function pixelOf(
  { C, H, W, stride, padding, dilation }: Layer,
  { n, p, q }: Output,
  { c, r, s }: Slot,
): number | undefined {
  const y = p * stride[0] - padding[0] + r * dilation[0];
  const x = q * stride[1] - padding[1] + s * dilation[1];
  return y >= 0 && y < H && x >= 0 && x < W ? ((n * C + c) * H + y) * W + x : undefined;
}

/**
 * Cycles that a tile with so many pairs takes of a MAC: no fewer than the `looks` of the next one; the last one of a job keeps its MAC
 * for a cycle at least.
 */
export const tileCycles = (pairs: number, isLast: boolean, looks: number): number =>
  Math.max(isLast ? 1 : looks, pairs);

/** Cycles from a job's end, whose last tile took so many, until the next job's first tile can have been looked at. */
export const restAfter = (lastCycles: number, ofTile: number): number => Math.max(0, ofTile - lastCycles);

/**
 * What a trace does for a k. `bits` has those of `slots` slots for each position, of which `wanted` are looked for; a tile has `ofTile`
 * nonzeros, and takes `looks` cycles at least.
 */
export function jobOf(
  list: readonly ChunkPosition[],
  bits: Uint8Array,
  slots: number,
  wanted: readonly number[],
  ofTile: number,
  looks: number,
): Job {
  if (wanted.length === 0 || list.length === 0) return noJob;
  const tiles: Tile[] = [];
  let [pairs, cycles, visits] = [0, 0, 0];
  for (let first = 0; first < list.length; first += ofTile) {
    const tile = list.slice(first, first + ofTile);
    const ofSlots = wanted.map((slot) => countBits(bits, tile, slots, slot));
    const own = ofSlots.reduce((sum, n) => sum + n, 0);
    const taken = tileCycles(own, first + ofTile >= list.length, looks);
    tiles.push({ pairs: own, cycles: taken });
    pairs += own;
    cycles += taken;
    visits += ofSlots.filter((n) => n > 0).length;
  }
  const rest = restAfter(tiles[tiles.length - 1].cycles, ofTile);
  return { cycles, rest, pairs, looks: list.length, visits, tiles };
}

/** Pairs that a slot has in a tile. */
function countBits(bits: Uint8Array, tile: readonly ChunkPosition[], slots: number, slot: number): number {
  return tile.reduce((count, { number }) => count + bits[number * slots + slot], 0);
}
