/** A sum that leaves in a lane: the channel slice that has it, and its trace vector. */
export interface DrainLane {
  readonly slice: number;
  readonly vector: number;
}

/**
 * The sums of a k that leave in each cycle, at most `lanes`, one of a slice; `wanted[slice]` are its vectors, in order.
 * With as many cycles left as the rest takes, a slice with as many sums as cycles must be served; then lower slices first.
 * Lanes are in the order of slices.
 */
export function drainBeats(wanted: readonly (readonly number[])[], lanes: number): DrainLane[][] {
  const sent = wanted.map(() => 0);
  const left = () => wanted.map((own, slice) => own.length - sent[slice]);
  const beats: DrainLane[][] = [];
  for (let now = left(); now.some((n) => n > 0); now = left()) {
    const total = now.reduce((sum, n) => sum + n, 0);
    const cycles = Math.max(Math.ceil(total / lanes), ...now);
    const must = [...now.keys()].filter((slice) => now[slice] === cycles);
    const may = [...now.keys()].filter((slice) => now[slice] > 0 && now[slice] < cycles);
    const served = [...must, ...may].slice(0, lanes).sort((a, b) => a - b);
    beats.push(served.map((slice) => ({ slice, vector: wanted[slice][sent[slice]++] })));
  }
  return beats;
}
