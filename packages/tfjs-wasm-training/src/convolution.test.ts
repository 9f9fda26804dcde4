import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { relativeError } from "../test/both-backends.ts";
import { drawnCases, infoOf, operandsOf, randomConvolutions } from "../test/random-convolution.ts";
import { convolution, inputGradient } from "../test/reference.ts";
import { bitsOf, computed, wasmEngine } from "../test/wasm-engine.ts";
import {
  type ConvolutionMethod,
  canConvolveWanted,
  convolve,
  convolveWanted,
  type Weights,
} from "./convolution.ts";
import type { Engine } from "./engine.ts";
import { forwardGather, inputGathers } from "./gather.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await wasmEngine();
});

describe.each<ConvolutionMethod>(["dense", "listed"])(
  "is a %s convolution the reference's, bit for bit?",
  (method) => {
    it("forward", () => {
      fc.assert(
        fc.property(randomConvolutions(), (drawn) => {
          const info = infoOf(drawn);
          const { x, filter } = operandsOf(drawn, info);
          const wanted = convolution(info, x, filter);
          const y = computed(engine, [x, filter], wanted.length, ([sourceAt, at], result) => {
            const { filterWidth, inChannels: inputs, outChannels: outputs } = info;
            const weights: Weights = { at, filterWidth, inputs, outputs, direction: "forward" };
            convolve(engine, method, forwardGather(info), info.batchSize, sourceAt, weights, result);
          });
          expect(bitsOf(y)).toEqual(bitsOf(wanted));
        }),
        { numRuns: drawnCases },
      );
    });

    it("backward", () => {
      fc.assert(
        fc.property(randomConvolutions(), (drawn) => {
          const info = infoOf(drawn);
          const { dy, filter } = operandsOf(drawn, info);
          const wanted = inputGradient(info, dy, filter);
          const dx = computed(engine, [dy, filter], wanted.length, ([sourceAt, at], result) => {
            const { filterWidth, outChannels: inputs, inChannels: outputs } = info;
            const weights: Weights = { at, filterWidth, inputs, outputs, direction: "backward" };
            for (const gather of inputGathers(info))
              convolve(engine, method, gather, info.batchSize, sourceAt, weights, result);
          });
          expect(bitsOf(dx)).toEqual(bitsOf(wanted));
        }),
        { numRuns: drawnCases },
      );
    });
  },
);

describe("is a gradient of which only a part is wanted the reference's?", () => {
  it("there, and 0 elsewhere", () => {
    const eights = randomConvolutions().filter((drawn) => canConvolveWanted(inputGathers(infoOf(drawn))));
    fc.assert(
      fc.property(eights, (drawn) => {
        const info = infoOf(drawn);
        const { x, dy, filter } = operandsOf(drawn, info);
        const mask = x.map((value) => Math.max(value, 0));
        const wanted = inputGradient(info, dy, filter).map((value, i) => (mask[i] > 0 ? value : 0));
        const dx = computed(engine, [dy, filter, mask], wanted.length, ([sourceAt, at, maskAt], result) => {
          const { filterWidth, outChannels: inputs, inChannels: outputs } = info;
          const weights: Weights = { at, filterWidth, inputs, outputs, direction: "backward" };
          for (const gather of inputGathers(info))
            convolveWanted(engine, gather, info.batchSize, sourceAt, weights, maskAt, result);
        });
        expect(relativeError(dx, wanted)).toBeLessThan(1e-5);
        expect(dx.map((value, i) => (mask[i] > 0 ? 0 : value)).every((value) => value === 0)).toBe(true);
      }),
      { numRuns: drawnCases },
    );
  });
});

describe("do pictures of several bands have seams?", () => {
  it.each<ConvolutionMethod>(["dense", "listed"])("%s", (method) => {
    const drawn = {
      shape: [1, 70, 40, 3] as [number, number, number, number],
      filterShape: [3, 3, 3, 5] as [number, number, number, number],
      strides: [1, 1] as [number, number],
      dilations: [1, 1] as [number, number],
      pad: "same" as const,
      density: 0.5,
      seed: 3,
    };
    const info = infoOf(drawn);
    const { x, filter } = operandsOf(drawn, info);
    const wanted = convolution(info, x, filter);
    const y = computed(engine, [x, filter], wanted.length, ([sourceAt, at], result) => {
      const weights: Weights = { at, filterWidth: 3, inputs: 3, outputs: 5, direction: "forward" };
      convolve(engine, method, forwardGather(info), 1, sourceAt, weights, result);
    });
    expect(bitsOf(y)).toEqual(bitsOf(wanted));
  });
});
