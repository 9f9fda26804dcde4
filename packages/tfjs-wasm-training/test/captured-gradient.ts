import { backend_util } from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { LayerTrace, Trace } from "../../../src/trace/trace.ts";
import { weightGradient } from "../../../src/training/weight-gradient.ts";
import type { Layer } from "../../../src/workload/layer.ts";
import type { Engine } from "../src/engine.ts";
import { forwardGather, inputGathers } from "../src/gather.ts";
import { denseGradient, emapGradient, fmapGradient, type GradientMethod } from "../src/weight-gradient.ts";
import { relativeError } from "./both-backends.ts";
import { bitsOf, computed } from "./wasm-engine.ts";

/** Layers that are one convolution: not grouped. */
export const ungrouped = (trace: Trace): string[] =>
  trace.layers.filter(({ groups }) => groups === 1).map(({ name }) => name);

/** Values [A][B][rows][columns] of swg-sim as [A][rows][columns][B] of TensorFlow.js. */
function channelsLast(values: ArrayLike<number>, A: number, B: number, size: number): Float32Array {
  const moved = new Float32Array(A * B * size);
  for (let i = 0; i < moved.length; i++) {
    const [a, b, at] = [Math.floor(i / (B * size)), Math.floor(i / size) % B, i % size];
    moved[(a * size + at) * B + b] = values[i];
  }
  return moved;
}

/** A gradient [K][C][R][S] as [R][S][C][K]. */
function tapsFirst(values: ArrayLike<number>, { K, C, R, S }: Layer): Float32Array {
  const moved = new Float32Array(K * C * R * S);
  for (let i = 0; i < moved.length; i++) {
    const [k, c, tap] = [Math.floor(i / (C * R * S)), Math.floor(i / (R * S)) % C, i % (R * S)];
    moved[(tap * C + c) * K + k] = values[i];
  }
  return moved;
}

function infoOf({ N, C, H, W, K, R, S, stride, padding, dilation }: Layer): backend_util.Conv2DInfo {
  const [top, left, bottom, right] = padding;
  const pad: backend_util.ExplicitPadding = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return backend_util.computeConv2DInfo([N, H, W, C], [R, S, C, K], [...stride], [...dilation], pad, "floor");
}

/** Holds every way to compute a captured layer's gradient to swg-sim's own, in float64, and all to the same bits. */
export function expectCapturedGradient(engine: Engine, { layer, fmap, emap }: LayerTrace): void {
  const { N, C, H, W, K, P, Q } = layer;
  const info = infoOf(layer);
  const operands = [channelsLast(fmap, N, C, H * W), channelsLast(emap, N, K, P * Q)];
  const wanted = tapsFirst(weightGradient({ layer, fmap, emap }), layer);
  const strided = layer.stride.some((stride) => stride !== 1);
  const methods: GradientMethod[] = strided ? ["dense", "emap"] : ["dense", "emap", "fmap"];
  const gradients = methods.map((method) =>
    computed(engine, operands, wanted.length, ([x, dy], gradient) => {
      const places = { fmap: x, emap: dy, gradient };
      if (method === "dense") denseGradient(engine, forwardGather(info), N, places);
      else if (method === "emap") emapGradient(engine, forwardGather(info), N, places);
      else fmapGradient(engine, inputGathers(info)[0], N, places, info.filterWidth);
    }),
  );
  expect(relativeError(gradients[0], wanted)).toBeLessThan(1e-5);
  for (const gradient of gradients) expect(bitsOf(gradient)).toEqual(bitsOf(gradients[0]));
}
