/** A part of a whole, and a rectangle for it in a square of 100 x 100. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A rectangle for each size, which fill one of `width` x `height` together, as near to squares as rows of them allow (Bruls, Huizing and
 * van Wijk, 2000). Sizes are positive, the largest first.
 */
export function treemap(sizes: readonly number[], width: number, height: number): Place[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const areas = sizes.map((size) => (size / whole) * width * height);
  const places: Place[] = [];
  let [x, y, w, h] = [0, 0, width, height];
  while (places.length < areas.length) {
    const short = Math.min(w, h);
    const row = bestRow(areas.slice(places.length), short);
    const thickness = row.reduce((sum, area) => sum + area, 0) / short;
    let along = 0;
    for (const area of row) {
      const length = area / thickness;
      places.push(
        w >= h
          ? { x, y: y + along, width: thickness, height: length }
          : { x: x + along, y, width: length, height: thickness },
      );
      along += length;
    }
    if (w >= h) [x, w] = [x + thickness, w - thickness];
    else [y, h] = [y + thickness, h - thickness];
  }
  return places;
}

/** The first areas that make the most even row along a side: as long as one more makes none of them longer than it was. */
function bestRow(areas: readonly number[], side: number): readonly number[] {
  for (let count = 1; count < areas.length; count++)
    if (longest(areas.slice(0, count + 1), side) > longest(areas.slice(0, count), side))
      return areas.slice(0, count);
  return areas;
}

/** How long the longest rectangle of a row is beside its width. */
function longest(row: readonly number[], side: number): number {
  const sum = row.reduce((total, area) => total + area, 0);
  return Math.max(
    ...row.map((area) => Math.max((side * side * area) / sum ** 2, sum ** 2 / (side * side * area))),
  );
}
