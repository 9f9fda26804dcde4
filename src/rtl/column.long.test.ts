import { describe, expect, it } from "vitest";
import { checkColumn } from "./check-column.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

/** A column, with `right` replaced by `wrong` in the one file that has it. */
async function columnOf(rows: number, replaced?: readonly [string, string]): Promise<Circuit> {
  const parameters = { ROWS: rows };
  const { top, files } = moduleSource("column", parameters);
  const texts: Record<string, string> = Object.assign({}, files);
  if (replaced) {
    const having = Object.keys(texts).filter((file) => texts[file].includes(replaced[0]));
    expect(having, replaced[0]).toHaveLength(1);
    texts[having[0]] = texts[having[0]].replace(...replaced);
  }
  return await Circuit.compile({ files: texts, top, parameters, shared: ["processing_element"] });
}

/** What is wrong, text of the design, and what is put in its place. */
const faults: readonly (readonly [string, string, string])[] = [
  ["windows are looked at while no MAC serves the trace", "&& (idle || run)", ""],
  ["the next list is not read ahead", "!next_full && readable", "!next_full && !active && readable"],
  ["sums begin in a set that has not left", "sets_used != sets", "1'b1"],
  ["two neighbours get what one PE offers", "{!left_refuses, 3'b0}", "4'b1000"],
  // seen by sums alone
  ["values are read one word beside theirs", "value_address[4:0]}", "~value_address[0], value_address[4:1]}"],
];

/** In a ring of two, both neighbours are the same PE. */
const rowsOfFaults = 2;

describe("does a column of PEs do what the cycle model's does, in every cycle and to every sum?", () => {
  it.each([
    [rowsOfFaults, 100],
    [3, 300],
  ])("of %i PEs, %i drawn layers", async (rows, layers) => {
    expect(checkColumn(await columnOf(rows), rows, 1, layers)).toBeGreaterThan(600 * layers);
  });

  it.each(faults)("a fault is seen: %s", async (_what, ...fault) => {
    const faulty = await columnOf(rowsOfFaults, fault);
    expect(() => checkColumn(faulty, rowsOfFaults, 1, 100)).toThrow(/must/);
  });
});
