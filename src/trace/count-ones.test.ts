import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { countOnes } from "./occupancy.ts";

describe("how many flags are set?", () => {
  const random = seededRandom(1);
  const flags = Uint8Array.from({ length: 5000 }, () => (random.uniform() < 0.7 ? 1 : 0));
  const oneByOne = (some: Uint8Array) => some.reduce((sum, flag) => sum + flag, 0);

  it.each([0, 1, 2, 3, 7])("from byte %i on, of any number of them", (from) => {
    for (const length of [0, 1, 63, 64, 65, 66, 67, 68, 1021, 1024, 4 * 255 + 3, 4990]) {
      const some = flags.subarray(from, from + length);
      expect(countOnes(some)).toBe(oneByOne(some));
    }
  });

  it("all of a million", () => {
    expect(countOnes(new Uint8Array(1_000_003).fill(1))).toBe(1_000_003);
  });
});
