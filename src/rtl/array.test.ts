import { beforeAll, describe, expect, it } from "vitest";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { candidates } from "../hardware/dataflow/mapper.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { convolution, emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { type ArraySimulator, checkLayer, checkRandom, checkText } from "./check.ts";
import { Circuit } from "./circuit.ts";
import { circuitSimulator } from "./circuit-simulator.ts";
import { designParameters, designSource } from "./design.ts";
import { Stimulus } from "./stimulus.ts";

const small = { columns: 2, rows: 4, clusterSize: 4 };
const machine = withValues("swg", swgParameters, small);

const layer3x3 = convolution({
  ...{ name: "layer", N: 2, C: 3, H: 6, W: 6, K: 8, R: 3, S: 3, groups: 1 },
  ...{ stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1] },
});

/** A layer's tensors with so much of each nonzero, from a seed. */
function drawn(layer: Layer, fmap: number, emap: number, mask: number): LayerTrace {
  const random = seededRandom(3);
  const values = (size: number, density: number) =>
    Float32Array.from({ length: size }, () => (random.uniform() < density ? random.normal() || 1 : 0));
  const wanted = (size: number) => Uint8Array.from({ length: size }, () => Number(random.uniform() < mask));
  return {
    ...{ layer, fmap: values(fmapSize(layer), fmap), emap: values(emapSize(layer), emap) },
    mask: wanted(gradientSize(layer)),
  };
}

/** Runs a layer under a few of its mappings; the cycles compared. */
function compare(array: ArraySimulator, given: LayerTrace, parameters: SwgParameters): number {
  const trace = flattenPointwise(given);
  const mappings = [...candidates(layerStatistics(occupancy(trace)), parameters)];
  let compared = 0;
  for (let i = 0; i < mappings.length; i += Math.ceil(mappings.length / 6)) {
    const { cycles, difference } = checkLayer(array, trace, mappings[i], parameters);
    expect(difference).toBeUndefined();
    compared += cycles;
  }
  return compared;
}

describe("does the array in SystemVerilog do what the cycle model says, in every cycle?", () => {
  let array: ArraySimulator;
  beforeAll(async () => {
    array = circuitSimulator(await Circuit.compile(designSource("swg", designParameters(machine))));
  }, 600_000);

  it("on 20,000 cycles of layers drawn at random, any mapping", () => {
    const result = checkRandom(array, machine, { seed: 1, cycles: 20_000 });
    expect(checkText(result)).toMatch(/^\d+ cycles of \d+ layers compared: 0 differences/);
    expect(result.cycles).toBeGreaterThanOrEqual(20_000);
    expect(result.refused).toEqual(new Map());
  });

  it.each([
    ["all zero", drawn(layer3x3, 0, 0, 1)],
    ["all dense", drawn(layer3x3, 1, 1, 1)],
    ["everything masked", drawn(layer3x3, 1, 1, 0)],
    ["no fmap", drawn(layer3x3, 0, 1, 1)],
    ["stride 2", drawn({ ...layer3x3, H: 12, W: 12, stride: [2, 2] }, 0.5, 0.5, 0.7)],
    [
      "1x1",
      drawn(
        convolution({
          ...{ ...layer3x3, R: 1, S: 1, C: 12, padding: [0, 0, 0, 0] as const },
        }),
        ...([0.4, 0.4, 0.7] as const),
      ),
    ],
  ])("on a layer that is %s", (_, trace) => {
    expect(compare(array, trace, machine)).toBeGreaterThan(50);
  });

  it("on a layer with one nonzero pair", () => {
    const trace = drawn(layer3x3, 0, 0, 1);
    trace.fmap[40] = 3;
    trace.emap[40] = -2;
    expect(compare(array, trace, machine)).toBeGreaterThan(50);
  });

  it.each([
    ["the read port", { globalBufferReadBytes: 8 }],
    ["the write port", { globalBufferWriteBytes: 1 }],
    ["DRAM", { dramMbps: 400 }],
    ["a small global buffer", { globalBufferKib: 1, writeQueueKib: 1, dramMbps: 800 }],
  ])("when %s is in the way", (_, given) => {
    const narrow = withValues("swg", swgParameters, { ...small, ...given });
    expect(compare(array, drawn(layer3x3, 0.6, 0.6, 0.8), narrow)).toBeGreaterThan(500);
  });

  it("after a reset in the middle of a layer", () => {
    const trace = drawn(layer3x3, 0.7, 0.7, 0.9);
    const [mapping] = candidates(layerStatistics(occupancy(trace)), machine);
    const { bench } = checkLayer(array, trace, mapping, machine);
    const broken = new Stimulus(array.ports, []);
    broken.changes.push(...bench.stimulus.changes.slice(0, bench.start + 100));
    array.run(broken);
    expect(checkLayer(array, trace, mapping, machine).difference).toBeUndefined();
  });
});
