import { describe, expect, it } from "vitest";
import { type ColumnFault, columnFaults, withFault } from "../../test/column-faults.ts";
import { drawnKinds } from "./benches/drawn-kinds.ts";
import { checkColumn } from "./check-column.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

/** A column, with a fault in it or without. */
async function columnOf(rows: number, fault?: ColumnFault): Promise<Circuit> {
  const parameters = { ROWS: rows };
  const { top, files } = moduleSource("column", parameters);
  const texts = fault ? Object.fromEntries(withFault(new Map(Object.entries(files)), fault)) : files;
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

/**
 * Of the kinds of faults that once got through one in each part of a PE, as each is compiled anew. All of them meet the same layers
 * and expectations in `written/written-faults.long.test.ts`.
 */
const kinds = /helper|forgotten|128 chunks|subnormal operand/;

/** In a ring of two, both neighbours are the same PE. */
const rowsOfFaults = 2;

describe("does a column of PEs do what the cycle model's does, in every cycle and to every sum?", () => {
  it.each([
    [rowsOfFaults, 100],
    [3, 300],
  ])("of %i PEs, %i drawn layers", async (rows, layers) => {
    expect(checkColumn(await columnOf(rows), rows, 1, layers)).toBeGreaterThan(600 * layers);
  });

  it.each(faults)("a fault is seen: %s", async (kind, right, wrong) => {
    const faulty = await columnOf(rowsOfFaults, { kind, right, wrong });
    expect(() => checkColumn(faulty, rowsOfFaults, 1, 100)).toThrow(/must/);
  });

  it.each(columnFaults.filter(({ kind }) => kinds.test(kind)))(
    "a fault of a kind that once got through is seen: $kind",
    async (fault) => {
      // each PE of a ring of three has two different neighbours
      const faulty = await columnOf(3, fault);
      expect(() => checkColumn(faulty, 3, 0, drawnKinds.length)).toThrow(/must/);
    },
  );
});
