import { describe, expect, it } from "vitest";
import { simulateLayer } from "../hardware/array/controller.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { convolution, emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";

/** A layer and a machine, as far as they differ from the least, and shares of ones in maps and mask. */
interface Case {
  readonly shape: object;
  readonly machine: object;
  readonly mapping: Partial<Mapping>;
  readonly densities: readonly [fmap: number, emap: number, mask?: number];
  readonly seed: number;
}

/** Found by putting the fault into the engine that each is named after, and looking for what shows it. */
const cases: Readonly<Record<string, Case>> = {
  "a PE whose trace a neighbour takes offers its others to all beside it": {
    shape: { C: 5, H: 3, W: 5, K: 3, R: 2, S: 3, padding: [0, 1, 0, 0] },
    machine: {},
    mapping: { channelSlices: 4, passColumns: 2 },
    densities: [0.3, 0.3, 0.5],
    seed: 5,
  },
  "a MAC that begins a job leaves its PE's other traces to those beside it": {
    shape: { C: 8, padding: [0, 1, 1, 1] },
    machine: { traces: 4 },
    mapping: { channelSlices: 6 },
    densities: [1, 1],
    seed: 10,
  },
  "a MAC that goes to a neighbour leaves what was kept for it to the PE on the other side": {
    shape: { C: 30, H: 5, W: 4, K: 10, R: 2, stride: [2, 1], padding: [0, 1, 1, 1], dilation: [3, 1] },
    machine: { columns: 1, rows: 5, traces: 8, chunks: 2, unlimitedPorts: true, rowBits: 9 },
    mapping: { channelSlices: 30, passRows: 2, chunkGroups: 4, residentKs: 2 },
    densities: [0.3, 1, 0.3],
    seed: 75,
  },
  "what one column frees in the global buffer arrives at once for the columns behind it": {
    shape: { C: 2, H: 4, W: 4, K: 3, R: 2, S: 2, padding: [1, 0, 1, 1] },
    machine: { columns: 2, globalBufferKib: 1, unlimitedPorts: true },
    mapping: { teamColumns: 2, residentKs: 7 },
    densities: [1, 1],
    seed: 45,
  },
  "a team that has no k's in an episode and some later is told by an empty list": {
    shape: { C: 6, H: 5, W: 4, K: 9, R: 2, groups: 3, padding: [1, 0, 1, 1] },
    machine: { columns: 2 },
    mapping: { passRows: 2, residentKs: 1 },
    densities: [0.5, 0.5],
    seed: 3,
  },
  "a byte counts the pairs of more slots than it can hold at once": {
    shape: { H: 10, W: 40, K: 2, R: 3, S: 25 },
    machine: { laneBits: 32, rowBits: 32, sums: 150, chunkWords: 1024 },
    mapping: { passRows: 3, passColumns: 25, chunkGroups: 8, residentKs: 2 },
    densities: [1, 1],
    seed: 3,
  },
  "sums of which none is wanted take their turn among those that wait": {
    shape: { C: 3, W: 3, K: 3, R: 2, S: 3, padding: [1, 0, 0, 0] },
    machine: { columns: 4, sums: 9, drainLanes: 1, globalBufferWriteBytes: 1 },
    mapping: { teamColumns: 2, channelSlices: 3, passColumns: 2 },
    densities: [0.05, 0.3, 0.5],
    seed: 25,
  },
};

describe("is the fast engine the reference where drawn layers seldom lead?", () => {
  it.each(Object.entries(cases))("%s", (_, { shape, machine, mapping: chosen, densities, seed }) => {
    const layer = convolution({
      name: "conv",
      N: 1,
      C: 1,
      H: 1,
      W: 1,
      K: 1,
      R: 1,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
      ...shape,
    });
    const random = seededRandom(seed);
    const ones = (size: number, density: number) =>
      Uint8Array.from({ length: size }, () => (random.uniform() < density ? 1 : 0));
    const [fmap, emap, mask] = densities;
    const maps = { layer, fmap: ones(fmapSize(layer), fmap), emap: ones(emapSize(layer), emap) };
    const occupied = mask === undefined ? maps : { ...maps, mask: ones(gradientSize(layer), mask) };
    const parameters = withValues("swg", swgParameters, { ...machine });
    const mapping: Mapping = {
      domains: 1,
      teamColumns: 1,
      channelSlices: 1,
      positionSlices: 1,
      channelsPerTrace: 1,
      passRows: 1,
      passColumns: 1,
      chunkGroups: 1,
      residentKs: 1,
      ...chosen,
    };
    const flat = flattenPointwise(occupied);
    const engine = new Engine();
    engine.load(occupied);
    expect(runMapping(engine, engineCounts(engine, occupied), mapping, parameters)).toEqual(
      simulateLayer(flat, layerStatistics(flat), mapping, parameters),
    );
  });
});
