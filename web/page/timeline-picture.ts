import { idleCauses } from "../../src/events.ts";
import { type ArrayTimeline, stateOf } from "../../src/hardware/timeline/array-timeline.ts";
import { type Fill, fills } from "../../src/report/figures/palette.ts";

/** Which part of a timeline is seen: cycles, and columns of the array. */
export interface View {
  readonly from: number;
  readonly to: number;
  /** absent: all of them */
  readonly column?: number;
}

/** A row of the picture: MACs that follow one another in `spans`, one where there is room for each, and the pixels that they have. */
export interface Row {
  readonly first: number;
  readonly count: number;
  readonly top: number;
  readonly height: number;
}

/** Pixels of a picture at about the most. */
const highest = 448;

/**
 * The rows of a view in a picture, from its top on, and how high it is, in pixels: between columns, and between PEs of one, is a gap.
 * Where there are more MACs than pixels, those of a column share rows, and of very many columns whole ones.
 */
export function rowsOf(
  { columns, pes, macs }: ArrayTimeline,
  { column }: View,
): { rows: Row[]; height: number } {
  const perColumn = pes * macs;
  const [from, to] = column === undefined ? [0, columns] : [column, Math.min(columns, column + 1)];
  const shared = Math.ceil(((to - from) * perColumn) / highest);
  const group =
    column === undefined ? (shared > perColumn ? shared - (shared % perColumn) : perColumn) : macs;
  const gap = to - from <= 32 ? 3 : shared === 1 ? 1 : 0;
  const height = Math.max(
    1,
    Math.min(column === undefined ? 4 : 18, Math.floor(highest / ((to - from) * perColumn))),
  );
  const rows: Row[] = [];
  let top = 0;
  for (let start = from * perColumn; start < to * perColumn; start += group) {
    const end = Math.min(to * perColumn, start + group);
    if (top > 0) top += gap;
    for (let first = start; first < end; first += shared, top += height)
      rows.push({ first, count: Math.min(shared, end - first), top, height });
  }
  return { rows, height: top };
}

/** Colours of the page behind the picture, as the lines of patterns are. */
interface Ground {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Paints timelines pixel by pixel: at every zoom each pixel is what its MACs did most in the pixel's cycles. */
export class TimelinePainter {
  /** [use][y modulo tile][x modulo tile] pixels */
  readonly #tiles: Uint32Array;
  readonly #timeline: ArrayTimeline;
  /** [MAC][span] what it was, of the MACs that were painted */
  readonly #uses: Uint8Array[] = [];
  /** [pixel of a row][use] cycles */
  #weights = new Float64Array(0);

  constructor(timeline: ArrayTimeline, { red, green, blue }: Ground) {
    this.#timeline = timeline;
    const ground = pixelOf(red, green, blue);
    this.#tiles = Uint32Array.from({ length: usesCount * tile * tile }, (_, i) => {
      const { colour, pattern } = usesFills[Math.floor(i / (tile * tile))];
      return isLine[pattern](i % tile, Math.floor(i / tile) % tile) ? ground : inkOf(colour);
    });
  }

  /** Paints a view into a picture of `width` pixels, whose bytes are `pixels`. What is after the layer's end stays as it is. */
  paint(pixels: Uint32Array, width: number, rows: readonly Row[], view: View): void {
    const perPixel = (view.to - view.from) / width;
    const used = Math.max(0, Math.min(width, Math.ceil((this.#timeline.cycles - view.from) / perPixel)));
    const line = new Uint8Array(used);
    if (this.#weights.length < used * usesCount) this.#weights = new Float64Array(used * usesCount);
    for (const row of rows) {
      this.#lineOf(row, line, view.from, perPixel);
      for (let y = row.top; y < row.top + row.height; y++) this.#paintLine(pixels, y * width, y % tile, line);
    }
  }

  /** [pixel] what the MACs of a row did most in the pixel's cycles. */
  #lineOf({ first, count }: Row, line: Uint8Array, from: number, perPixel: number): void {
    const { spans } = this.#timeline;
    const weights = this.#weights;
    if (count === 1) {
      lineOfOne(line, weights, spans[first].ends, this.#usesOf(first), from, perPixel);
      return;
    }
    weights.fill(0, 0, line.length * usesCount);
    for (let at = first; at < first + count; at++)
      addPixels(weights, spans[at].ends, this.#usesOf(at), from, perPixel, line.length);
    for (let x = 0; x < line.length; x++) line[x] = mostIn(weights, x * usesCount);
  }

  /** Found once, since a frame looks at every span of the whole layer. */
  #usesOf(at: number): Uint8Array {
    const { spans, pes, macs } = this.#timeline;
    const pe = Math.floor((at % (pes * macs)) / macs);
    this.#uses[at] ??= Uint8Array.from(spans[at].states, (state) => useOf(state, pe));
    return this.#uses[at];
  }

  #paintLine(pixels: Uint32Array, offset: number, y: number, line: Uint8Array): void {
    for (let x = 0, inTile = 0; x < line.length; x++) {
      pixels[offset + x] = this.#tiles[(line[x] * tile + y) * tile + inTile];
      inTile = inTile === tile - 1 ? 0 : inTile + 1;
    }
  }
}

/** [pixel] what a MAC did most: where a span has pixels to itself nothing is weighed. */
function lineOfOne(
  line: Uint8Array,
  weights: Float64Array,
  ends: Uint32Array,
  uses: Uint8Array,
  from: number,
  perPixel: number,
): void {
  const last = ends.length - 1;
  let span = spanAt(ends, from);
  for (let x = 0; x < line.length; ) {
    const start = from + x * perPixel;
    while (span < last && ends[span] <= start) span++;
    if (span === last || ends[span] >= start + perPixel) {
      const whole = Math.min(line.length, Math.floor((ends[span] - from) / perPixel));
      const end = Math.max(x + 1, whole);
      line.fill(uses[span], x, end);
      x = end;
      continue;
    }
    for (let use = 0; use < usesCount; use++) weights[use] = 0;
    span = addPixel(weights, 0, ends, uses, span, start, start + perPixel);
    line[x++] = mostIn(weights, 0);
  }
}

/** Adds to the weights of all pixels what a MAC did in their cycles. */
function addPixels(
  weights: Float64Array,
  ends: Uint32Array,
  uses: Uint8Array,
  from: number,
  perPixel: number,
  pixels: number,
): void {
  let span = spanAt(ends, from);
  for (let x = 0; x < pixels; x++) {
    const start = from + x * perPixel;
    span = addPixel(weights, x * usesCount, ends, uses, span, start, start + perPixel);
  }
}

/** Adds to a pixel's weights, `at`, what a MAC did from cycle `start` to `end`; `span` has the first of them. Returns the span that has the last. */
function addPixel(
  weights: Float64Array,
  at: number,
  ends: Uint32Array,
  uses: Uint8Array,
  span: number,
  start: number,
  end: number,
): number {
  const last = ends.length - 1;
  let [i, done] = [span, start];
  for (; i < last && ends[i] < end; i++) {
    weights[at + uses[i]] += ends[i] - done;
    done = ends[i];
  }
  weights[at + uses[i]] += Math.max(0, Math.min(end, ends[i]) - done);
  return i;
}

/** The use that weighs the most of those from `at` on. */
function mostIn(weights: Float64Array, at: number): number {
  let most = 0;
  for (let use = 1; use < usesCount; use++) if (weights[at + use] > weights[at + most]) most = use;
  return most;
}

const causesCount = Object.keys(idleCauses).length;

/** A pair of a MAC's own PE, and one of another PE. */
export const ownFill: Fill = fills[0];
export const otherFill: Fill = { colour: fills[1].colour, pattern: "solid" };

/** What a MAC can be seen to do: causes as in all figures, then pairs of other PEs, and of its own. */
const usesFills: readonly Fill[] = [...fills.slice(2, 2 + causesCount), otherFill, ownFill];
const usesCount = usesFills.length;

const useOf = (state: number, pe: number): number =>
  state < causesCount ? state : state === causesCount + pe ? causesCount + 1 : causesCount;

/** Pixels of a pattern's tile, as the palette has it. */
const tile = 6;

/** Where the patterns of the palette have their lines on it. */
const isLine: Readonly<Record<Fill["pattern"], (x: number, y: number) => boolean>> = {
  solid: () => false,
  rising: (x, y) => (x + y) % 6 === 0,
  falling: (x, y) => (x - y + 6000) % 6 === 0,
  vertical: (x) => x % 6 === 3,
  horizontal: (_, y) => y % 6 === 3,
  cross: (x, y) => (x + y) % 6 === 0 || (x - y + 6000) % 6 === 0,
  dashes: (x, y) => y % 3 === 1 && x % 6 < 3,
};

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const pixelOf = (red: number, green: number, blue: number): number =>
  (littleEndian
    ? (255 << 24) | (blue << 16) | (green << 8) | red
    : (red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;

const inkOf = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return pixelOf(red, green, blue);
};

/** The span that has a cycle. */
function spanAt(ends: Uint32Array, cycle: number): number {
  let [least, most] = [0, ends.length - 1];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (ends[middle] > cycle) most = middle;
    else least = middle + 1;
  }
  return least;
}

/** What the first MAC of a row did in a cycle, from when until when, and where it is; undefined after the layer's end. */
export function momentOf({ spans, pes, macs }: ArrayTimeline, { first }: Row, cycle: number) {
  const { ends, states } = spans[first];
  const i = spanAt(ends, cycle);
  if (i >= ends.length || cycle >= ends[i]) return undefined;
  return {
    state: stateOf(states[i]),
    from: i > 0 ? ends[i - 1] : 0,
    to: ends[i],
    column: Math.floor(first / (pes * macs)),
    pe: Math.floor((first % (pes * macs)) / macs),
    mac: first % macs,
  };
}
