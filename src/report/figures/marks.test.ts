import { describe, expect, it } from "vitest";
import { accelerators } from "../../accelerators/index.ts";
import { markOf, symbolPath } from "./marks.ts";

describe("can machines be told apart in a figure of all of them?", () => {
  it("each has a symbol of a colour that no other has", () => {
    const looks = Object.keys(accelerators).map((_, i) => {
      const { colour, symbol } = markOf(i);
      return `${colour} ${symbolPath(symbol)}`;
    });
    expect(new Set(looks).size).toBe(looks.length);
  });
});
