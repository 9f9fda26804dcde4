import { formatBytes } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import type { PortBytes } from "./array-ports.ts";
import { type MemoryParameters, sparseBytes } from "./memory-limits.ts";

/** Groups of PEs, each with one k at a time. */
export interface GroupsOfPes {
  readonly count: number;
  /** in one of them */
  readonly pes: number;
}

/** What all PEs work through. */
export interface RowWork {
  /** products, and streamed values that meet nothing */
  readonly peCycles: number;
  /** nonzeros that stream by a waiting row, once for each row that they meet */
  readonly streamedValues: number;
  /** segments of row pairs neither of whose rows is empty: each takes a kernel row of sums out of memory and back */
  readonly segmentPairs: number;
}

/** Positions of a row that a PE holds at a time. */
export const segmentPositions = 32;

/** Bytes that a group's memory gives to its PEs in a cycle, and takes: two values for each of them. */
export const groupWordBytes = (groupPes: number, valueBytes: number): number => groupPes * 2 * valueBytes;

/**
 * Channels whose sums (R x S each) a group's memory holds beside segments of rows: two of the emap, one of them arriving,
 * and of the fmap as many as the kernel has rows, and one that arrives.
 */
export function channelsHeld({ R, S }: Layer, valueBytes: number, groupBufferBytes: number): number {
  return Math.floor((groupBufferBytes - (R + 3) * segmentBytes(valueBytes)) / (R * S * 4));
}

/** Bytes of a segment of a row: its values, and a bit each. */
export const segmentBytes = (valueBytes: number): number =>
  segmentPositions * valueBytes + segmentPositions / 8;

/** A way to bring rows to the PEs. */
export interface RowOrder {
  readonly words: string;
  readonly ports: PortBytes;
  /** into the groups' memories, every receiver counted */
  readonly writtenBytes: number;
  /** a kernel row of sums leaves the PE's registers, and the next comes, with every row pair */
  readonly swaps: boolean;
}

export type RowParameters = MemoryParameters & { readonly rows: string; readonly groupBufferBytes: number };

/**
 * The ways to bring the rows of both maps to the PEs:
 * - From the port each time: the emap's rows go to all PEs of a group at once, so they come once for each of its sets of
 *   (c, r), ceil(C R / group) times; the fmap's rows once for each k, passing from one PE of the group to the next for the
 *   kernel's rows, K times, and as often more as a group is smaller than R.
 * - Local, sums held: a group holds the sums of m channels of its k, so that an emap row that has come meets m channels: the
 *   emap comes ceil(C / m) times. Groups with other k's work on the same channels, and an fmap row is broadcast to all of
 *   them: it comes ceil(K / groups) times. Where there are more groups than k's, several share a k, and each has channels of
 *   its own, so that the emap comes less often. The kernel row of sums changes with every row pair,
 *   for which it crosses the memory's port both ways.
 * - Local, emap held: a group holds all emap rows of its k, and sums stay in registers; the emap comes once, the fmap as
 *   above. Rows that do not fit come in parts, and sums leave the array, and come again, for each part.
 * Where a memory holds neither, rows come from the port each time.
 */
export function rowOrders(occupancy: Occupancy, groups: GroupsOfPes, p: RowParameters): RowOrder[] {
  const { layer } = occupancy;
  const channels = layer.C / layer.groups;
  const ks = layer.K / layer.groups;
  const { fmap, emap } = sparseBytes(occupancy, p);
  const bytes = formatBytes[p.format];
  const broadcast = fmap * Math.ceil(ks / groups.count);
  const orders: RowOrder[] = [];
  const held = channelsHeld(layer, bytes, p.groupBufferBytes);
  if (p.rows === "local" && held >= 1) {
    const ofOneK = Math.max(1, Math.floor(groups.count / ks));
    orders.push({
      words: `sums of ${held} channels held`,
      ports: { fmap: broadcast, emap: emap * Math.ceil(channels / (held * ofOneK)), weights: 0, sums: 0 },
      writtenBytes: fmap * ks + emap * Math.ceil(channels / held),
      swaps: true,
    });
  }
  const room = p.groupBufferBytes - (layer.R + 1) * segmentBytes(bytes);
  if (p.rows === "local" && room >= segmentBytes(bytes)) {
    const parts = Math.ceil(emap / layer.K / room);
    orders.push({
      words: "emap rows held",
      ports: { fmap: broadcast, emap, weights: 0, sums: (parts - 1) * gradientSize(layer) * 4 },
      writtenBytes: fmap * ks + emap,
      swaps: false,
    });
  }
  if (orders.length > 0) return orders;
  const ports = {
    fmap: fmap * ks * Math.ceil(layer.R / groups.pes),
    emap: emap * Math.ceil((channels * layer.R) / groups.pes),
    weights: 0,
    sums: 0,
  };
  const writtenBytes = p.rows === "local" ? ports.fmap + ports.emap : 0;
  return [{ words: "rows from the port", ports, writtenBytes, swaps: false }];
}
