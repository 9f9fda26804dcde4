import type { Random } from "../random.ts";
import { type Point, strokesOf } from "./digit-strokes.ts";

/** Pictures with the digits they show. */
export interface Pictures {
  /** [N][1][SIDE][SIDE], PAPER to INK, noise added. */
  readonly pixels: Float32Array;
  /** [N], 0 to 9. */
  readonly digits: Uint8Array;
}

/** Width and height of a picture. */
export const SIDE = 20;
export const DIGITS = 10;
// chosen so that pixels have mean 0 and variance 1
const PAPER = -0.46;
const INK = 2.65;
const NOISE = 0.15;

/** Draws `count` pictures of handwritten-looking digits: place, size, turn, slant, pen and noise at random. */
export function drawPictures(count: number, random: Random): Pictures {
  const pixels = new Float32Array(count * SIDE * SIDE);
  const digits = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    digits[n] = random.below(DIGITS);
    drawDigit(digits[n], random, pixels.subarray(n * SIDE * SIDE, (n + 1) * SIDE * SIDE));
  }
  return { pixels, digits };
}

/** The pictures at the given places, in that order. */
export function choosePictures({ pixels, digits }: Pictures, places: readonly number[]): Pictures {
  const area = SIDE * SIDE;
  const chosen = new Float32Array(places.length * area);
  for (const [n, place] of places.entries())
    chosen.set(pixels.subarray(place * area, (place + 1) * area), n * area);
  return { pixels: chosen, digits: Uint8Array.from(places, (place) => digits[place]) };
}

function drawDigit(digit: number, random: Random, picture: Float32Array): void {
  const place = randomPlacement(random);
  const strokes = strokesOf(digit).map((stroke) => stroke.map(place));
  const penRadius = random.between(0.6, 1.3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const ink = Math.min(1, Math.max(0, penRadius + 0.5 - distance([x, y], strokes)));
      picture[y * SIDE + x] = PAPER + (INK - PAPER) * ink + NOISE * random.normal();
    }
}

/** From the digit's unit square to pixels: sized, slanted, turned and moved. */
function randomPlacement(random: Random): (point: Point) => Point {
  const height = random.between(10, 16);
  const width = height * random.between(0.55, 0.85);
  const slant = random.between(-0.25, 0.25);
  const halfTurn = random.between(-0.12, 0.12); // tangent of half the angle: turns by up to 14 degrees
  const cosine = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn);
  const sine = (2 * halfTurn) / (1 + halfTurn * halfTurn);
  const centreX = SIDE / 2 - 0.5 + random.between(-2, 2);
  const centreY = SIDE / 2 - 0.5 + random.between(-2, 2);
  return ([unitX, unitY]) => {
    const y = (unitY - 0.5) * height;
    const x = (unitX - 0.5) * width - slant * y;
    return [centreX + cosine * x - sine * y, centreY + sine * x + cosine * y];
  };
}

/** From a pixel to the nearest point of any stroke. */
function distance([x, y]: Point, strokes: readonly (readonly Point[])[]): number {
  let nearest = Infinity;
  for (const stroke of strokes)
    for (let i = 1; i < stroke.length; i++) {
      const [ax, ay] = stroke[i - 1];
      const dx = stroke[i][0] - ax;
      const dy = stroke[i][1] - ay;
      const length = dx * dx + dy * dy;
      const along = length > 0 ? ((x - ax) * dx + (y - ay) * dy) / length : 0;
      const t = Math.min(1, Math.max(0, along));
      const offX = x - ax - t * dx;
      const offY = y - ay - t * dy;
      nearest = Math.min(nearest, offX * offX + offY * offY);
    }
  return Math.sqrt(nearest);
}
