/** A tile's load: what each of its halves takes of a PE. */
export type Halves = readonly [number, number];

/**
 * Steps of `rows` tiles, their halves paired anew: the loads of the heaviest pairs, each shared by `columns` PEs, added up.
 */
export function pairedSteps(tiles: readonly Halves[], rows: number, columns = 1): number {
  let total = 0;
  for (let first = 0; first < tiles.length; first += rows) {
    const halves = tiles
      .slice(first, first + rows)
      .flat()
      .sort((a, b) => a - b);
    // rows without a tile of their own take halves too
    while (halves.length < 2 * rows) halves.unshift(0);
    let heaviest = 0;
    for (let i = 0; i < rows; i++) heaviest = Math.max(heaviest, halves[i] + halves[2 * rows - 1 - i]);
    total += Math.ceil(heaviest / columns);
  }
  return total;
}
