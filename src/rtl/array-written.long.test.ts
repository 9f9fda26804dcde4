import { beforeAll, describe, expect, it } from "vitest";
import { madeUpLayer } from "../../test/made-up-layer.ts";
import { runWrittenBench } from "../../test/written-bench.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { withValues } from "../parameter.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { ArrayBench } from "./benches/array-bench.ts";
import { Circuit } from "./circuit.ts";
import { columnParameters } from "./design-parameters.ts";
import { nativeTool } from "./native-tools.ts";
import { moduleSource } from "./toggles/block-source.ts";
import { benchText } from "./written/bench-text.ts";
import { modulePorts } from "./written/module-header.ts";
import { readmeText } from "./written/readme-text.ts";
import { VectorRecord } from "./written/vectors.ts";

const columns = 2;
const machineOf = (teamColumns: number): SwgParameters =>
  withValues("swg", swgParameters, { columns, teamColumns, rows: 2 });

const parameters = { COLUMNS: columns, ...columnParameters(machineOf(0)) };
const { top, files } = moduleSource("column_array", parameters);
const ports = modulePorts(files[`${top}.sv`], parameters).filter(({ name }) => name !== "clock");
const outputs = ports.filter(({ direction }) => direction === "out").map(({ name }) => name);

const shared = ["processing_element", "column", "team_drain"];
let circuit: Circuit;
beforeAll(async () => {
  circuit = await Circuit.compile({ files, top, parameters, shared });
});

const small = { C: 4, H: 8, W: 8, K: 6 };

/** What the circuit gets, and answers after reset, in each cycle of a layer in which it does what the cycle model's array does. */
function recorded(layer: LayerTrace, teamColumns: number): VectorRecord {
  const record = new VectorRecord(ports);
  const cycle = () => {
    circuit.settle();
    for (const { name, direction } of ports) if (direction === "in") record.set(name, circuit.get(name));
    const answers = circuit.number("reset") === 1 ? [] : outputs;
    record.cycle(answers.map((port) => ({ port, value: circuit.get(port) })));
    circuit.tick();
  };
  const watched = Object.assign(Object.create(circuit) as Circuit, {
    tick: cycle,
    step: (cycles: number) => Array.from({ length: cycles }, cycle),
  });
  const p = machineOf(teamColumns);
  const flat = flattenPointwise(layer);
  new ArrayBench(watched, flat, fastMapping(occupancy(flat), p), p).run();
  return record;
}

const layers = [
  { what: "plain", layer: madeUpLayer(small) },
  { what: "masked", layer: madeUpLayer({ N: 4, H: 4, W: 4, C: 12, K: 6, mask: 0.3 }) },
  // columns without a list, which get no chunks
  { what: "of a single k", layer: madeUpLayer({ ...small, K: 1, C: 8 }) },
];

describe("do an array's assertions hold, and its outputs in four-valued logic, where it does what the cycle model does?", () => {
  for (const { what, layer } of layers)
    it.for([1, 2])(`layer ${what}, teams of %i`, (teamColumns, { skip }) => {
      skip(nativeTool("iverilog") === undefined, "iverilog is not installed");
      const record = recorded(layer, teamColumns);
      const written = new Map([
        ...Object.entries(files),
        ["files.f", `${Object.keys(files).join("\n")}\n`],
        [`bench/${top}_bench.sv`, benchText(top, parameters, record)],
        ["bench/vectors.hex", record.text()],
        ["README.md", readmeText({ top, files, ports, parameters, names: [what], cycles: record.cycles })],
      ]);
      expect(runWrittenBench(written, "iverilog").said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
    });
});
