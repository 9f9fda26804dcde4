/** x to the right, y down; a digit fills 0..1 in y and about 0.1..0.9 in x. */
export type Point = readonly [x: number, y: number];

/** Corners of each digit's strokes, one list a stroke, as a pen would draw them. */
const CORNERS: readonly (readonly (readonly Point[])[])[] = [
  [
    [
      [0.5, 0],
      [0.12, 0.05],
      [0.1, 0.95],
      [0.5, 1],
      [0.9, 0.95],
      [0.88, 0.05],
      [0.5, 0],
    ],
  ],
  [
    [
      [0.25, 0.25],
      [0.55, 0],
      [0.55, 1],
    ],
  ],
  [
    [
      [0.12, 0.3],
      [0.15, -0.08],
      [0.9, -0.05],
      [0.9, 0.45],
      [0.1, 1],
      [0.1, 1],
      [0.9, 1],
    ],
  ],
  [
    [
      [0.15, 0.1],
      [0.5, -0.1],
      [0.95, 0.1],
      [0.85, 0.5],
      [0.4, 0.47],
      [0.4, 0.47],
      [0.9, 0.5],
      [0.95, 0.95],
      [0.5, 1.1],
      [0.1, 0.88],
    ],
  ],
  [
    [
      [0.6, 0],
      [0.6, 0],
      [0.1, 0.65],
      [0.1, 0.65],
      [0.9, 0.65],
    ],
    [
      [0.65, 0.35],
      [0.65, 1],
    ],
  ],
  [
    [
      [0.85, 0],
      [0.2, 0],
      [0.2, 0],
      [0.17, 0.42],
      [0.17, 0.42],
      [0.55, 0.3],
      [0.95, 0.5],
      [0.9, 1],
      [0.45, 1.08],
      [0.1, 0.88],
    ],
  ],
  [
    [
      [0.75, 0],
      [0.3, 0.15],
      [0.05, 0.7],
      [0.25, 1.05],
      [0.85, 1.05],
      [0.9, 0.5],
      [0.4, 0.4],
      [0.13, 0.7],
    ],
  ],
  [
    [
      [0.1, 0],
      [0.9, 0],
      [0.9, 0],
      [0.4, 1],
    ],
  ],
  [
    [
      [0.5, 0.45],
      [0.1, 0.4],
      [0.15, -0.05],
      [0.85, -0.05],
      [0.9, 0.4],
      [0.1, 0.55],
      [0.05, 1.05],
      [0.95, 1.05],
      [0.9, 0.55],
      [0.5, 0.45],
    ],
  ],
  [
    [
      [0.87, 0.3],
      [0.6, 0.6],
      [0.1, 0.5],
      [0.15, -0.05],
      [0.75, -0.05],
      [0.95, 0.3],
      [0.75, 0.85],
      [0.4, 1],
    ],
  ],
];

/** The strokes of a digit, 0 to 9: polylines, their corners rounded except where a corner is given twice. */
export const strokesOf = (digit: number): readonly (readonly Point[])[] =>
  CORNERS[digit].map((stroke) => rounded(rounded(stroke)));

/** Chaikin's corner cutting: each segment keeps its middle half; the ends stay. */
function rounded(points: readonly Point[]): Point[] {
  const cut: Point[] = [points[0]];
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1];
    const [bx, by] = points[i];
    cut.push([0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by], [0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by]);
  }
  cut.push(points[points.length - 1]);
  return cut;
}
