import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayer } from "../../../test/random-layers.ts";
import { defaults } from "../../parameter.ts";
import { convolution, type Layer } from "../../workload/layer.ts";
import { lanes, mostColumns, swgParameters } from "../parameters.ts";
import {
  type ChunkLayout,
  chunkLayout,
  type Group,
  groupsOf,
  type RowLayout,
  rowLayout,
} from "./geometry.ts";
import type { ChunkShape } from "./layer-statistics.ts";
import { type Pass, passesOf } from "./mapping.ts";

const parameters = defaults(swgParameters);
const anyShape = fc.record({
  channelsPerTrace: fc.integer({ min: 1, max: 18 }),
  passRows: fc.integer({ min: 1, max: 3 }),
  passColumns: fc.integer({ min: 1, max: 6 }),
  chunkGroups: fc.integer({ min: 1, max: 8 }),
});

/** A layer with what a mapping of it makes of its positions. */
const anyCut = fc
  .tuple(anyLayer, anyShape)
  .map(([layer, shape]) => ({ layer, shape, layout: rowLayout(layer, shape, parameters) }))
  .filter(({ layout }) => layout !== undefined)
  .map(({ layer, shape, layout }) => ({ layer, shape, layout: layout as RowLayout }));

const columnsOf = ({ q0, columns, step }: Group): number[] =>
  Array.from({ length: columns }, (_, i) => q0 + i * step);

interface Laid {
  readonly layer: Layer;
  readonly layout: RowLayout;
  readonly chunk: readonly Group[];
  readonly pass: Pass;
  readonly laid: ChunkLayout;
}

/** Calls `visit` with every chunk as every pass sees it. */
function eachChunk(layer: Layer, shape: ChunkShape, layout: RowLayout, visit: (laid: Laid) => void) {
  const groups = groupsOf(layer, shape, parameters);
  for (let from = 0; from < groups.length; from += shape.chunkGroups) {
    const chunk = groups.slice(from, from + shape.chunkGroups);
    for (const pass of passesOf(layer, shape))
      visit({ layer, layout, chunk, pass, laid: chunkLayout(layer, chunk, pass, layout) });
  }
}

/** The words of a group's rows in lane 0, as far apart as sharing them or not puts them. */
function rowsOf({ layer, layout, pass, laid }: Laid, group: number) {
  const first = laid.firstWord[group];
  const top = laid.words[first];
  const height = pass.r1 - pass.r0;
  const apart = [layer.dilation[0], layout.channelLanes].find((distance) =>
    Array.from({ length: height }, (_, r) => laid.words[first + r * distance]).every(
      (word, r) => word?.n === top.n && word.y === top.y + r * layer.dilation[0] && word.lane === 0,
    ),
  );
  return Array.from({ length: height }, (_, r) => ({
    at: first + r * (apart ?? Number.NaN),
    word: laid.words[first + r * (apart ?? Number.NaN)],
  }));
}

describe("do the groups cover every position once?", () => {
  it("partitions the positions of any layer, no more in a group than a list can name", () => {
    fc.assert(
      fc.property(anyCut, ({ layer, shape }) => {
        const seen = new Set<string>();
        let positions = 0;
        for (const group of groupsOf(layer, shape, parameters)) {
          expect(group.columns).toBeLessThanOrEqual(mostColumns);
          positions += group.columns;
          for (const q of columnsOf(group)) {
            expect(q).toBeLessThan(layer.Q);
            seen.add(`${group.n} ${group.p} ${q}`);
          }
        }
        expect(seen.size).toBe(layer.N * layer.P * layer.Q);
        expect(positions).toBe(seen.size);
      }),
    );
  });
});

describe("does a trace find a position's window in its row words?", () => {
  it("the taps of a row lie side by side, `pitch` columns behind those of the output before", () => {
    fc.assert(
      fc.property(anyCut, ({ layer, shape, layout }) => {
        eachChunk(layer, shape, layout, (laid) => {
          const { stride, padding, dilation } = layer;
          const { r0, s0, s1 } = laid.pass;
          const wanted = laid.chunk.flatMap(({ n, p }, at) =>
            columnsOf(laid.chunk[at]).map((q) => ({
              n,
              y: p * stride[0] - padding[0] + r0 * dilation[0],
              xs: Array.from(
                { length: s1 - s0 },
                (_, s) => q * stride[1] - padding[1] + (s0 + s) * dilation[1],
              ),
            })),
          );
          const found = laid.chunk.flatMap(({ columns }, at) => {
            const [{ word }] = rowsOf(laid, at);
            return Array.from({ length: columns }, (_, i) => ({
              n: word.n,
              y: word.y,
              xs: word.xs.slice(i * layout.pitch, i * layout.pitch + s1 - s0),
            }));
          });
          expect(found).toEqual(wanted);
        });
      }),
    );
  });

  it("its rows are in words of other banks, no longer than a word, and later groups behind earlier ones", () => {
    fc.assert(
      fc.property(anyCut, ({ layer, shape, layout }) => {
        eachChunk(layer, shape, layout, (laid) => {
          for (const { xs } of laid.laid.words)
            expect(xs.length * layout.laneChannels).toBeLessThanOrEqual(parameters.rowBits);
          for (const [group, first] of laid.laid.firstWord.entries()) {
            if (group > 0) expect(first).toBeGreaterThan(laid.laid.firstWord[group - 1]);
            const rows = rowsOf(laid, group);
            expect(rows.every(({ word }) => word !== undefined)).toBe(true);
            expect(new Set(rows.map(({ at }) => at % lanes)).size).toBe(rows.length);
          }
        });
      }),
    );
  });

  it("groups do not share rows that three lanes would look for in one bank", () => {
    const tall = convolution({
      name: "conv",
      N: 1,
      C: 1,
      H: 14,
      W: 4,
      K: 1,
      R: 3,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [3, 1],
    });
    const shape = { channelsPerTrace: 1, passRows: 3, passColumns: 1, chunkGroups: 8 };
    const words = (layer: Layer) => {
      let count = 0;
      eachChunk(layer, shape, rowLayout(layer, shape, parameters)!, ({ laid }) => {
        count += laid.words.length;
      });
      return count;
    };
    expect(words(tall)).toBe(8 * 3);
    // the same rows two apart: eight groups reach twelve of them
    expect(words({ ...tall, H: 12, dilation: [2, 1] })).toBe(12);
  });
});
