import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastChunkIsDoneFirst } from "../../test/array-cases.ts";
import { anyOccupancy, anySwg, denseAtTheEnd, holds } from "../../test/random-layers.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { candidates, promisingMappings } from "../hardware/mapper/mapper.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { defaults, withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { openTrace } from "../trace/file.ts";
import { type Occupancy, occupancy } from "../trace/occupancy.ts";
import { convolution, emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";
import { reference } from "./reference.ts";
import { fast } from "./wasm.ts";

/** What a layer's maps are drawn with, and the parameters of the machine that are not at their defaults. */
interface Drawn {
  readonly fmapDensity?: number;
  readonly emapDensity?: number;
  readonly given?: Readonly<Record<string, string | number | boolean>>;
}

const engine = new Engine();
const engineWith = (occupied: Occupancy): Engine => {
  engine.load(occupied);
  return engine;
};

const anyCut = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 10 }));

describe("is the fast engine the reference, integer for integer?", () => {
  it("valid pairs of any layer", () => {
    holds(
      fc.property(anyOccupancy, (occupied) => {
        expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
      }),
      300,
    );
  });

  it.each([
    ["one pixel, padded below only", { padding: [0, 0, 1, 0] }],
    ["the same in steps, of groups", { C: 6, K: 14, groups: 2, stride: [3, 2], padding: [0, 0, 7, 0] }],
    ["one pixel, padded at the right only", { padding: [0, 0, 0, 3] }],
    ["one row in steps", { W: 5, stride: [4, 1] }],
    [
      "a step that leaves nothing of the image",
      { H: 3, W: 5, stride: [2 ** 24, 2 ** 24], padding: [65536, 2, 1, 1] },
    ],
    [
      "a step over more columns than there are, between padding",
      { W: 3, stride: [1, 5], padding: [0, 7, 0, 9] },
    ],
    ["a kernel larger than the image, all but one tap of it outside", { R: 7, S: 7, padding: [6, 6, 0, 0] }],
  ] as const)("valid pairs of %s", (_, shape) => {
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
    const ones = (size: number) => new Uint8Array(size).fill(1);
    const occupied = { layer, fmap: ones(fmapSize(layer)), emap: ones(emapSize(layer)) };
    const masked = { ...occupied, mask: ones(gradientSize(layer)) };
    expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
    expect(fast.validPairs(masked)).toBe(reference.validPairs(occupied));
  });

  it("every count and the end of every episode, of any layer on any machine under any mapping, cut short or not", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), anyCut, (occupied, given, pick, episodes) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const flat = flattenPointwise(occupied);
        const statistics = layerStatistics(flat);
        const all = [...candidates(statistics, parameters)];
        if (all.length === 0) return;
        const mapping = all[pick % all.length];
        const slow = simulateLayer(flat, statistics, mapping, parameters, episodes);
        const engine = engineWith(occupied);
        const counts = engineCounts(engine, occupied);
        const { activity, episodeEnds } = runMapping(engine, counts, mapping, parameters, { episodes });
        expect([...episodeEnds]).toEqual(slow.episodeEnds);
        // what DRAM was asked for beyond the last episode does not count
        if (episodes === Number.POSITIVE_INFINITY) expect(activity).toEqual(slow.activity);
        else expect(activity.cycles).toBe(slow.activity.cycles);
      }),
      300,
    );
  });

  it("the mappings that fit, of any layer on any machine", () => {
    holds(
      fc.property(anyOccupancy, anySwg, (occupied, given) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const statistics = layerStatistics(flattenPointwise(occupied));
        const counts = engineCounts(engineWith(occupied), occupied);
        expect([...candidates(counts, parameters)]).toEqual([...candidates(statistics, parameters)]);
      }),
      150,
    );
  });

  it("the mappings that are tried of a layer whose sample is not like the rest of it", () => {
    for (const kernel of [1, 3] as const) {
      const occupied = denseAtTheEnd(kernel);
      const parameters = defaults(swgParameters);
      const counts = engineCounts(engineWith(occupied), occupied);
      const statistics = layerStatistics(flattenPointwise(occupied));
      expect(promisingMappings(counts, parameters, 12)).toEqual(
        promisingMappings(statistics, parameters, 12),
      );
    }
  });

  const wider = {
    N: 2,
    C: 5,
    K: 6,
    groups: 1,
    H: 13,
    W: 13,
    R: 3,
    S: 3,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  } as const;
  const unpadded = { padding: [0, 0, 0, 0] } as const;
  const long = { ...wider, H: 9, W: 141, stride: [2, 2] } as const;
  const roomy = { vectorBits: 512, fmapBufferBytes: 8192, emapBufferBytes: 4096 } as const;
  const tight = { format: "int8", columns: 16, rows: 1, globalBufferKib: 1, writeQueueKib: 1 } as const;
  it.each([
    ["rows that straddle words", wider, {}],
    ["rows longer than a word, in steps of two", long, { given: roomy }],
    [
      "chunks of rows longer than a word, of an emap without zeros",
      { ...wider, W: 80 },
      { emapDensity: 1, given: roomy },
    ],
    [
      "the same of several images, in steps over pixels that no tap reads",
      { ...wider, ...unpadded, N: 4, H: 2, W: 210, R: 1, S: 1, stride: [3, 3] },
      { given: roomy },
    ],
    ["images of more pixels than are handed over one by one", { ...wider, ...unpadded, R: 1, S: 1 }, {}],
    [
      "ports of more bytes a cycle than a byte counts",
      wider,
      { given: { globalBufferReadBytes: 300, globalBufferWriteBytes: 300, dramMbps: 60000 } },
    ],
    [
      "requests that take the last that is left of a port's cycles, before cycles that are taken",
      {
        ...wider,
        groups: 3,
        C: 9,
        K: 54,
        H: 4,
        W: 6,
        R: 2,
        stride: [3, 2],
        padding: [0, 1, 2, 2],
        dilation: [2, 2],
      },
      {
        fmapDensity: 0.03,
        emapDensity: 0.6,
        given: {
          ...tight,
          clusterSize: 14,
          slack: 2,
          accumulators: 16,
          roundKs: 2,
          clockMhz: 1,
          globalBufferReadBytes: 8,
          globalBufferWriteBytes: 1,
          columnEmapBytes: 1,
          vdt: "emap",
          gradientSkip: false,
          intraColumn: false,
        },
      },
    ],
  ] as const)("%s", (_, shape, { fmapDensity = 0.4, emapDensity = 0.4, given = {} }: Drawn) => {
    const layer = convolution({ name: "conv", ...shape } as Parameters<typeof convolution>[0]);
    const random = seededRandom(7);
    const flags = (size: number, density: number) =>
      Uint8Array.from({ length: size }, () => (random.uniform() < density ? 1 : 0));
    const fmap = flags(fmapSize(layer), fmapDensity);
    const occupied = { layer, fmap, emap: flags(emapSize(layer), emapDensity) };
    const parameters = withValues("swg", swgParameters, { ...given });
    expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
    const flat = flattenPointwise(occupied);
    const statistics = layerStatistics(flat);
    const engine = engineWith(occupied);
    const counts = engineCounts(engine, occupied);
    const all = [...candidates(statistics, parameters)];
    for (const mapping of all.filter((_, i) => i % Math.ceil(all.length / 32) === 0)) {
      const { activity } = simulateLayer(flat, statistics, mapping, parameters);
      expect(runMapping(engine, counts, mapping, parameters).activity).toEqual(activity);
    }
  });

  it("a layer whose episodes are so short that the 64th after the one at hand is looked at in it", () => {
    const layer = convolution({
      name: "conv",
      N: 4,
      C: 16,
      H: 10,
      W: 10,
      K: 64,
      R: 3,
      S: 3,
      groups: 1,
      stride: [1, 1],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
    });
    const flags = (size: number, every: number) =>
      Uint8Array.from({ length: size }, (_, i) => (((i * 7919) % 101) % every === 0 ? 1 : 0));
    const occupied = { layer, fmap: flags(4 * 16 * 100, 5), emap: flags(4 * 64 * 100, 7) };
    const given = { columns: 2, rows: 2, accumulators: 18, globalBufferKib: 12, writeQueueKib: 1 };
    const parameters = withValues("swg", swgParameters, given);
    const mapping = {
      bandRows: 20,
      bandColumns: 4,
      domains: 1,
      teamColumns: 1,
      channelSlices: 2,
      positionSlices: 1,
      channelsPerPe: 2,
      tapRows: 3,
      residentKs: 1,
      roundKs: 1,
    };
    const { activity } = simulateLayer(occupied, layerStatistics(occupied), mapping, parameters);
    const engine = engineWith(occupied);
    expect(runMapping(engine, engineCounts(engine, occupied), mapping, parameters).activity).toEqual(
      activity,
    );
  });

  it("a team whose last chunk is not the last to be done", () => {
    const { trace, mapping } = lastChunkIsDoneFirst();
    const occupied = occupancy(trace);
    const parameters = withValues("swg", swgParameters, { columns: 2, rows: 4, clusterSize: 4 });
    const { activity } = simulateLayer(occupied, layerStatistics(occupied), mapping, parameters);
    const engine = engineWith(occupied);
    expect(runMapping(engine, engineCounts(engine, occupied), mapping, parameters).activity).toEqual(
      activity,
    );
  });

  it("the mapping it chooses and the whole account", () => {
    holds(
      fc.property(anyOccupancy, anySwg, (occupied, given) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        expect(fast.simulate(swgCycleModel, occupied, parameters)).toEqual(
          reference.simulate(swgCycleModel, occupied, parameters),
        );
      }),
      60,
    );
  });

  const tiny = fileURLToPath(new URL("../../test/data/tiny.safetensors", import.meta.url));
  const vgg8 = sharedTraces().filter(({ name }) => name.startsWith("vgg8"));
  for (const { name, path } of [{ name: "tiny", path: tiny }, ...vgg8]) {
    const trace = openTrace(path);
    it.each(trace.layers.map((layer) => layer.name))(`${name}: %s`, (layer) => {
      const occupied = occupancy(trace.read(layer));
      const parameters = defaults(swgParameters);
      expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
      expect(fast.simulate(swgCycleModel, occupied, parameters)).toEqual(
        reference.simulate(swgCycleModel, occupied, parameters),
      );
    });
  }
});
