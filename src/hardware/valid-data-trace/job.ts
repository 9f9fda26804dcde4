import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import type { ChunkLayout, Group } from "../dataflow/geometry.ts";
import type { Pass } from "../dataflow/mapping.ts";
import { mostColumns, mostDistance, type SwgParameters } from "../parameters.ts";

/**
 * The valid-data trace: finds the positions and taps at which emap and fmap are both nonzero.
 *
 * It walks the list of a k's emap nonzeros in its chunk. For each it looks at a window of fmap bits, in which it has a slot for each of
 * its channels and taps, and ANDs the mask. Each bit that is left is a pair, one a cycle; a window without any takes a cycle too.
 */

/** An entry of a list: a position, or none where the next nonzero is too far for one distance. */
export interface Entry {
  /** place of the position in its chunk: group and column of the group */
  readonly at: { readonly group: number; readonly column: number } | undefined;
}

/** One k in one trace. */
export interface Job {
  /** cycles of a MAC: its pairs, and its looks without any */
  readonly cycles: number;
  readonly pairs: number;
  /** windows looked at */
  readonly looks: number;
  /** gradients of the trace that the mask wants */
  readonly sums: number;
  /** [look] pairs of its window */
  readonly windows: readonly number[];
}

/** Which map's zeros the machine skips. */
export const skips = ({ vdt }: SwgParameters): { fmap: boolean; emap: boolean } => ({
  fmap: vdt === "fmap" || vdt === "both",
  emap: vdt === "emap" || vdt === "both",
});

/**
 * The list of a k's nonzeros in a chunk, in the order of groups and columns. An entry's distance to the one before, counted in places
 * (row word of the group's first lane x 8 + column) from one before place 0 on, is 31 at most: entries without a position bridge more.
 * Every position is in it where this machine does not skip the emap's zeros.
 */
export function listOf(
  { layer, emap }: Occupancy,
  chunk: readonly Group[],
  { firstWord }: ChunkLayout,
  k: number,
  skip: boolean,
): Entry[] {
  const { K, P, Q } = layer;
  const entries: Entry[] = [];
  let last = -1;
  for (const [group, { n, p, q0, columns, step }] of chunk.entries())
    for (let column = 0; column < columns; column++) {
      if (skip && emap[((n * K + k) * P + p) * Q + q0 + column * step] === 0) continue;
      const place = firstWord[group] * mostColumns + column;
      for (; place - last > mostDistance; last += mostDistance) entries.push({ at: undefined });
      entries.push({ at: { group, column } });
      last = place;
    }
  return entries;
}

/** What a trace of these channels does for k: every entry of the list in its windows; nothing where the mask wants no gradient. */
export function jobOf(
  occupancy: Occupancy,
  chunk: readonly Group[],
  list: readonly Entry[],
  k: number,
  channels: readonly number[],
  pass: Pass,
  p: SwgParameters,
): Job {
  const wanted = wantedSlots(occupancy, k, channels, pass, p.gradientSkip);
  const looked = wanted.length > 0 ? list : [];
  const windows = looked.map(({ at }) =>
    at ? windowPairs(occupancy, chunk[at.group], at.column, wanted, skips(p).fmap).length : 0,
  );
  const total = (of: (found: number) => number) => windows.reduce((sum, found) => sum + of(found), 0);
  return {
    cycles: total((found) => Math.max(1, found)),
    pairs: total((found) => found),
    looks: windows.length,
    sums: wanted.length,
    windows,
  };
}

/** Channel and tap of a slot. */
export interface Slot {
  readonly c: number;
  readonly r: number;
  readonly s: number;
}

/** The slots of a trace whose gradients the mask wants, in the order of the window's bits; all where none are left out. */
export function wantedSlots(
  { layer, mask }: Pick<Occupancy, "layer" | "mask">,
  k: number,
  channels: readonly number[],
  { r0, r1, s0, s1 }: Pass,
  gradientSkip: boolean,
): Slot[] {
  const { C, R, S, groups } = layer;
  const slots: Slot[] = [];
  for (let r = r0; r < r1; r++)
    for (let s = s0; s < s1; s++)
      for (const c of channels) {
        const element = ((k * (C / groups) + (c % (C / groups))) * R + r) * S + s;
        if (!gradientSkip || mask?.[element] !== 0) slots.push({ c, r, s });
      }
  return slots;
}

/** The slots whose fmap value is not zero for a position: its pairs. All, where the fmap's zeros are not skipped. */
export function windowPairs(
  { layer, fmap }: Pick<Occupancy, "layer" | "fmap">,
  group: Group,
  column: number,
  slots: readonly Slot[],
  skip: boolean,
): readonly Slot[] {
  if (!skip) return slots;
  return slots.filter((slot) => {
    const at = pixelOf(layer, group, column, slot);
    return at !== undefined && fmap[at] !== 0;
  });
}

/** The fmap element that a slot needs for a position; undefined outside the picture. */
export function pixelOf(
  { C, H, W, stride, padding, dilation }: Layer,
  { n, p, q0, step }: Group,
  column: number,
  { c, r, s }: Slot,
): number | undefined {
  const y = p * stride[0] - padding[0] + r * dilation[0];
  const x = (q0 + column * step) * stride[1] - padding[1] + s * dilation[1];
  return y >= 0 && y < H && x >= 0 && x < W ? ((n * C + c) * H + y) * W + x : undefined;
}
