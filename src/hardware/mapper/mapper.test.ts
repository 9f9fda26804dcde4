import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyExtremeSwg, anyOccupancy, anySwg } from "../../../test/random-layers.ts";
import { InputError } from "../../input-error.ts";
import { defaults, withValues } from "../../parameter.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import { convolution, gradientSize, type Layer, linear } from "../../workload/layer.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { chunkLayout, heldSets, positionsOf, rowLayout } from "../dataflow/geometry.ts";
import { type LayerStatistics, layerStatistics, totalsOf } from "../dataflow/layer-statistics.ts";
import { chunkOf, episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { mappingNumbers, type SwgParameters, swgParameters, tracesOf, valueBytes } from "../parameters.ts";
import { residencies } from "../schedule/schedule.ts";
import { candidates } from "./candidates.ts";
import { roomForValues } from "./chunk-fit.ts";
import { estimateCycles } from "./estimate.ts";
import { promisingMappings } from "./mapper.ts";
import { movedBytes } from "./traffic.ts";

/** The most values that a trace's channels have in any chunk, and the most row words and positions of any. */
function largestChunk(statistics: LayerStatistics, mapping: Mapping, p: SwgParameters) {
  const { layer } = statistics;
  const nest = loopNest(layer, mapping, p);
  const layout = rowLayout(layer, mapping, p)!;
  const slices = [...residencies(statistics, nest, mapping, p)].flatMap(({ channels }) => channels.flat());
  const most = { rowWords: 0, positions: 0, values: 0 };
  for (let i = 0; i < nest.chunkCount; i++)
    for (const pass of nest.passes) {
      const chunk = chunkOf(nest, mapping, i);
      const { words } = chunkLayout(layer, chunk, pass, layout);
      const ofLane = words.filter(({ lane }) => lane === 0);
      const values = Array.from({ length: layer.C }, (_, c) =>
        ofLane.reduce((sum, word) => sum + statistics.fmapCount(c, word), 0),
      );
      const held = Math.max(...slices.map((own) => own.reduce((sum, c) => sum + values[c], 0)));
      most.rowWords = Math.max(most.rowWords, words.length);
      most.positions = Math.max(most.positions, positionsOf(chunk));
      most.values = Math.max(most.values, held);
    }
  return most;
}

/** What is wrong with a mapping, by the rules that the hardware sets. */
function faults(statistics: LayerStatistics, mapping: Mapping, p: SwgParameters): string[] {
  const { rowWords, positions, values } = largestChunk(statistics, mapping, p);
  const nest = loopNest(statistics.layer, mapping, p);
  const used = mapping.channelSlices * mapping.positionSlices;
  const sets = heldSets(statistics.layer, mapping, p);
  const words =
    Math.ceil(rowWords / Math.max(1, Math.floor(64 / (p.rowBits + 8)))) +
    Math.ceil((values * valueBytes(p)) / 8);
  const list = 1 + 1 + Math.ceil(positions / (valueBytes(p) === 1 ? 8 : 4));
  const slicesOf = (pe: number) =>
    new Set(
      Array.from({ length: p.traces }, (_, i) => pe * p.traces + i)
        .filter((z) => z < used)
        .map((z) => Math.floor(z / mapping.channelSlices)),
    ).size;
  const lists = Math.max(...Array.from({ length: p.rows }, (_, pe) => slicesOf(pe)));
  const rules: [boolean, string][] = [
    [used <= tracesOf(p), "more slices than traces"],
    [p.columns % (mapping.teamColumns * mapping.domains) === 0, "columns left over"],
    [rowWords <= p.rowWords, "row words"],
    [words <= p.chunkWords, "chunk words"],
    [list <= p.listWords / [1, 1, 2, 4, 4, 8, 8, 8, 8][lists], "list words"],
    [sets > 0 && (nest.episodes === 1 || mapping.residentKs <= sets), "sums"],
    [(mapping.channelSlices - 1) * mapping.channelsPerTrace < nest.groupChannels, "an empty slice"],
  ];
  return rules.filter(([holds]) => !holds).map(([, rule]) => rule);
}

/** Valid pairs, if the mask's zeros lie anywhere; fewer than are there where the machine does not skip all others. */
function expectedPairs(statistics: LayerStatistics): number {
  const { pairs, wanted } = totalsOf(statistics);
  return (pairs * wanted) / gradientSize(statistics.layer);
}

/** The most promising mappings, `count` at most. */
function firstOf(statistics: LayerStatistics, p: SwgParameters, count: number): Mapping[] {
  const first: Mapping[] = [];
  for (const mapping of promisingMappings(statistics, p).bestFirst())
    if (first.push(mapping) === count) break;
  return first;
}

const fitting = (statistics: LayerStatistics, p: SwgParameters, count: number): Mapping[] => {
  try {
    return firstOf(statistics, p, count);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return [];
  }
};

describe("does every candidate fit the machine?", () => {
  const anyCase = fc.tuple(anyOccupancy, fc.oneof(anySwg, anyExtremeSwg), fc.nat());

  it("traces, row words, chunks, lists and sums hold all that any of them brings", () => {
    fc.assert(
      fc.property(anyCase, ([occupied, given, pick]) => {
        const p = withValues("swg", swgParameters, given);
        const statistics = layerStatistics(flattenPointwise(occupied));
        const all = [...candidates(statistics, p)];
        const some = Array.from(
          { length: Math.min(all.length, 5) },
          (_, i) => all[(pick + i * 7) % all.length],
        );
        for (const mapping of some) expect(faults(statistics, mapping, p)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("their estimates are finite and positive, and no less than all MACs need for the pairs", () => {
    fc.assert(
      fc.property(anyCase, ([occupied, given]) => {
        const p = withValues("swg", swgParameters, given);
        const statistics = layerStatistics(flattenPointwise(occupied));
        for (const mapping of candidates(statistics, p)) {
          const nest = loopNest(statistics.layer, mapping, p);
          const cycles = estimateCycles(statistics, nest, mapping, p);
          expect(Number.isFinite(cycles) && cycles > 0).toBe(true);
          expect(cycles * p.columns * p.rows * p.macs).toBeGreaterThanOrEqual(
            expectedPairs(statistics) * (1 - 1e-9),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it("either some mappings are promising and fit, or one line says that none does", () => {
    fc.assert(
      fc.property(anyCase, ([occupied, given]) => {
        const p = withValues("swg", swgParameters, given);
        const statistics = layerStatistics(flattenPointwise(occupied));
        const chosen = fitting(statistics, p, 3);
        expect(chosen.length).toBeLessThanOrEqual(3);
        for (const mapping of chosen) expect(faults(statistics, mapping, p)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

const ones = (layer: Layer): Occupancy => ({
  layer,
  fmap: new Uint8Array(layer.N * layer.C * layer.H * layer.W).fill(1),
  emap: new Uint8Array(layer.N * layer.K * layer.P * layer.Q).fill(1),
});

const square = (C: number, K: number, size: number, kernel: number) =>
  convolution({
    name: "conv",
    N: 2,
    C,
    H: size,
    W: size,
    K,
    R: kernel,
    S: kernel,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  });

describe("what do candidates look like?", () => {
  const p = defaults(swgParameters);
  const passesFor = (kernel: number) => {
    const all = [...candidates(layerStatistics(ones(square(4, 4, 9, kernel))), p)];
    return [...new Set(all.map(({ passRows, passColumns }) => `${passRows} x ${passColumns}`))];
  };

  it("a kernel that fits the lanes is seen in one pass, a larger one in even parts", () => {
    expect(passesFor(3)).toEqual(["3 x 3"]);
    expect(passesFor(5)).toEqual(["3 x 5"]);
    expect(passesFor(7)).toEqual(["3 x 4"]);
  });

  it("three quarters of the traces are in use where the layer allows, and no slice is without a channel", () => {
    const used = (C: number) =>
      [...candidates(layerStatistics(ones(square(C, 64, 16, 3))), p)].map(
        ({ channelSlices, positionSlices }) => channelSlices * positionSlices,
      );
    expect(Math.min(...used(64))).toBeGreaterThanOrEqual((3 / 4) * tracesOf(p));
    expect(Math.max(...used(1))).toBe(tracesOf(p));
  });
});

describe("what if a layer fits only with small chunks, or not at all?", () => {
  it("what a sample let pass and a chunk between those of it does not is left out", () => {
    const layer = { ...square(1, 4, 16, 3), N: 128 };
    const inDense = (i: number) => i < 256 && i >= 128 && i % 16 < 8;
    const fmap = Uint8Array.from({ length: 128 * 256 }, (_, i) => Number(inDense(i)));
    const statistics = layerStatistics({ layer, fmap, emap: new Uint8Array(4 * 128 * 256) });
    const p = withValues("swg", swgParameters, { chunkWords: 9 });
    const overflows = (mapping: Mapping) => faults(statistics, mapping, p).length > 0;
    const largest = [...candidates(statistics, p)].filter(({ chunkGroups }) => chunkGroups === 8);
    expect(overflows(largest[0])).toBe(true);
    const chosen = firstOf(statistics, p, 12);
    expect(chosen.length).toBeGreaterThan(3);
    for (const mapping of chosen) expect(faults(statistics, mapping, p)).toEqual([]);
  });

  it("channels of which each fits alone and two do not share no trace, in a sample and between its chunks", () => {
    const p = withValues("swg", swgParameters, { chunkWords: 16 });
    const dense = layerStatistics(ones(square(4, 4, 16, 3)));
    for (const mapping of candidates(dense, p)) expect(faults(dense, mapping, p)).toEqual([]);
    const layer = { ...square(4, 4, 16, 3), N: 128 };
    const inDense = (i: number) => Math.floor(i / 1024) === 0 && i % 256 >= 128 && i % 16 < 8;
    const fmap = Uint8Array.from({ length: 128 * 1024 }, (_, i) => Number(inDense(i)));
    const hidden = layerStatistics({ layer, fmap, emap: new Uint8Array(4 * 128 * 256).fill(1) });
    for (const mapping of firstOf(hidden, p, 12)) expect(faults(hidden, mapping, p)).toEqual([]);
    expect([...candidates(hidden, p)].some((mapping) => faults(hidden, mapping, p).length > 0)).toBe(true);
  });

  it("a chunk has no more values than a row word's base can count, however large its memory is", () => {
    const shape = { channelsPerTrace: 2, passRows: 3, passColumns: 3, chunkGroups: 4 };
    const room = (chunkWords: number) =>
      roomForValues(
        square(2, 4, 16, 3),
        shape,
        withValues("swg", swgParameters, { chunkWords, format: "int8" }),
      );
    expect(room(32)).toBeLessThan(255);
    expect(room(1024)).toBe(255);
  });

  it("passes get smaller where too few sums or row words are there for the kernel", () => {
    const statistics = layerStatistics(ones(square(4, 4, 9, 3)));
    const [few] = firstOf(statistics, withValues("swg", swgParameters, { sums: 4 }), 1);
    expect(few.passRows * few.passColumns).toBeLessThanOrEqual(4);
    const [one] = firstOf(statistics, withValues("swg", swgParameters, { rowWords: 1 }), 1);
    expect(one.passRows).toBe(1);
  });

  it("one line says so, and which sizes matter", () => {
    const statistics = layerStatistics(ones(square(4, 4, 9, 3)));
    for (const small of [{ chunkWords: 1 }, { listWords: 1 }]) {
      const p = withValues("swg", swgParameters, small);
      expect(() => firstOf(statistics, p, 12)).toThrow(InputError);
      expect(() => firstOf(statistics, p, 12)).toThrow(/^layer "conv" fits no mapping: .*Words 1[^0-9].*$/);
    }
  });
});

describe("which mappings are promising?", () => {
  const layer = linear("fc", 2, 512, 64);
  const flags = (size: number) => Uint8Array.from({ length: size }, (_, i) => Number(i % 3 === 0));
  const statistics = layerStatistics(flattenPointwise({ layer, fmap: flags(1024), emap: flags(128) }));
  const chosenAt = (dramMbps: number) => {
    const p = withValues("swg", swgParameters, { dramMbps });
    return firstOf(statistics, p, 12).map((mapping) => episodeCount(loopNest(statistics.layer, mapping, p)));
  };

  it("several, where the array has a say in how long the layer takes", () => {
    expect(chosenAt(25600).length).toBeGreaterThan(3);
  });

  it("those near one differ from it in one thing", () => {
    const p = defaults(swgParameters);
    const promising = promisingMappings(statistics, p);
    const [best] = promising.bestFirst();
    const differ = ({ chunkGroups, channelsPerTrace, channelSlices, teamColumns }: Mapping) =>
      Number(chunkGroups !== best.chunkGroups) +
      Number(channelsPerTrace !== best.channelsPerTrace) +
      Number(channelSlices !== best.channelSlices) +
      Number(teamColumns !== best.teamColumns);
    const near = [...promising.near(best)];
    expect(near.length).toBeGreaterThan(4);
    for (const mapping of near) {
      expect(differ(mapping)).toBe(1);
      expect(faults(statistics, mapping, p)).toEqual([]);
    }
  });

  it("those that move least first, where gradients take longer to leave than to compute", () => {
    const statistics = layerStatistics(
      flattenPointwise({
        layer: linear("fc", 1, 4096, 512),
        fmap: new Uint8Array(4096).fill(1),
        emap: flags(512),
      }),
    );
    const p = withValues("swg", swgParameters, { traces: 3 });
    const promising = promisingMappings(statistics, p);
    const moved = [...promising.bestFirst()].slice(0, 3).map((mapping) => movedBytes(statistics, mapping, p));
    expect(promising.tie).toBe(0.02);
    expect(moved).toEqual(moved.toSorted((a, b) => a - b));
    const cyclesOf = (mapping: Mapping) =>
      estimateCycles(statistics, loopNest(statistics.layer, mapping, p), mapping, p);
    const [fastest] = [...candidates(statistics, p)].toSorted((a, b) => cyclesOf(a) - cyclesOf(b));
    expect(moved[0]).toBeLessThan(movedBytes(statistics, fastest, p));
  });

  it("where DRAM alone does, the one with the fewest episodes", () => {
    expect(chosenAt(1)).toHaveLength(1);
    expect(chosenAt(1)[0]).toBeLessThan(Math.max(...chosenAt(25600)) / 2);
  });
});

describe("does a mapping have the numbers that it is asked for?", () => {
  it("all nine of any candidate lead to that one, and some of them to one that has them", () => {
    fc.assert(
      fc.property(
        anyOccupancy,
        fc.nat(),
        fc.subarray([...mappingNumbers], { minLength: 1 }),
        (given, seed, some) => {
          const counts = layerStatistics(flattenPointwise(given));
          const p = withValues("swg", swgParameters, { columns: 4, rows: 2 });
          const all = [...candidates(counts, p)];
          const wanted = all[seed % all.length];
          const asked = withValues("swg", swgParameters, { columns: 4, rows: 2, ...wanted });
          expect([...candidates(counts, asked)]).toEqual([wanted]);
          const part = Object.fromEntries(some.map((name) => [name, wanted[name]]));
          const others = [
            ...candidates(counts, withValues("swg", swgParameters, { columns: 4, rows: 2, ...part })),
          ];
          expect(others.length).toBeGreaterThan(0);
          for (const other of others) expect(other).toMatchObject(part);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it("one line where nothing fits", () => {
    const counts = layerStatistics(ones(square(4, 4, 9, 3)));
    const p = withValues("swg", swgParameters, { channelSlices: 9, passRows: 2 });
    expect(() => promisingMappings(counts, p)).toThrow(
      /^layer "\w+" fits no mapping with channelSlices=9, passRows=2; with fewer of these numbers the mapper chooses the others$/,
    );
  });
});
