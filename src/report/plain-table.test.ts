import { describe, expect, it } from "vitest";
import { plainTable } from "./plain-table.ts";

describe("How is a table laid out?", () => {
  it("columns are as wide as their widest cell, text at the left and numbers at the right", () => {
    const rows = [
      ["conv1", "1", "12"],
      ["a.long.name", "10", "3"],
    ];
    const lines = plainTable({ head: [["layer", "N", "MACs"]], rows, foot: [["all", "", "15"]], left: [0] });
    expect(lines.split("\n")).toEqual([
      "layer         N  MACs",
      "─────────────────────",
      "conv1         1    12",
      "a.long.name  10     3",
      "─────────────────────",
      "all                15",
      "",
    ]);
  });

  it("what spans several columns is in their middle, and makes them wider where it has to be", () => {
    const over = { content: "the whole machine", colSpan: 2 };
    const lines = plainTable({
      head: [
        ["", over],
        ["layer", "a", "b"],
      ],
      rows: [["x", "1", "2"]],
      left: [0],
    });
    expect(lines.split("\n").slice(0, 4)).toEqual([
      "       the whole machine",
      "layer         a        b",
      "────────────────────────",
      "x             1        2",
    ]);
  });

  it("cells of a column with a width are wrapped between words", () => {
    const lines = plainTable({
      head: [["what", "n"]],
      rows: [["one two three", "7"]],
      left: [0],
      widths: [8],
    });
    expect(lines.split("\n").slice(2)).toEqual(["one two   7", "three", ""]);
  });

  it("characters that take two places, or none, are counted so", () => {
    const rows = [
      ["畳み込み", "1"],
      ["e\u0301", "2"],
    ];
    const lines = plainTable({ head: [["name", "n"]], rows, left: [0] });
    expect(lines.split("\n").slice(2, 4)).toEqual(["畳み込み  1", "e\u0301         2"]);
  });

  it("20,000 rows take less than a second of CPU", () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [`layer${i}`, `${i}`, "1 x 1", "40"]);
    const begin = process.cpuUsage();
    plainTable({ head: [["layer", "N", "kernel", "MACs"]], rows, left: [0] });
    expect(process.cpuUsage(begin).user).toBeLessThan(1e6);
  });
});
