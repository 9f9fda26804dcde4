import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const [, ...entries] = readFileSync(join(root, "DEVIATIONS.md"), "utf8").split(/^\*\*D(?=\d+\. )/m);

/** What DEVIATIONS.md says in an entry: its number, and the files and folders behind "Code". */
const assumptions = entries.map((text) => ({
  number: Number.parseInt(text, 10),
  gone: /^\d+\. Gone\./.test(text),
  code: Array.from(
    (text.split("*Code:*")[1] ?? "").split("\n\n")[0].matchAll(/`([\w./-]+[/.][\w./-]*)`/g),
    ([, path]) => path,
  ),
}));

/** A path of an entry stands in the project, or in `src/`. */
const placeOf = (path: string) =>
  [join(root, "src", path), join(root, path)].find((place) => existsSync(place));

const textIn = (place: string): string =>
  statSync(place).isFile()
    ? readFileSync(place, "utf8")
    : readdirSync(place)
        .map((name) => textIn(join(place, name)))
        .join("\n");

describe("do assumptions and code know of each other?", () => {
  it("numbers follow one another, so none is used twice", () => {
    expect(assumptions.map(({ number }) => number)).toEqual(assumptions.map((_, i) => i + 1));
    expect(assumptions.length).toBeGreaterThan(80);
  });

  it.each(assumptions.filter(({ gone, code }) => !gone && code.length > 0))(
    "D$number: its code names it",
    ({ number, code }) => {
      expect(code.filter((path) => placeOf(path) === undefined)).toEqual([]);
      const named = code.some((path) => new RegExp(`\\bD${number}\\b`).test(textIn(placeOf(path)!)));
      expect(named, `one of ${code.join(", ")} says "assumed, D${number}"`).toBe(true);
    },
  );

  it("only what is about no code, or gone, names none", () => {
    const without = assumptions.filter(({ gone, code }) => !gone && code.length === 0);
    expect(without.map(({ number }) => number)).toEqual([1]);
  });
});
