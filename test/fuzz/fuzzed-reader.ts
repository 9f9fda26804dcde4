import type { Random } from "../../src/random.ts";

/** A reader of something from outside, and inputs for it that are nearly right. */
export interface FuzzedReader {
  /** What its inputs are, in a few words. */
  readonly about: string;
  /** An input, drawn from `random` alone. */
  make(random: Random): Uint8Array;
  /** Reads an input, and uses what it accepts as the program would. Throws `InputError` for what it refuses. */
  read(bytes: Uint8Array): void | Promise<void>;
}

/** One of several, each as likely. */
export const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)];

/** From one to `most` changes in a row, small numbers more likely. */
export function changed<T>(random: Random, value: T, most: number, change: (value: T) => T): T {
  let result = value;
  for (let left = 1 + Math.floor(most * random.uniform() ** 3); left > 0; left--) result = change(result);
  return result;
}
