import type { Random } from "../../random.ts";

/** What drawn layers are like: kinds of faults show in kinds of layers only. */
export interface DrawnKind {
  readonly name: string;
  readonly values: DrawnValues;
  /** of emap and fmap, where they are not drawn for each layer */
  readonly emapDensity?: number;
  readonly fmapDensity?: number;
  /** which layout its chunks have, where that is not drawn for each residency */
  readonly layout?: "all positions" | "few positions" | "3x3";
  /** episodes of each residency */
  readonly rounds?: number;
}

/** bf16 codes of a layer's values. */
interface DrawnValues {
  readonly fmap: (random: Random) => number;
  readonly emap: (random: Random) => number;
}

const bias = 127;
const fractions = 2 ** 7;
const infinite = 255;

/** Codes of either sign whose exponent fields are `spread` from `middle` at most, as far as there are such numbers; 0 is subnormal. */
const near = (middle: number, spread: number) => (random: Random) => {
  const field = Math.min(Math.max(middle - spread + random.below(2 * spread + 1), 0), infinite - 1);
  return (random.below(2) * (infinite + 1) + field) * fractions + random.below(fractions);
};

/** Codes of whole numbers from 1 on, whose sums are exact. */
const whole = (most: number) => (random: Random) => {
  const value = 1 + random.below(most);
  const power = Math.floor(Math.log2(value));
  return (bias + power) * fractions + (value / 2 ** power - 1) * fractions;
};

/** Now and then one that is infinite or not a number. */
const orSpecial = (others: (random: Random) => number) => (random: Random) =>
  random.below(200) === 0 ? infinite * fractions + random.below(2) : others(random);

const exact: DrawnValues = { fmap: whole(7), emap: whole(5) };
/** What a product loses in its sum is rounded away, or cancelled. */
const rounded: DrawnValues = { fmap: near(bias, 9), emap: near(bias, 9) };
/** Inputs, products and sums about the smallest normal number. */
const tiny: DrawnValues = { fmap: near(3, 3), emap: near(bias, 4) };
const tinyEmap: DrawnValues = { fmap: near(bias, 4), emap: near(3, 3) };
/** Products about the largest number. */
const huge: DrawnValues = { fmap: orSpecial(near(200, 5)), emap: orSpecial(near(bias + infinite - 207, 5)) };

/** Layer number n of a run is of kind n modulo their number. */
export const drawnKinds: readonly DrawnKind[] = [
  { name: "anything", values: exact },
  { name: "rounded sums", values: rounded },
  { name: "full words", values: rounded, emapDensity: 1, fmapDensity: 0.6, layout: "all positions" },
  { name: "subnormal fmap", values: tiny },
  { name: "3x3 at 3 %", values: rounded, emapDensity: 0.03, fmapDensity: 0.03, layout: "3x3" },
  { name: "more than 128 episodes", values: exact, layout: "few positions", rounds: 70 },
  { name: "subnormal emap", values: tinyEmap },
  { name: "infinite", values: huge },
];
