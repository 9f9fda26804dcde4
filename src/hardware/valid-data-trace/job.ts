import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import type { ChunkLayout, Group } from "../dataflow/geometry.ts";
import type { Pass } from "../dataflow/mapping.ts";
import { mostColumns, mostDistance } from "../parameters.ts";

/**
 * The valid-data trace: finds the positions and taps at which emap and fmap are both nonzero.
 *
 * It walks the list of a k's emap nonzeros in its chunk. For each it looks at a window of fmap bits, in which it has a slot for each of
 * its channels and taps, and ANDs the mask. Each bit that is left is a pair, one a cycle; a window without any takes a cycle too.
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
  /** what distances in a list count: row word of the group's first lane x 8 + column */
  readonly place: number;
}

/** An entry of a list: a position; undefined where the next nonzero is too far for one distance. */
export type Entry = ChunkPosition | undefined;

/** One k in one trace. */
export interface Job {
  /** cycles of a MAC: its pairs, and its looks without any */
  readonly cycles: number;
  readonly pairs: number;
  /** windows looked at */
  readonly looks: number;
  /** [look] pairs of its window */
  readonly windows: readonly number[];
}

/** The positions of a chunk, in the order of groups and columns. */
export function chunkPositions(chunk: readonly Group[], { firstWord }: ChunkLayout): ChunkPosition[] {
  const positions: ChunkPosition[] = [];
  for (const [group, { n, p, q0, columns, step }] of chunk.entries())
    for (let column = 0; column < columns; column++) {
      const place = firstWord[group] * mostColumns + column;
      positions.push({ n, p, q: q0 + column * step, number: positions.length, group, column, place });
    }
  return positions;
}

/**
 * The list of a k's nonzeros in a chunk. An entry's distance to the one before, counted in places from one before place 0 on, is 31
 * at most: entries without a position bridge more. Every position is in it where this machine does not skip the emap's zeros.
 */
export function listOf(
  { layer, emap }: Occupancy,
  positions: readonly ChunkPosition[],
  k: number,
  skip: boolean,
): Entry[] {
  const { K, P, Q } = layer;
  const entries: Entry[] = [];
  let last = -1;
  for (const position of positions) {
    const { n, p, q, place } = position;
    if (skip && emap[((n * K + k) * P + p) * Q + q] === 0) continue;
    for (; place - last > mostDistance; last += mostDistance) entries.push(undefined);
    entries.push(position);
    last = place;
  }
  return entries;
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
 * What a trace does for a k: every entry of the list in its windows; nothing where the mask wants no gradient. `bits` has those of
 * `slots` slots for each position, of which `wanted` are looked for.
 */
export function jobOf(
  list: readonly Entry[],
  bits: Uint8Array,
  slots: number,
  wanted: readonly number[],
): Job {
  let cycles = 0;
  let pairs = 0;
  const windows: number[] = [];
  if (wanted.length > 0)
    for (const position of list) {
      const found = position ? countBits(bits, position.number * slots, wanted) : 0;
      windows.push(found);
      pairs += found;
      cycles += Math.max(1, found);
    }
  return { cycles, pairs, looks: windows.length, windows };
}

/** Bits that are set among the wanted ones of a window. */
function countBits(bits: Uint8Array, window: number, wanted: readonly number[]): number {
  let count = 0;
  for (const slot of wanted) count += bits[window + slot];
  return count;
}
