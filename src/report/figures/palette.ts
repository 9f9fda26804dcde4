/**
 * Okabe and Ito's colours, which people with any kind of colour vision tell apart (https://jfly.uni-koeln.de/color/),
 * without their black and yellow, which vanish on a dark or a white page.
 */
export const colours = {
  blue: "#0072b2",
  orange: "#e69f00",
  green: "#009e73",
  vermilion: "#d55e00",
  purple: "#cc79a7",
  sky: "#56b4e9",
  grey: "#8c8c8c",
} as const;

const { blue, orange, green, vermilion, purple, sky, grey } = colours;

/** How an area is filled: a colour and, for those who cannot tell colours apart or print in grey, a pattern. */
export interface Fill {
  readonly colour: string;
  readonly pattern: "solid" | keyof typeof patternLines;
}

/** White lines on a tile of 6 x 6 pixels, which meet those of the next tile. */
const patternLines = {
  rising: "M-1,1L1,-1M0,6L6,0M5,7L7,5",
  falling: "M-1,5L1,7M0,0L6,6M5,-1L7,1",
  vertical: "M3,0V6",
  horizontal: "M0,3H6",
  cross: "M0,0L6,6M0,6L6,0",
  dashes: "M0,1.5H3M3,4.5H6",
} as const;

/** Fifteen fills: neighbours differ in lightness, and two of one colour in their pattern. */
export const fills: readonly Fill[] = [
  { colour: blue, pattern: "solid" },
  { colour: sky, pattern: "rising" },
  { colour: orange, pattern: "solid" },
  { colour: sky, pattern: "vertical" },
  { colour: vermilion, pattern: "falling" },
  { colour: grey, pattern: "dashes" },
  { colour: green, pattern: "horizontal" },
  { colour: purple, pattern: "solid" },
  { colour: purple, pattern: "vertical" },
  { colour: green, pattern: "solid" },
  { colour: vermilion, pattern: "cross" },
  { colour: grey, pattern: "rising" },
  { colour: orange, pattern: "falling" },
  { colour: blue, pattern: "dashes" },
  { colour: sky, pattern: "cross" },
];

/** Bars that nothing has to be told apart from. */
export const plainFill: Fill = { colour: sky, pattern: "solid" };

/** What fills an area in the figure `name`, whose definitions hold `tileOf` the same fill. */
export const paint = (name: string, fill: Fill): string =>
  fill.pattern === "solid" ? fill.colour : `url(#${tileId(name, fill)})`;

const tileId = (name: string, { colour, pattern }: Fill) => `${name}-${pattern}-${colour.slice(1)}`;

/** The SVG pattern of a fill that is not solid. What is white in it has the class `ground`. */
export function tileOf(name: string, fill: Fill): string {
  if (fill.pattern === "solid") return "";
  return (
    `<pattern id="${tileId(name, fill)}" width="6" height="6" patternUnits="userSpaceOnUse">` +
    `<rect width="6" height="6" fill="${fill.colour}"/>` +
    `<path d="${patternLines[fill.pattern]}" stroke="white" stroke-width="1.4" class="ground-line"/></pattern>`
  );
}
