import { colours } from "./palette.ts";

const { blue, orange, green, vermilion, purple, sky, grey } = colours;

/** How one of several series of points or lines looks: colour, symbol and dashes each tell it apart. */
export interface Mark {
  readonly colour: string;
  readonly symbol: PointSymbol;
  /** an SVG dash array; empty for a full line */
  readonly dashes: string;
}

/** An outline around 0, about 8 pixels wide, in the form that Plot takes. */
interface PointSymbol {
  draw(path: Path): void;
}

/** What a canvas and d3 call a path. */
interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  closePath(): void;
}

type Point = readonly [x: number, y: number];

const outline = (...points: readonly Point[]): PointSymbol => ({
  draw(path) {
    for (const [i, [x, y]] of points.entries()) i === 0 ? path.moveTo(x, y) : path.lineTo(x, y);
    path.closePath();
  },
});

/** Strokes through 0, each given by one of its ends. */
const strokes = (...ends: readonly Point[]): PointSymbol => ({
  draw(path) {
    for (const [x, y] of ends) {
      path.moveTo(x, y);
      path.lineTo(-x, -y);
    }
  },
});

const circle: PointSymbol = {
  draw(path) {
    path.moveTo(4, 0);
    path.arc(0, 0, 4, 0, 2 * Math.PI);
  },
};
const square = outline([-3.5, -3.5], [3.5, -3.5], [3.5, 3.5], [-3.5, 3.5]);
const triangle = outline([0, -4.6], [4.2, 2.8], [-4.2, 2.8]);
const diamond = outline([0, -5], [4, 0], [0, 5], [-4, 0]);
const times = strokes([-3.3, -3.3], [-3.3, 3.3]);
const plus = strokes([-4.5, 0], [0, -4.5]);
const asterisk = strokes([0, -4.5], [-3.9, -2.2], [-3.9, 2.2]);

const marks: readonly Mark[] = [
  { colour: blue, symbol: circle, dashes: "" },
  { colour: vermilion, symbol: times, dashes: "5 3" },
  { colour: green, symbol: square, dashes: "2 2" },
  { colour: purple, symbol: triangle, dashes: "7 2 2 2" },
  { colour: orange, symbol: diamond, dashes: "9 3" },
  { colour: sky, symbol: plus, dashes: "4 2" },
  { colour: grey, symbol: asterisk, dashes: "1 2" },
  { colour: blue, symbol: square, dashes: "5 3" },
  { colour: vermilion, symbol: triangle, dashes: "2 2" },
  { colour: green, symbol: diamond, dashes: "7 2 2 2" },
  { colour: purple, symbol: plus, dashes: "9 3" },
  { colour: orange, symbol: triangle, dashes: "4 2" },
  { colour: sky, symbol: circle, dashes: "1 2" },
];

/** The mark of a figure's nth series; the first is for what the figure is about. After the last they begin again. */
export const markOf = (n: number): Mark => marks[n % marks.length];

/** A symbol as the `d` of an SVG path. */
export function symbolPath(symbol: PointSymbol): string {
  let d = "";
  symbol.draw({
    moveTo: (x, y) => {
      d += `M${x},${y}`;
    },
    lineTo: (x, y) => {
      d += `L${x},${y}`;
    },
    arc: (x, y, r) => {
      d += `A${r},${r},0,1,1,${x - r},${y}A${r},${r},0,1,1,${x + r},${y}`;
    },
    closePath: () => {
      d += "Z";
    },
  });
  return d;
}
