import { describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { parseCondition, type Value } from "./condition.ts";

const values: Readonly<Record<string, Value>> = {
  columns: 8,
  rows: 4,
  vdt: "both",
  intraColumn: true,
  "dense.macs": 256,
  "density.fmap": 0.5,
};
const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
const parse = (text: string) => parseCondition(text, lookup, Object.keys(values));

describe("when does a condition hold?", () => {
  it.each([
    ["columns * rows == 32", true],
    ["columns - rows * 2 > 0", false],
    ["columns % 3 == 2 && rows / 8 == 0.5", true],
    ["columns < 8 || rows <= 4", true],
    ["!(columns >= 8)", false],
    ["-columns == 0 - 8", true],
    ["vdt == \"both\" && vdt != 'none'", true],
    ["intraColumn && !false", true],
    ["intraColumn != true", false],
    ["dense.macs == columns * 32", true],
    ["density.fmap < 0.6", true],
    ["min(columns, rows, 9) == 4 && max(1, rows) == 4 && abs(rows - 8) == 4 && log2(columns) == 3", true],
  ])("%s: %s", (text, holds) => {
    expect(parse(text).every((part) => part.holds(lookup))).toBe(holds);
  });

  it("in parts, each with its names", () => {
    expect(
      parse("columns > 1 && (rows > 1 || vdt == 'x') && columns < rows").map(({ names }) => names),
    ).toEqual([["columns"], ["rows", "vdt"], ["columns", "rows"]]);
  });
});

describe("what is no condition?", () => {
  it.each([
    ["column > 1", 'unknown name in --where "column"; known: columns, rows'],
    ["constructor == 1", 'unknown name in --where "constructor"'],
    ["columns.constructor == 1", 'unknown name in --where "columns.constructor"'],
    ["columns", "--where must be true or false, columns is a number"],
    ["columns + 1", "is a number"],
    ["vdt == 1", "--where cannot have a text == a number"],
    ["vdt < 'c'", "--where cannot have a text < a text"],
    ["columns && rows", "--where must be true or false, columns && rows is a number"],
    ["!columns > 1", "--where cannot have ! of a number"],
    ["+columns > 1", "--where cannot have + of a number"],
    ["columns ** 2 > 1", "--where cannot have the operator **"],
    ["columns = 8", 'Unexpected "=" at character 8'],
    ["columns > 1; rows", "--where cannot have a Compound"],
    ["", "--where cannot have a Compound"],
    ["[columns] == 1", "--where cannot have a ArrayExpression"],
    ["columns > 1 ? true : false", "--where cannot have a ConditionalExpression"],
    ["this == 1", "--where cannot have a ThisExpression"],
    ["null == 1", "--where cannot have null"],
    ["dense['macs'] == 1", "--where cannot have a MemberExpression here"],
    ["a.b.c == 1", "--where cannot have a MemberExpression here"],
    ["eval('1') == 1", 'unknown function in --where "eval"; known: min, max, abs, log2'],
    ["toString() == 1", 'unknown function in --where "toString"'],
    ["log2(columns, rows) > 1", "--where: log2 must be of one number"],
    ["min() > 1", "--where: min must be of numbers"],
    ["min(vdt) > 1", "--where: min must be of numbers"],
    [`columns > 1${" ".repeat(1000)}`, "--where must have at most 1000 characters, has 1011"],
    ["(".repeat(1000), "--where: Unclosed ( at character 1000"],
  ])("%s", (text, message) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(message);
  });
});
