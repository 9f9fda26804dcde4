import { beforeAll, describe, expect, it } from "vitest";
import { columnFaults, timingFaults, withSwitches } from "../../test/column-faults.ts";
import { switchedTo } from "../../test/switched-faults.ts";
import { checkColumn } from "./check-column.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

/** Each PE of a ring of three has two different neighbours. */
const rows = 3;
const faults = [...columnFaults, ...timingFaults];

/** A column in which each fault can be switched on: a circuit for all of them, as one takes a minute or more to compile. */
let circuit: Circuit;
beforeAll(async () => {
  const parameters = { ROWS: rows };
  const { top, files } = moduleSource("column", parameters);
  const texts = Object.fromEntries(withSwitches(new Map(Object.entries(files)), faults));
  circuit = await Circuit.compile({ files: texts, top, parameters, shared: ["processing_element"] });
});

describe("does a column of PEs do what the cycle model's does, in every cycle and to every sum?", () => {
  it("40 drawn layers", () => {
    expect(checkColumn(switchedTo(circuit), rows, 1, 40)).toBeGreaterThan(600 * 40);
  });

  it.each(faults.map(({ kind }, number) => ({ kind, number })))("a fault is seen: $kind", ({ number }) => {
    expect(() => checkColumn(switchedTo(circuit, number), rows, 0, 100)).toThrow(/must/);
  });
});
