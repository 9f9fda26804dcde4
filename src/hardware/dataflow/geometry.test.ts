import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaults } from "../../parameter.ts";
import { convolution, type Layer, outputExtent } from "../../workload/layer.ts";
import { mostColumns, swgParameters } from "../parameters.ts";
import { flattenedLayer } from "./flatten.ts";
import { chunkExtent, chunkLayout, type Group, groupsOf, type RowLayout, rowLayout } from "./geometry.ts";
import { type Mapping, type Pass, passesOf } from "./mapping.ts";

const p = defaults(swgParameters);
const upTo = (most: number) => fc.integer({ min: 1, max: most });

const anyLayer: fc.Arbitrary<Layer> = fc
  .record({
    N: upTo(2),
    H: upTo(14),
    W: upTo(21),
    R: upTo(7),
    S: upTo(7),
    pad: fc.integer({ min: 0, max: 3 }),
    stride: fc.tuple(upTo(4), upTo(4)),
    dilation: fc.tuple(upTo(4), upTo(4)),
  })
  .filter(
    ({ H, W, R, S, pad, stride, dilation }) =>
      outputExtent(H, R, stride[0], [pad, pad], dilation[0]) > 0 &&
      outputExtent(W, S, stride[1], [pad, pad], dilation[1]) > 0,
  )
  .map(({ pad, ...shape }) =>
    flattenedLayer(
      convolution({
        ...shape,
        name: "layer",
        C: 3,
        K: 1,
        groups: 1,
        padding: [pad, pad, pad, pad],
      }),
    ),
  );

type Unrolled = Pick<Mapping, "channelsPerTrace" | "passRows" | "passColumns">;

/** A layer, and how its windows may be unrolled over the slots of a trace. */
const unrolled = fc
  .record({
    layer: anyLayer,
    channelsPerTrace: upTo(18),
    passRows: upTo(3),
    passColumns: upTo(6),
  })
  .map(({ layer, ...mapping }) => ({
    layer,
    mapping: {
      ...mapping,
      passRows: Math.min(mapping.passRows, layer.R),
      passColumns: Math.min(mapping.passColumns, layer.S),
    },
  }))
  .filter(({ layer, mapping }) => rowLayout(layer, mapping, p) !== undefined);

const layoutOf = (layer: Layer, mapping: Unrolled): RowLayout => rowLayout(layer, mapping, p)!;

describe("is every position in one group, and no group larger than a row word allows?", () => {
  it("whatever stride, dilation and kernel", () => {
    fc.assert(
      fc.property(unrolled, ({ layer, mapping }) => {
        const { outputs } = layoutOf(layer, mapping);
        const seen = new Set<string>();
        for (const { n, p: row, q0, columns, step } of groupsOf(layer, mapping, p)) {
          expect(columns).toBeLessThanOrEqual(Math.min(outputs, mostColumns));
          for (let i = 0; i < columns; i++) seen.add(`${n} ${row} ${q0 + i * step}`);
        }
        expect(seen.size).toBe(layer.N * layer.P * layer.Q);
        const all = groupsOf(layer, mapping, p).reduce((sum, { columns }) => sum + columns, 0);
        expect(all).toBe(seen.size);
      }),
    );
  });
});

describe("does a window lie in the row words as the trace looks at it?", () => {
  it("bits of a kernel row side by side, its lanes in words one after the other, no longer than words are", () => {
    fc.assert(
      fc.property(unrolled, upTo(8), fc.nat(), ({ layer, mapping }, chunkGroups, at) => {
        const groups = groupsOf(layer, mapping, p);
        const from = (at % Math.ceil(groups.length / chunkGroups)) * chunkGroups;
        const chunk = groups.slice(from, from + chunkGroups);
        for (const pass of passesOf(layer, mapping)) checkChunk(layer, chunk, pass, layoutOf(layer, mapping));
      }),
    );
  });
});

function checkChunk(layer: Layer, chunk: readonly Group[], pass: Pass, layout: RowLayout): void {
  const chunkWords = chunkLayout(layer, chunk, pass, layout);
  const ofLane = chunkWords.words.filter(({ lane }) => lane === 0);
  expect(chunkExtent(layer, chunk, pass, layout)).toEqual({
    words: chunkWords.words.length,
    pixels: ofLane.reduce((sum, { xs }) => sum + xs.length, 0),
  });
  for (const { xs } of chunkWords.words)
    expect(xs.length * layout.laneChannels).toBeLessThanOrEqual(p.rowBits);
  for (const [i, group] of chunk.entries())
    for (let column = 0; column < group.columns; column++)
      checkWindow(layer, chunkWords, layout, pass, i, { ...group, column });
}

function checkWindow(
  layer: Layer,
  chunkWords: ReturnType<typeof chunkLayout>,
  { pitch, channelLanes, laneChannels }: RowLayout,
  pass: Pass,
  group: number,
  { p: row, q0, step, column }: { p: number; q0: number; step: number; column: number },
): void {
  const { stride, padding, dilation } = layer;
  // a window's offset in its row word has four bits
  expect(column * pitch * laneChannels).toBeLessThan(16);
  for (let r = pass.r0; r < pass.r1; r++) {
    const y = row * stride[0] - padding[0] + r * dilation[0];
    const word = chunkWords.firstWord[group] + r - pass.r0;
    expect(chunkWords.words[word].y).toBe(y);
    for (let s = pass.s0; s < pass.s1; s++) {
      const x = (q0 + column * step) * stride[1] - padding[1] + s * dilation[1];
      expect(chunkWords.words[word].xs[column * pitch + s - pass.s0]).toBe(x);
    }
  }
  for (let lane = 1; lane < channelLanes; lane++)
    expect(chunkWords.words[chunkWords.firstWord[group] + lane].lane).toBe(lane);
}
