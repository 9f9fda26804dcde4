import { describe, expect, it } from "vitest";
import { textLines } from "./text-lines.ts";

describe("does a text stay within a line?", () => {
  it("a long one is cut between words; what follows is indented, and nothing is lost", () => {
    const names = Array.from({ length: 40 }, (_, i) => `encoder.layer${i}`).join(", ");
    const lines = textLines([`left out: 40\n  with weights: ${names}`, "note: one"], "  ").split("\n");
    expect(lines[0]).toBe("left out: 40");
    expect(lines.slice(1, -2).every((line) => /^ {2}\S/.test(line))).toBe(true);
    expect(lines.slice(-2)).toEqual(["note: one", ""]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(79);
    expect(lines.slice(1, -2).join("").replaceAll("  ", " ").trim()).toBe(`with weights: ${names}`);
  });

  it("a word is never cut, and a short text stays as it is", () => {
    const word = "x".repeat(300);
    expect(textLines([`a ${word} b`, " a  b"])).toBe(`a\n${word}\nb\n a  b\n`);
  });
});
