import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySparten, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import { reference } from "../kernel/reference.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { linear } from "../workload/layer.ts";
import { type ChunkVectors, kVectors, matches, windowVectors } from "./chunk-vectors.ts";
import { joinWork, pairedVectors } from "./join-cluster.ts";

/** A linear layer whose N are the positions: the emap of each k and the fmap of each channel as a list of positions. */
function dots(positions: number, ks: number[][], channels: number[][]): Occupancy {
  const layer = linear("dots", positions, channels.length, ks.length);
  const flags = (vectors: number[][]) =>
    Uint8Array.from({ length: positions * vectors.length }, (_, i) =>
      Number(vectors[i % vectors.length].includes(Math.floor(i / vectors.length))),
    );
  return { layer, fmap: flags(channels), emap: flags(ks) };
}
const upTo = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);
const run = (occupancy: Occupancy, given: object = {}) =>
  runMachine("sparten", occupancy, { unlimitedPorts: true, peBufferBytes: 4096, ...given });
const vectorsOf = (positions: number, lists: number[][]): ChunkVectors =>
  kVectors(dots(positions, lists, [[0]]), 0, { first: 0, end: positions });
const all = () => true;

/** Matches of every k with every window in one block of a convolution group. */
function matchesOf(ks: ChunkVectors, windows: ChunkVectors): number {
  let pairs = 0;
  for (let k = 0; k < ks.count; k++)
    for (let i = 0; i < windows.count * ks.chunks; i++)
      pairs += matches(ks, k, windows, Math.floor(i / ks.chunks), i % ks.chunks);
  return pairs;
}

describe("are vectors what each gradient is the product of?", () => {
  it("matches over all chunks and blocks are its valid pairs, on any layer", () => {
    holds(
      fc.property(anyOccupancy, fc.integer({ min: 1, max: 300 }), ({ layer, fmap, emap }, size) => {
        const occupancy = { layer, fmap, emap };
        const positions = layer.N * layer.P * layer.Q;
        let pairs = 0;
        for (let group = 0; group < layer.groups; group++)
          for (let first = 0; first < positions; first += size) {
            const block = { first, end: Math.min(positions, first + size) };
            pairs += matchesOf(kVectors(occupancy, group, block), windowVectors(occupancy, group, block));
          }
        expect(pairs).toBe(reference.validPairs(occupancy));
      }),
      60,
    );
  });
});

describe("who gets which vector?", () => {
  it("as many as units: one each; more: the sparsest beside the densest of those that have two", () => {
    const vectors = vectorsOf(10, [upTo(1), upTo(8), upTo(3), upTo(5), upTo(2)]);
    expect(pairedVectors(vectors, upTo(4), 4)).toEqual([[1], [3], [2], [0]]);
    expect(pairedVectors(vectors, upTo(5), 3)).toEqual([[1], [3, 0], [2, 4]]);
    expect(pairedVectors(vectors, upTo(4), 2)).toEqual([
      [1, 0],
      [3, 2],
    ]);
  });
});

describe("what does a cluster take, by hand?", () => {
  // chunks are positions 0 to 127 and 128 to 255; what is sent is (0, 0), (0, 1), (1, 0), (1, 1) and (3, 0)
  const both = [...upTo(10), ...upTo(10, 128)];
  const held = vectorsOf(256, [upTo(10), [0, ...upTo(10, 128)], []]);
  const sent = vectorsOf(256, [both, both, [], [127]]);
  const work = (units: number[][], sentAhead: number, sending = 0, wanted = all) =>
    joinWork(held, units, sent, { units: units.length, sentAhead, sendCycles: () => sending }, wanted);

  it("a cycle for each pair, three for a chunk with fewer, none for an empty one", () => {
    // 10 0 10 0 3, and 3 10 3 10 3
    expect(work([[0]], 1)).toMatchObject({ cycles: 23, pairs: 20, joins: 3 });
    expect(work([[1]], 1)).toMatchObject({ cycles: 29, pairs: 22, joins: 5 });
    expect(work([[2]], 1)).toMatchObject({ cycles: 0, pairs: 0, joins: 0 });
  });

  it("with room for one chunk units wait for each other at each, with room for two they hardly do", () => {
    expect([1, 2, 3].map((ahead) => work([[0], [1]], ahead).cycles)).toEqual([43, 29, 29]);
  });

  it("chunks come one after another, the first one ahead", () => {
    // at 0, 5, 10, 15 and 20, or at 0, 20, 40, 60 and 80
    expect([5, 20].map((sending) => work([[0], [1]], 3, sending).cycles)).toEqual([31, 83]);
  });

  it("two vectors of a unit take one after the other; what is not wanted takes nothing", () => {
    expect(work([[0, 1]], 3)).toMatchObject({ cycles: 52, unitCycles: 52, pairs: 42, joins: 8, units: 1 });
    expect(work([[0, 1]], 3, 0, () => false)).toMatchObject({ cycles: 0, pairs: 0 });
  });
});

describe("what does a layer take, by hand?", () => {
  it("k's held by one cluster of two units, channels sent", () => {
    // k 0 alone on a unit meets 3 and 1, k 1 meets 1 and 2: three cycles each
    const { cycles, breakdown, mapping } = run(
      dots(
        10,
        [upTo(4), [3, 8, 9]],
        [
          [0, 1, 3],
          [2, 8, 9],
        ],
      ),
      { pes: 2, clusterPes: 2 },
    );
    expect(mapping).toMatch(/^k's held, 1 blocks/);
    expect([cycles, breakdown.busy, breakdown.validDataTrace]).toEqual([6, 7, 5]);
  });

  it("positions in blocks of as many chunks as a unit holds: sums leave and come again", () => {
    const occupancy = dots(300, [upTo(300)], [upTo(300)]);
    // half a buffer of 1,100 bytes: one chunk of 272 for each of two vectors, and two that are sent
    const { cycles, mapping, events } = run(occupancy, { peBufferBytes: 1100 });
    expect(mapping).toMatch(/3 blocks/);
    expect([cycles, events.sumReadBytes, events.sumWriteBytes]).toEqual([128, 8, 8]);
    // a block has one pair of vectors, which are held once and sent once: 300 values and 3 bitmaps
    expect([events.fmapReadBytes, events.emapReadBytes]).toEqual([648, 648]);
    expect(events.operandBufferWriteBytes).toBe(2 * 648);
    expect(events.operandBufferReadBytes).toBe(2 * (300 * 2 + 3 * 16));
  });

  it("masked gradients are computed, unless they are skipped", () => {
    const occupancy = { ...dots(10, [upTo(4)], [upTo(3), upTo(10)]), mask: Uint8Array.of(1, 0) };
    expect(run(occupancy).breakdown.busy).toBe(7);
    expect(run(occupancy, { skipMasked: true }).breakdown.busy).toBe(3);
  });
});

describe("does it make the useful products and no others?", () => {
  it("all valid pairs, with skipMasked those of wanted gradients", () => {
    holds(
      fc.property(anyOccupancy, anySparten, (occupancy, parameters) => {
        const { layer, fmap, emap } = occupancy;
        const { breakdown } = runMachine("sparten", occupancy, parameters);
        const made = parameters.skipMasked ? occupancy : { layer, fmap, emap };
        expect(breakdown.busy).toBe(reference.validPairs(made));
      }),
      60,
    );
  });
});
