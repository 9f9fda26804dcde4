import { basename } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { arrayFaults, requestFaults, withSwitches } from "../../test/column-faults.ts";
import { madeUpLayer } from "../../test/made-up-layer.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { switchedTo } from "../../test/switched-faults.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { arithmetic } from "../hardware/processing-element/arithmetic.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { withValues } from "../parameter.ts";
import { openTrace } from "../trace/file.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { weightGradient } from "../training/weight-gradient.ts";
import { ArrayBench } from "./benches/array-bench.ts";
import { Circuit } from "./circuit.ts";
import { columnParameters } from "./design-parameters.ts";
import { moduleSource } from "./toggles/block-source.ts";

const columns = 4;
const faults = [...arrayFaults, ...requestFaults];

/** Four columns of eight PEs, of two or of three traces. */
const machineOf = (traces: number, teamColumns = 0): SwgParameters =>
  withValues("swg", swgParameters, { columns, teamColumns, traces, chunks: traces });

async function arrayOf(traces: number): Promise<Circuit> {
  const parameters = { COLUMNS: columns, ...columnParameters(machineOf(traces)) };
  const { top, files } = moduleSource("column_array", parameters);
  const texts = Object.fromEntries(withSwitches(new Map(Object.entries(files)), faults));
  const shared = ["processing_element", "column", "team_drain"];
  return Circuit.compile({ files: texts, top, parameters, shared });
}

const usualTraces: number = swgParameters.traces.value;
let circuit: Circuit;
beforeAll(async () => {
  circuit = await arrayOf(usualTraces);
});

/** What a circuit makes of a layer, in teams of so many columns or as the mapper chooses; `residentKs`: so many k's of a team at a time, not as it chooses. */
function throughArray(
  given: LayerTrace,
  teamColumns = 0,
  array: Circuit = circuit,
  traces = usualTraces,
  residentKs?: number,
) {
  const p = machineOf(traces, teamColumns);
  const layer = flattenPointwise(given);
  const chosen = fastMapping(occupancy(layer), p);
  const mapping: Mapping = Object.assign({}, chosen, { residentKs: residentKs ?? chosen.residentKs });
  const result = new ArrayBench(array, layer, mapping, p).run();
  return { layer, mapping, result };
}

/** The circuit with links for teams of 2^levels columns, whatever it is told. */
function linkedFor(levels: number): Circuit {
  switchedTo(circuit);
  const set = (name: string, value: number | bigint | boolean) =>
    circuit.set(name, name === "levels" ? levels : value);
  return Object.assign(Object.create(circuit) as Circuit, { set });
}

/** Bits of each gradient are compared as it leaves; here: all of them have left, from where they belong, and nothing was multiplied twice. */
function expectAll({ layer, result }: ReturnType<typeof throughArray>): void {
  const { pairs, jobCycles, left, gradient, record } = result;
  const { busy, validDataTrace } = record.run.breakdown;
  expect(pairs).toBe(busy);
  expect(jobCycles).toBe(busy + validDataTrace);
  expect(result.lastGradient).toBeLessThanOrEqual(record.run.cycles);
  const wanted = layer.mask ? layer.mask.reduce((sum, keep) => sum + Number(keep !== 0), 0) : gradient.length;
  expect(left).toBe(wanted);
  const exact = weightGradient(layer);
  const most = exact.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  // inputs, and what leaves, have 8 bits each
  for (const [i, code] of gradient.entries())
    if (Math.abs(asNumber(code) - exact[i]) > most * 2 ** -6)
      throw new Error(`gradient ${i}: ${asNumber(code)}, must be ${exact[i]}`);
}

const asNumber = (code: number): number => arithmetic.bf16.multiply(code, one);
const one = 0x3f80;

/** Lists that fill their memories; a team that never has any k. */
const unevenLayers = () => [madeUpLayer({ C: 4, density: 0.9 }), madeUpLayer({ N: 8, C: 16, K: 1 })];

/** Of two teams of two columns one has a k in the last episodes, and the other has no list any more. */
const unevenEnd = (array: Circuit, traces = usualTraces) =>
  throughArray(madeUpLayer({ N: 4, K: 3 }), 2, array, traces, 1);

describe("do columns and their teams do what the cycle model's array does, in every cycle and to every bit of every gradient?", () => {
  it.each([2, 3])("in teams of 1, 2 and 4, with PEs of %i traces", async (traces) => {
    const array = switchedTo(traces === usualTraces ? circuit : await arrayOf(traces));
    const layers = [
      madeUpLayer({}),
      madeUpLayer({ C: 3, K: 24, mask: 0.05 }),
      madeUpLayer({ N: 9, H: 2, W: 2, C: 24, mask: 0.5 }),
    ];
    layers.push(...unevenLayers());
    expectAll(unevenEnd(array, traces));
    for (const teamColumns of [1, 2, 4])
      for (const layer of layers) {
        const through = throughArray(layer, teamColumns, array, traces);
        expect(through.mapping.teamColumns).toBe(teamColumns);
        expectAll(through);
      }
  });

  it.each(faults.map(({ kind }, number) => ({ kind, number })))("a fault is seen: $kind", ({ number }) => {
    const faulty = switchedTo(circuit, number);
    // a mask of 5 % leaves sums of which none is wanted
    const layers = [
      madeUpLayer({ C: 3, K: 24, mask: 0.05 }),
      madeUpLayer({ N: 9, H: 2, W: 2, C: 24, mask: 0.5 }),
      madeUpLayer({}),
    ];
    layers.push(...unevenLayers());
    const all = () => {
      for (const layer of layers) throughArray(layer, 2, faulty);
      unevenEnd(faulty);
    };
    expect(all).toThrow(/must/);
  });

  it.each([0, 2])("links for teams of another size are seen: %i levels", (levels) => {
    expect(() => throughArray(madeUpLayer({}), 2, linkedFor(levels))).toThrow(/must/);
  });
});

const whole = sharedTraces().filter(({ path }) => /mask40|mlp/.test(path));

describe.skipIf(whole.length === 0)("and with every layer of real training steps?", () => {
  for (const { path } of whole) {
    const trace = openTrace(path);
    it.each(trace.layers.map(({ name }) => name))(`${basename(path)}: %s`, (name) => {
      const through = throughArray(trace.read(name), 0, switchedTo(circuit));
      expectAll(through);
      const { cycles, breakdown } = through.result.record.run;
      console.log(
        `${name}: ${cycles} cycles, ${breakdown.busy} busy MAC-cycles, ${through.result.left} gradients`,
      );
    });
  }
});
