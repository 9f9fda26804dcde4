import { describe, expect, it } from "vitest";
import { oraclePath, sharedTraces } from "../../test/shared-data.ts";
import { openTrace } from "../trace/file.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { linear } from "../workload/layer.ts";
import { compareGradient, verifyLayer } from "./verify.ts";

// gradient [2][1] of 1 input, 2 outputs, 1 image: fmap * emap
const trace = (fmap: number, gradient: Float32Array | Float64Array): LayerTrace => ({
  layer: linear("fc", 1, 1, 2),
  fmap: Float32Array.of(fmap),
  emap: Float32Array.of(2, -4),
  weightGradient: gradient,
});

describe("when does a layer's gradient count as right?", () => {
  it("when it is equal", () => {
    const expected = { name: "fc", elements: 2, error: 0, tolerance: 1e-4, ok: true };
    expect(verifyLayer(trace(1, Float32Array.of(2, -4)))).toMatchObject(expected);
  });

  it("not when one element is off: it is named, its error relative to the largest", () => {
    const expected = { worstIndex: [1, 0, 0, 0], error: 1 / 5, ok: false };
    expect(verifyLayer(trace(1, Float32Array.of(2, -5)))).toMatchObject(expected);
  });

  it("float64 is held to 1e-9, float32 to 1e-4", () => {
    expect(verifyLayer(trace(1, Float32Array.of(2, -4.0001)))).toMatchObject({ ok: true });
    expect(verifyLayer(trace(1, Float64Array.of(2, -4.0001)))).toMatchObject({ ok: false, tolerance: 1e-9 });
  });

  it("zero must be exactly zero", () => {
    expect(verifyLayer(trace(0, Float32Array.of(0, 0)))).toMatchObject({ ok: true, error: 0 });
    expect(verifyLayer(trace(1e-30, Float32Array.of(0, 0)))).toMatchObject({
      ok: false,
      worstIndex: [1, 0, 0, 0],
    });
  });

  it("a NaN never counts as right", () => {
    expect(compareGradient(Float32Array.of(0, NaN), Float32Array.of(0, 1))).toMatchObject({
      worst: 1,
      error: Infinity,
    });
  });

  it("without a gradient in the trace there is no answer", () => {
    const { layer, fmap, emap } = trace(1, Float32Array.of(2, -4));
    expect(verifyLayer({ layer, fmap, emap })).toBeUndefined();
  });
});

const paths = [...sharedTraces().map(({ path }) => path), oraclePath()].filter((path) => path !== undefined);

describe.skipIf(paths.length === 0)("does the reference agree with PyTorch?", () => {
  it("on every layer of the shared traces, and on the oracle", () => {
    for (const path of paths) {
      const traced = openTrace(path);
      const verified = traced.layers.map(({ name }) => verifyLayer(traced.read(name)));
      expect(
        verified.filter((layer) => !layer?.ok),
        path,
      ).toEqual([]);
    }
  });
});
