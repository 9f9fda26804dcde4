import { type ChunkVectors, matches } from "./chunk-vectors.ts";

/** Compute units that are sent the same chunks, and how many of these each has room for, the one at work included. */
export interface JoinCluster {
  readonly units: number;
  readonly sentAhead: number;
  /** cycles that a chunk of so many nonzeros takes on its way into the units' buffers */
  readonly sendCycles: (ones: number) => number;
}

/** What a cluster does with its held vectors while others are sent to it. */
export interface JoinWork {
  /** until the slowest unit is done */
  readonly cycles: number;
  /** cycles in which units look for pairs, together, and the pairs */
  readonly unitCycles: number;
  readonly pairs: number;
  /** chunks held against each other */
  readonly joins: number;
  /** units that hold a vector */
  readonly units: number;
}

/**
 * Cycles that a join takes at least: a bank gives half a bitmap a cycle, its own is two and the sent one, which a unit's two
 * vectors share, is one for each.
 */
const leastCycles = 3;

/** Whether the gradient of a held and a sent vector is worked out. */
export type Wanted = (held: number, sent: number) => boolean;

/**
 * Vectors of a set over the units, densest with sparsest, two a unit at most: SparTen's greedy balancing. Units without a
 * vector are left out. At most twice as many vectors as units.
 */
export function pairedVectors(
  vectors: ChunkVectors,
  set: readonly number[],
  units: number,
): readonly (readonly number[])[] {
  const load = (vector: number) => {
    let ones = 0;
    for (let chunk = 0; chunk < vectors.chunks; chunk++)
      ones += vectors.ones[vector * vectors.chunks + chunk];
    return ones;
  };
  const loads = new Map(set.map((vector) => [vector, load(vector)]));
  const sorted = set.toSorted((a, b) => loads.get(b)! - loads.get(a)! || a - b);
  const alone = Math.max(0, 2 * units - sorted.length);
  return Array.from({ length: Math.min(units, sorted.length) }, (_, i) => {
    const partner = 2 * units - 1 - i;
    return i < alone ? [sorted[i]] : [sorted[i], sorted[partner]];
  });
}

/**
 * All sent vectors' chunks, one after another, on a cluster. A chunk without nonzeros is not sent. A unit joins a sent chunk with that of each
 * of its vectors: as many cycles as there are pairs, but three at least, and none where its own chunk is empty or
 * the gradient is not wanted. A chunk is sent when the one before is, and every unit is done with the one whose place it
 * takes; it is joined when it is there. The first one is there when the cluster begins.
 */
export function joinWork(
  held: ChunkVectors,
  ofUnits: readonly (readonly number[])[],
  sent: ChunkVectors,
  { sentAhead, sendCycles }: JoinCluster,
  wanted: Wanted,
): JoinWork {
  const done = new Float64Array(ofUnits.length);
  // when the slowest unit was done with each of the last chunks, a ring
  const places = new Float64Array(sentAhead);
  let [count, unitCycles, pairs, joins, arrived] = [0, 0, 0, 0, 0];
  const joined = (own: readonly number[], vector: number, chunk: number) => {
    let cycles = 0;
    for (const ownVector of own) {
      if (held.ones[ownVector * held.chunks + chunk] === 0 || !wanted(ownVector, vector)) continue;
      const found = matches(held, ownVector, sent, vector, chunk);
      pairs += found;
      joins++;
      cycles += Math.max(leastCycles, found);
    }
    return cycles;
  };
  for (let vector = 0; vector < sent.count; vector++)
    for (let chunk = 0; chunk < sent.chunks; chunk++) {
      const ones = sent.ones[vector * sent.chunks + chunk];
      if (ones === 0) continue;
      const place = count % sentAhead;
      if (count++ > 0) arrived = Math.max(arrived, places[place]) + sendCycles(ones);
      let slowest = 0;
      for (let unit = 0; unit < ofUnits.length; unit++) {
        const cycles = joined(ofUnits[unit], vector, chunk);
        unitCycles += cycles;
        done[unit] = Math.max(done[unit], arrived) + cycles;
        slowest = Math.max(slowest, done[unit]);
      }
      places[place] = slowest;
    }
  return { cycles: Math.max(0, ...done), unitCycles, pairs, joins, units: ofUnits.length };
}
