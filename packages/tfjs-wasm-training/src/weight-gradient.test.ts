import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  drawnCases,
  infoOf,
  operandsOf,
  type RandomConvolution,
  randomConvolutions,
} from "../test/random-convolution.ts";
import { weightGradient } from "../test/reference.ts";
import { bitsOf, computed, wasmEngine } from "../test/wasm-engine.ts";
import type { Engine } from "./engine.ts";
import { forwardGather, inputGathers } from "./gather.ts";
import { denseGradient, emapGradient, fmapGradient, type GradientMethod } from "./weight-gradient.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await wasmEngine();
});

function expectReference(drawn: RandomConvolution, method: GradientMethod): void {
  const info = infoOf(drawn);
  const { x, dy } = operandsOf(drawn, info);
  const wanted = weightGradient(info, x, dy);
  const gradient = computed(engine, [x, dy], wanted.length, ([fmap, emap], result) => {
    const places = { fmap, emap, gradient: result };
    if (method === "dense") denseGradient(engine, forwardGather(info), info.batchSize, places);
    else if (method === "emap") emapGradient(engine, forwardGather(info), info.batchSize, places);
    else fmapGradient(engine, inputGathers(info)[0], info.batchSize, places, info.filterWidth);
  });
  expect(bitsOf(gradient)).toEqual(bitsOf(wanted));
}

describe("is a weight gradient the reference's, bit for bit?", () => {
  it.each<GradientMethod>(["dense", "emap"])("%s", (method) => {
    fc.assert(
      fc.property(randomConvolutions(), (drawn) => expectReference(drawn, method)),
      { numRuns: drawnCases },
    );
  });

  it("fmap, of stride 1", () => {
    fc.assert(
      fc.property(randomConvolutions(), (drawn) => expectReference({ ...drawn, strides: [1, 1] }, "fmap")),
      { numRuns: drawnCases },
    );
  });

  it.each<GradientMethod>(["dense", "emap", "fmap"])("%s, of several blocks and bands", (method) => {
    const drawn = { strides: [1, 1], dilations: [1, 1], pad: "same", density: 0.5, seed: 3 } as const;
    const filterShape: [number, number, number, number] = [3, 3, 3, 5];
    const common = { ...drawn, filterShape, strides: [1, 1], dilations: [1, 1] } as const;
    for (const shape of [
      [1, 70, 40, 3],
      [9, 12, 10, 3],
    ] as [number, number, number, number][])
      expectReference({ ...common, shape, strides: [1, 1], dilations: [1, 1] }, method);
  });
});
