import fc from "fast-check";
import { expect } from "vitest";
import { flattenPointwise } from "../src/hardware/dataflow/flatten.ts";
import { layerStatistics } from "../src/hardware/dataflow/layer-statistics.ts";
import { candidates } from "../src/hardware/mapper/mapper.ts";
import type { SwgParameters } from "../src/hardware/parameters.ts";
import { seededRandom } from "../src/random.ts";
import { type ArraySimulator, checkLayer, type MappedLayer } from "../src/rtl/check.ts";
import { Stimulus } from "../src/rtl/stimulus.ts";
import { occupancy } from "../src/trace/occupancy.ts";
import { drawnLayer } from "../src/trace/random-layer.ts";
import type { LayerTrace } from "../src/trace/trace.ts";
import { convolution, type Layer, linear } from "../src/workload/layer.ts";
import { anyLayerTrace, holds } from "./random-layers.ts";

/** What an array of any size is held to, a PE, a cluster and a column included. */

const layer3x3 = convolution({
  name: "layer",
  N: 2,
  C: 3,
  H: 6,
  W: 6,
  K: 8,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});
const layer1x1 = convolution({ ...layer3x3, R: 1, S: 1, C: 12, padding: [0, 0, 0, 0] });

const drawn = (layer: Layer, fmap: number, emap: number, mask: number): LayerTrace =>
  drawnLayer(seededRandom(3), layer, { fmap, emap, mask });

function oneNonzero(): LayerTrace {
  const trace = drawn(layer3x3, 0, 0, 1);
  trace.fmap[40] = 3;
  trace.emap[40] = -2;
  return trace;
}

export const cornerCases: readonly (readonly [string, LayerTrace])[] = [
  ["all zero", drawn(layer3x3, 0, 0, 1)],
  ["all dense", drawn(layer3x3, 1, 1, 1)],
  ["everything masked", drawn(layer3x3, 1, 1, 0)],
  ["no fmap", drawn(layer3x3, 0, 1, 1)],
  ["one nonzero pair", oneNonzero()],
  ["stride 2", drawn({ ...layer3x3, H: 12, W: 12, stride: [2, 2] }, 0.5, 0.5, 0.7)],
  ["1x1", drawn(layer1x1, 0.4, 0.4, 0.7)],
];

/**
 * Two columns take three chunks, of 16, 16 and 2 samples, and only the second chunk, the second column's, has nonzeros: the
 * first column is done with the last chunk while the second is at work on its own.
 */
export function lastChunkIsDoneFirst(): MappedLayer {
  const layer = linear("linear", 34, 4, 4);
  const trace = drawn(layer, 1, 1, 1);
  trace.emap.fill(0, 0, 16 * layer.K);
  trace.emap.fill(0, 32 * layer.K);
  const mapping = {
    bandRows: 1,
    bandColumns: 16,
    domains: 1,
    teamColumns: 2,
    channelSlices: 4,
    positionSlices: 1,
    channelsPerPe: 1,
    tapRows: 1,
    residentKs: 4,
    roundKs: 4,
  };
  return { trace: flattenPointwise(trace), mapping };
}

export const backPressure: readonly (readonly [string, Partial<SwgParameters>])[] = [
  ["the read port", { globalBufferReadBytes: 8 }],
  ["the write port", { globalBufferWriteBytes: 1 }],
  ["DRAM", { dramMbps: 400 }],
  ["a small global buffer", { globalBufferKib: 1, writeQueueKib: 1, dramMbps: 800 }],
];

/** Runs a layer under a few of its mappings; the cycles compared. */
export function compare(array: ArraySimulator, given: LayerTrace, parameters: SwgParameters): number {
  const trace = flattenPointwise(given);
  const mappings = [...candidates(layerStatistics(occupancy(trace)), parameters)];
  let compared = 0;
  for (let i = 0; i < mappings.length; i += Math.ceil(mappings.length / 6)) {
    const { cycles, difference } = checkLayer(array, { trace, mapping: mappings[i] }, parameters);
    expect(difference).toBeUndefined();
    compared += cycles;
  }
  return compared;
}

/** Layers and mappings of fast-check, which finds the smallest that goes wrong. */
export function compareAny(array: ArraySimulator, parameters: SwgParameters, runs: number): void {
  holds(
    fc.property(anyLayerTrace, fc.nat(), (given, pick) => {
      const trace = flattenPointwise(given);
      const mappings = [...candidates(layerStatistics(occupancy(trace)), parameters)];
      fc.pre(mappings.length > 0);
      const mapping = mappings[pick % mappings.length];
      expect(checkLayer(array, { trace, mapping }, parameters).difference).toBeUndefined();
    }),
    runs,
  );
}

export const halfFull = drawn(layer3x3, 0.6, 0.6, 0.8);

/** Breaks off a layer, and runs it again from its reset on. */
export function compareAfterReset(array: ArraySimulator, parameters: SwgParameters): void {
  const trace = drawn(layer3x3, 0.7, 0.7, 0.9);
  const [mapping] = candidates(layerStatistics(occupancy(trace)), parameters);
  const { bench } = checkLayer(array, { trace, mapping }, parameters);
  const broken = new Stimulus(array.ports, []);
  broken.changes.push(...bench.stimulus.changes.slice(0, bench.start + 100));
  array.run(broken);
  expect(checkLayer(array, { trace, mapping }, parameters).difference).toBeUndefined();
}
