import { beforeAll, describe, expect, it } from "vitest";
import { columnFaults, timingFaults, withSwitches } from "../../test/column-faults.ts";
import { switchedTo } from "../../test/switched-faults.ts";
import { threeTraces } from "../../test/written-bench.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { checkColumn } from "./check-column.ts";
import { Circuit } from "./circuit.ts";
import { columnSource } from "./written/generate.ts";

/** Each PE of a ring of three has two different neighbours. */
const rows = 3;
const faults = [...columnFaults, ...timingFaults];
const faultsBetweenPes = ["wrong helper of the last PE", "two neighbours get what one PE offers"];

/**
 * PEs as large as the default machine's, and larger ones, in whose columns faults are looked for. A PE of two traces has a MAC for each and
 * offers nothing to its neighbours: what is wrong between them is not to be seen there.
 */
const machines = [
  { sizes: { traces: 2, chunks: 2, drainLanes: 2 }, between: false },
  { sizes: threeTraces, between: true },
];

describe.each(machines)("does a column of $sizes do what the model's does?", ({ sizes, between }) => {
  const p = withValues("swg", swgParameters, { rows, ...sizes });

  /** A column in which each fault can be switched on: a circuit for all of them, as one takes a minute or more to compile. */
  let circuit: Circuit;
  beforeAll(async () => {
    const { top, files, parameters = {} } = columnSource(p);
    const texts = Object.fromEntries(withSwitches(new Map(Object.entries(files)), faults));
    circuit = await Circuit.compile({ files: texts, top, parameters, shared: ["processing_element"] });
  });

  it("40 drawn layers", () => {
    expect(checkColumn(switchedTo(circuit), p, 1, 40)).toBeGreaterThan(600 * 40);
  });

  const seen = faults
    .map(({ kind }, number) => ({ kind, number }))
    .filter(({ kind }) => between || !faultsBetweenPes.includes(kind));
  it.each(seen)("a fault is seen: $kind", ({ number }) => {
    expect(() => checkColumn(switchedTo(circuit, number), p, 0, 100)).toThrow(/must/);
  });
});

/** Other machines that the SystemVerilog has. */
const others = [
  { traces: 2, chunks: 3, chunkWords: 24, listWords: 32, sums: 64, listPorts: 1, rows: 2 },
  { traces: 1, chunks: 4, chunkWords: 64, listWords: 16, sums: 32, listPorts: 1, rows: 2 },
  { traces: 3, chunks: 1, chunkWords: 8, listWords: 256, listPorts: 3 },
];

describe("and with other numbers of traces and chunks, and memories of other sizes?", () => {
  it.each(others)("%o", async (sizes) => {
    const machine = withValues("swg", swgParameters, { rows, ...sizes });
    const { top, files, parameters = {} } = columnSource(machine);
    const other = await Circuit.compile({ files, top, parameters, shared: ["processing_element"] });
    expect(checkColumn(other, machine, 1, 40)).toBeGreaterThan(600 * 40);
  });
});
