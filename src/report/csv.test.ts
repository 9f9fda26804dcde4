import { describe, expect, it } from "vitest";
import { csv } from "./csv.ts";

describe("can a cell of a CSV do more than be read?", () => {
  const cell = (text: string) => csv([[text]]).replace(/\r\n$/, "");

  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["+1+1", "'+1+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    [" =1+1", "' =1+1"],
    ["\u00a0=1+1", "'\u00a0=1+1"],
    ["＝1+1", "'＝1+1"],
    ["＠SUM(A1)", "'＠SUM(A1)"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])("no formula: %s", (text, written) => expect(cell(text)).toBe(written));

  it.each([
    ["\t=1+1", "\\u0009=1+1"],
    ["\r=1+1", "\\u000d=1+1"],
    ["a\n=1+1", "a\\u000a=1+1"],
    ["\u001b[2J", "\\u001b[2J"],
    ["\u202egnp.a", "\\u202egnp.a"],
    ["\u200b=1+1", "\\u200b=1+1"],
  ])("nothing that a terminal obeys or a reader cannot see: %j", (text, written) =>
    expect(cell(text)).toBe(written),
  );

  it("a semicolon begins no cell of its own, where a spreadsheet cuts at it", () => {
    expect(cell("a;=1+1")).toBe('"a;=1+1"');
  });

  it("numbers stay numbers, names stay names", () => {
    expect(csv([["conv1", "layer3.0.conv", -1.5, 1e21]])).toBe("conv1,layer3.0.conv,-1.5,1e+21\r\n");
  });
});
