import { describe, expect, it } from "vitest";
import { libertyProblem } from "./liberty-syntax.ts";

const library = (cell: string) => `library(made_up) {\n  cell(INV) {\n    ${cell}\n  }\n}\n`;

describe("what is wrong with a Liberty file, before Yosys reads it?", () => {
  it.each([
    [
      "tables, comments, texts over several lines",
      'values("1, 2e-3", \\\n "-.5 4"); /* area : x */ // area : x',
    ],
    ["an attribute without a semicolon", "area : 1.5"],
    ["a number in quotes", 'area : "1.5"; capacitance : 0.001;'],
    ["a text with what would be an attribute", 'comment : "area : none; http://x {";'],
    ["a word where a number is not needed", "process_corner : fast; area_factor : none;"],
  ])("nothing: %s", (_, cell) => expect(libertyProblem(library(cell))).toBeUndefined());

  it.each([
    ["area : none;", 'line 3: area must be a number, is "none"'],
    ["area : NaN;", 'line 3: area must be a number, is "NaN"'],
    ["area : 1e999;", 'line 3: area must be a number, is "1e999"'],
    ["area : 0x10;", 'line 3: area must be a number, is "0x10"'],
    ["area : ;", 'line 3: area must be a number, is ""'],
    ["area : -1;", "line 3: area must not be below 0, is -1"],
    ["x : 1;\n pin(A) { max_capacitance : lots; }", 'line 4: max_capacitance must be a number, is "lots"'],
    ['timing() { cell_rise(t) { values("1, two"); } }', 'line 3: values must be numbers, has "two"'],
    ["g() {".repeat(40), "line 3: groups must nest at most 32 deep"],
    ["g() {".repeat(100_000), "line 3: groups must nest at most 32 deep"],
    ["(".repeat(100_000), "line 3: parentheses must nest at most 64 deep"],
    [`function : "${"(".repeat(50_000)}A";`, "line 3: parentheses must nest at most 64 deep"],
    [`function : "${"!".repeat(5000)}A";`, "line 3: function must have at most 4096 characters, has 5001"],
    ['function : "A', 'line 3: " must be closed'],
    ["/* no end", "line 3: /* must be closed"],
    ["}}}", "line 3: a group is closed that was not opened"],
    ["x) : 1;", "line 3: a parenthesis is closed that was not opened"],
    ["g() {", "ends within a group; is the file cut?"],
  ])("%.40s", (cell, problem) => expect(libertyProblem(library(cell))).toBe(problem));

  it("in time that grows with the file, whatever is repeated", () => {
    const texts = [
      "a",
      " ",
      "a ",
      "\n",
      '"',
      ";",
      "a : b ",
      "values(",
      "/",
      "//\n",
      "\\",
      "area : 1;\n",
      "1,",
    ];
    const before = process.cpuUsage();
    for (const text of texts) libertyProblem(`library(x) { values("${text.repeat(100_000)}`);
    for (const text of texts) libertyProblem(`library(x) { ${text.repeat(100_000)}`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
