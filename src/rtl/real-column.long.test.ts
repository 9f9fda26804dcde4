import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { type MadeUp, madeUpLayer } from "../../test/made-up-layer.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { loopNest, residencyCount, type Sample } from "../hardware/dataflow/mapping.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { openTrace } from "../trace/file.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { ColumnBench } from "./benches/column-bench.ts";
import { layerColumnWork } from "./benches/layer-work.ts";
import { CheckedCircuit } from "./benches/subject.ts";
import { Circuit } from "./circuit.ts";
import { columnSource } from "./written/generate.ts";

/** The machines of docs/design.md. */
const machines = {
  "3 traces": withValues("swg", swgParameters, { traces: 3, chunks: 3, drainLanes: 4 }),
  "2 traces": withValues("swg", swgParameters, { traces: 2, chunks: 2, drainLanes: 2 }),
};
/** Of each layer: its first residencies, and of these episodes spread evenly. */
const someOfIt = { residencies: 2, rounds: 3 };
const allOfIt = { residencies: Number.POSITIVE_INFINITY, rounds: Number.POSITIVE_INFINITY };

const compiled = new Map<SwgParameters, Promise<Circuit>>();

/** A column as a machine has it. */
function columnCircuit(p: SwgParameters): Promise<Circuit> {
  const { top, files, parameters = {} } = columnSource(p);
  const circuit =
    compiled.get(p) ?? Circuit.compile({ files, top, parameters, shared: ["processing_element"] });
  compiled.set(p, circuit);
  return circuit;
}

/** Cycles that a column takes for a part of a layer, which is mapped as the machine maps it. */
async function cyclesOf(p: SwgParameters, layer: LayerTrace, column: number, most: Sample): Promise<number> {
  const mapping = fastMapping(occupancy(layer), p);
  const flat = flattenPointwise(layer);
  const nest = loopNest(flat.layer, mapping, p);
  const sample = {
    residencies: Math.min(most.residencies, residencyCount(nest)),
    rounds: Math.min(most.rounds, nest.episodes),
  };
  const work = layerColumnWork(flat, mapping, p, column, sample);
  return new ColumnBench(new CheckedCircuit(await columnCircuit(p)), work, seededRandom(1)).run();
}

const kinds: Readonly<Record<string, MadeUp>> = {
  "stride 2": { stride: [2, 2] },
  "dilation 2": { dilation: [2, 2] },
  "dilation 3, stride 2": { dilation: [3, 3], stride: [2, 2] },
  "stride 3 of a kernel of 2": { R: 2, S: 2, stride: [3, 3] },
  "5x5": { R: 5, S: 5 },
  "7x7, stride 2": { R: 7, S: 7, stride: [2, 2], C: 3 },
  "11x11, stride 4": { R: 11, S: 11, stride: [4, 4], H: 31, W: 31, C: 3 },
  "1x7": { R: 1, S: 7 },
  "7x1": { R: 7, S: 1 },
  "1x1": { R: 1, S: 1 },
  "groups, unevenly dealt": { groups: 5, C: 20, K: 85 },
  depthwise: { groups: 16, C: 16 },
  "pictures of 2x2": { N: 9, H: 2, W: 2 },
  "3x3 at 3 %": { density: 0.03 },
  "mask of 5 %": { mask: 0.05 },
  dense: { density: 1, C: 5 },
};

/** A layer of a kind. */
function madeUp(name: string): LayerTrace {
  const { R = 3, S = 3 } = kinds[name];
  const [pad, side] = [Math.floor(R / 2), Math.floor(S / 2)];
  return madeUpLayer({ H: 14, W: 14, ...kinds[name], padding: [pad, side, pad, side] });
}

describe.each(Object.entries(machines))(
  "%s: does a column do what the model says with layers of every kind as they are mapped, to the last bit of its sums?",
  (_, p) => {
    it.each(Object.keys(kinds))("%s", async (name) => {
      expect(await cyclesOf(p, madeUp(name), 0, allOfIt)).toBeGreaterThan(0);
    });
  },
);

describe.skipIf(sharedTraces().length === 0).each(Object.entries(machines))(
  "%s: and with real ones, of which array.long.test.ts has some whole?",
  (_, p) => {
    for (const { path } of sharedTraces()) {
      const trace = openTrace(path);
      it.each(trace.layers.map(({ name }) => name))(`${basename(path)}: %s`, async (name) => {
        expect(await cyclesOf(p, trace.read(name), 0, someOfIt)).toBeGreaterThan(0);
      });
    }
  },
);
