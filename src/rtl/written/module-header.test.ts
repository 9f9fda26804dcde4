import { describe, expect, it } from "vitest";
import { blockFiles, designText } from "../design-text.ts";
import { modulePorts } from "./module-header.ts";

const header = `// Something.
module some #(
    parameter int ROWS = 8,
    parameter int BITS = 16,
    localparam int WORD = BITS == 32 ? 128 : 64,
    localparam int PLACE = $clog2(WORD / BITS),
    localparam int NUMBER = ROWS > 1 ? $clog2(ROWS) : 1
) (
    input  logic                       clock,

    // ---- lists

    // a word
    // of a list
    input  logic [ROWS-1:0][WORD-1:0]  word,
    // its place
    output logic [2*PLACE+1-1:0]       place,
    // of a row
    output logic [NUMBER-1:0]          number
);
endmodule
`;

describe("are the ports of a module what its header says?", () => {
  it("direction, width by its parameters, heading and comment", () => {
    expect(modulePorts(header, {})).toEqual([
      { name: "clock", direction: "in", dimensions: [], width: 1, group: "", about: "" },
      {
        name: "word",
        direction: "in",
        dimensions: ["ROWS-1", "WORD-1"],
        width: 8 * 64,
        group: "lists",
        about: "a word of a list",
      },
      {
        name: "place",
        direction: "out",
        dimensions: ["2*PLACE+1-1"],
        width: 5,
        group: "lists",
        about: "its place",
      },
      {
        name: "number",
        direction: "out",
        dimensions: ["NUMBER-1"],
        width: 3,
        group: "lists",
        about: "of a row",
      },
    ]);
  });

  it("other parameters give other widths", () => {
    const widths = (given: Record<string, number>) => modulePorts(header, given).map(({ width }) => width);
    expect(widths({ ROWS: 3 })).toEqual([1, 3 * 64, 5, 2]);
    expect(widths({ BITS: 32 })).toEqual([1, 8 * 128, 5, 3]);
    expect(widths({ BITS: 8 })).toEqual([1, 8 * 64, 7, 3]);
  });

  it("a line that is not understood is an error, not a port that is missing", () => {
    const unknown = (line: string) => () =>
      modulePorts(header.replace("    // its place\n", `${line}\n`), {});
    expect(unknown("    inout wire x,")).toThrow("not understood in a module's header: inout wire x,");
    expect(unknown("    input logic [DEPTH-1:0] x,")).toThrow("not understood in a module's header: DEPTH-1");
  });
});

describe("does SWG's SystemVerilog say of each port what it is?", () => {
  it.each(blockFiles)("%s", (file) => {
    const text = designText(file);
    const lines = text
      .slice(text.search(/^module /m))
      .split("\n);")[0]
      .split("\n");
    const silent = lines.filter(
      (line, i) =>
        /^ *(input|output)\b/.test(line) &&
        !/\b(clock|reset),$/.test(line) &&
        !/^ *\/\/ [^-]/.test(lines[i - 1]),
    );
    expect(silent).toEqual([]);
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});
