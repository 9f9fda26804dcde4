import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { choosePictures, DIGITS, drawPictures, SIDE } from "./pictures.ts";

describe("are the pictures fit to learn from?", () => {
  const pictures = drawPictures(1000, seededRandom(1));
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("draws every digit, each about equally often", () => {
    for (let digit = 0; digit < DIGITS; digit++)
      expect(Math.abs(pictures.digits.filter((drawn) => drawn === digit).length - 100)).toBeLessThan(40);
  });

  it("pixels have mean 0 and variance 1", () => {
    expect(Math.abs(mean(pictures.pixels))).toBeLessThan(0.05);
    expect(Math.abs(mean(pictures.pixels.map((pixel) => pixel * pixel)) - 1)).toBeLessThan(0.05);
  });

  it("the same seed draws the same pictures, no two of them alike", () => {
    const again = drawPictures(1000, seededRandom(1));
    expect(Buffer.from(again.pixels.buffer).equals(Buffer.from(pictures.pixels.buffer))).toBe(true);
    const corners = Array.from(pictures.digits, (_, n) => pictures.pixels[n * SIDE * SIDE]);
    expect(new Set(corners).size).toBe(1000);
  });

  it("chosen pictures keep their digits", () => {
    const { pixels, digits } = choosePictures(pictures, [7, 2]);
    expect([...digits]).toEqual([pictures.digits[7], pictures.digits[2]]);
    const area = SIDE * SIDE;
    expect(pixels.subarray(area)).toEqual(pictures.pixels.subarray(2 * area, 3 * area));
  });
});
