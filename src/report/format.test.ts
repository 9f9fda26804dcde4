import { describe, expect, it } from "vitest";
import { counted, jsonText, percent, printable, shortened } from "./format.ts";

describe("does a rounded number say what is not so?", () => {
  it.each([
    [0, "0.0 %"],
    [1e-9, "<0.1 %"],
    [0.00049, "<0.1 %"],
    [0.0005, "0.1 %"],
    [0.1234, "12.3 %"],
    [0.9994, "99.9 %"],
    [0.99951, ">99.9 %"],
    [1 - 1e-12, ">99.9 %"],
    [1, "100.0 %"],
  ])("%f is %s: none and all are only what is none and all", (share, words) => {
    expect(percent(share)).toBe(words);
  });

  it("one thing, and several", () => {
    expect([0, 1, 2, 1234].map((n) => counted(n, "layer"))).toEqual([
      "0 layers",
      "1 layer",
      "2 layers",
      "1,234 layers",
    ]);
  });
});

/** A character of each kind that a name must not bring along. */
const hostile = {
  "a control character": ["\u001b", "\\u001b"],
  "one of the second set": ["\u009b", "\\u009b"],
  "a line end": ["\n", "\\u000a"],
  "a line separator": ["\u2028", "\\u2028"],
  "a paragraph separator": ["\u2029", "\\u2029"],
  "a turn to the left": ["\u202e", "\\u202e"],
  "an isolate": ["\u2066", "\\u2066"],
  "a mark of direction": ["\u200f", "\\u200f"],
  "a space of no width": ["\u200b", "\\u200b"],
  "a joiner": ["\u200d", "\\u200d"],
  "a soft hyphen": ["\u00ad", "\\u00ad"],
  "a byte-order mark": ["\ufeff", "\\ufeff"],
  "a filler": ["\u3164", "\\u3164"],
  "a tag": ["\u{e0041}", "\\udb40\\udc41"],
  "half a pair": ["\ud800", "\\ud800"],
} as const;

describe("can a name do anything but be read?", () => {
  it.each(Object.entries(hostile))("%s is escaped", (_, [character, written]) => {
    expect(printable(`a${character}b`)).toBe(`a${written}b`);
    expect(shortened(`a${character}b`, 20)).toBe(`a${written}b`);
  });

  it("other alphabets, accents and pictures stay", () => {
    for (const name of ["conv1", "名前", "слой", "e\u0301", "שכבה", "🙂"]) expect(printable(name)).toBe(name);
  });

  it.each(Object.entries(hostile))("in JSON %s is the same data, escaped", (_, [character]) => {
    const value = { name: `a${character}b`, [character]: [1, "\\u001b"] };
    const text = jsonText(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text.replaceAll("\n", "")).toBe(printable(text.replaceAll("\n", "")));
  });
});
