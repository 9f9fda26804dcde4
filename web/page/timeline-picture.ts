import { idleCauses } from "../../src/events.ts";
import { type ArrayTimeline, type MacSpans, stateOf } from "../../src/hardware/timeline/array-timeline.ts";
import { type Fill, fills } from "../../src/report/figures/palette.ts";

/** Which part of a timeline is seen: cycles, and columns of the array. */
export interface View {
  readonly from: number;
  readonly to: number;
  /** absent: all that have room */
  readonly column?: number;
}

/** Columns that a picture has room for; others are looked at one by one. */
export const mostColumns = 32;

/** A row of the picture: a MAC, and the pixels that it has. */
export interface Row {
  readonly column: number;
  readonly mac: number;
  readonly top: number;
  readonly height: number;
}

/** The rows of a view in a picture, from its top on, and how high it is, in pixels: between columns, and between PEs of one, is a gap. */
export function rowsOf(
  { columns, pes, macs }: ArrayTimeline,
  { column }: View,
): { rows: Row[]; height: number } {
  const perColumn = pes * macs;
  const shown =
    column === undefined ? Array.from({ length: Math.min(columns, mostColumns) }, (_, one) => one) : [column];
  const [most, perGroup] = column === undefined ? [4, perColumn] : [18, macs];
  const height = Math.max(1, Math.min(most, Math.floor(highest / (shown.length * perColumn))));
  let top = 0;
  const rows = shown.flatMap((at) =>
    Array.from({ length: perColumn }, (_, mac): Row => {
      if (mac % perGroup === 0 && top > 0) top += gap;
      top += height;
      return { column: at, mac, top: top - height, height };
    }),
  );
  return { rows, height: top };
}

/** Pixels of a picture at about the most, and between its groups of rows. */
const highest = 448;
const gap = 3;

/** Colours of the page behind the picture, as the lines of patterns are. */
interface Ground {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Paints timelines pixel by pixel: at every zoom each pixel is what its MAC did most in the pixel's cycles. */
export class TimelinePainter {
  /** [code] colour, as four bytes */
  readonly #inks: Uint32Array;
  readonly #patterns: readonly Fill["pattern"][];
  readonly #ground: number;
  readonly #timeline: ArrayTimeline;
  readonly #perColumn: number;
  /** [code] cycles in the pixel at hand */
  readonly #weights: Float64Array;

  constructor(timeline: ArrayTimeline, { red, green, blue }: Ground) {
    this.#timeline = timeline;
    this.#perColumn = timeline.pes * timeline.macs;
    this.#ground = pixelOf(red, green, blue);
    const painted = fillsOf(timeline.pes);
    this.#patterns = painted.map(({ pattern }) => pattern);
    this.#inks = Uint32Array.from(painted, ({ colour }) => inkOf(colour));
    this.#weights = new Float64Array(painted.length);
  }

  /** Paints a view into a picture of `width` pixels, whose bytes are `pixels`. */
  paint(pixels: Uint32Array, width: number, rows: readonly Row[], { from, to }: View): void {
    const line = new Uint16Array(width);
    for (const row of rows) {
      this.#lineOf(
        this.#timeline.spans[row.column * this.#perColumn + row.mac],
        Math.floor(row.mac / this.#timeline.macs),
        line,
        from,
        to,
      );
      for (let y = row.top; y < row.top + row.height; y++) this.#paintLine(pixels, y, line);
    }
  }

  /** [pixel] what a MAC of `pe` did most in the pixel's cycles: a code, the last one for a pair of its own PE. */
  #lineOf({ ends, states }: MacSpans, pe: number, line: Uint16Array, from: number, to: number): void {
    const width = line.length;
    const perPixel = (to - from) / width;
    const own = this.#inks.length - 1;
    const codeAt = (i: number) => (states[i] === causesCount + pe ? own : states[i]);
    let span = spanAt(ends, from);
    for (let x = 0; x < width; ) {
      const start = from + x * perPixel;
      const end = start + perPixel;
      while (span < ends.length - 1 && ends[span] <= start) span++;
      if (ends[span] >= end) {
        // the span has this pixel, and as many more as it reaches
        const next = Math.min(width, Math.max(x + 1, Math.floor((ends[span] - from) / perPixel)));
        line.fill(codeAt(span), x, next);
        x = next;
        continue;
      }
      let at = start;
      let most = codeAt(span);
      for (let i = span; i < ends.length && at < end; i++) {
        const code = codeAt(i);
        const upTo = Math.min(end, ends[i]);
        this.#weights[code] += upTo - at;
        if (this.#weights[code] > this.#weights[most]) most = code;
        at = upTo;
        span = i;
      }
      this.#weights.fill(0);
      line[x++] = most;
    }
  }

  #paintLine(pixels: Uint32Array, y: number, line: Uint16Array): void {
    const offset = y * line.length;
    for (let x = 0; x < line.length; x++) {
      const code = line[x];
      pixels[offset + x] = isLine[this.#patterns[code]](x, y) ? this.#ground : this.#inks[code];
    }
  }
}

const causesCount = Object.keys(idleCauses).length;

/** A pair of a MAC's own PE, and one of another PE. */
export const ownFill: Fill = fills[0];
export const otherFill: Fill = { colour: fills[1].colour, pattern: "solid" };

/** The fill of each code of a column of so many PEs: causes as in all figures, then pairs of other PEs, and of the own. */
const fillsOf = (pes: number): readonly Fill[] => [
  ...fills.slice(2, 2 + causesCount),
  ...Array.from({ length: pes }, () => otherFill),
  ownFill,
];

/** Where the patterns of the palette have their lines, on the same tile of six pixels. */
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

/** What a MAC did in a cycle, and from when until when. */
export function momentOf(
  { spans, pes, macs }: ArrayTimeline,
  { column, mac }: Pick<Row, "column" | "mac">,
  cycle: number,
) {
  const { ends, states } = spans[column * pes * macs + mac];
  const i = spanAt(ends, cycle);
  return {
    state: stateOf(states[i]),
    from: i > 0 ? ends[i - 1] : 0,
    to: ends[i],
    pe: Math.floor(mac / macs),
  };
}
