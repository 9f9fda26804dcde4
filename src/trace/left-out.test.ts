import { describe, expect, it } from "vitest";
import { fileOf, headerText } from "../../test/damaged-traces.ts";
import { float32, npyFile, zipFile } from "../../test/npz-file.ts";
import { InputError } from "../input-error.ts";
import { linear } from "../workload/layer.ts";
import { arraySource } from "./byte-source.ts";
import type { LeftOut } from "./coverage.ts";
import { encodeTrace } from "./encode.ts";
import { memoryTrace } from "./memory-trace.ts";
import { encodeNpz } from "./numpy/encode-npz.ts";
import { readNpz } from "./numpy/npz.ts";
import { readTraceFile } from "./swg-trace.ts";
import type { Trace } from "./trace.ts";

const attention: LeftOut = {
  operator: "MyAttention",
  why: "its weights are used in a way that is not followed",
  names: ["attention.0", "attention.1", "fc"],
  weights: true,
};
const resize: LeftOut = { operator: "Resize", why: "it has no weights", names: ["up"], weights: false };

const layerTrace = (name: string) => ({
  layer: linear(name, 1, 2, 1),
  fmap: Float32Array.of(1, 0),
  emap: Float32Array.of(3),
});
const step = (number: number, leftOut?: readonly LeftOut[]): Trace =>
  memoryTrace(
    "memory",
    { network: "n", dataset: "d", step: number, batch: 1 },
    [layerTrace("fc"), layerTrace("fc#1"), layerTrace("c")],
    leftOut,
  );
const coverages = (steps: readonly Trace[]) => steps.map(({ coverage }) => coverage);
const throughSafetensors = (steps: readonly Trace[]) =>
  readTraceFile(arraySource("x", Buffer.concat([...encodeTrace("x", steps)])));
const throughNpz = (steps: readonly Trace[]) =>
  readNpz(arraySource("x", Buffer.concat([...encodeNpz("x", steps)])));

describe("does a trace say what of its network it does not hold?", () => {
  it("a module is one operator, however often it ran, and whether or not a use of it is left out", () => {
    expect(step(0, [attention, resize]).coverage).toEqual({
      // fc, c and the two of attention
      operatorsWithWeights: 4,
      leftOut: [attention, resize],
      notes: [],
    });
    expect(step(0).coverage).toBeUndefined();
    expect(step(0, []).coverage?.operatorsWithWeights).toBe(2);
  });

  it.each<[string, Trace[]]>([
    ["one step", [step(3, [attention, resize])]],
    ["a step that is known to be whole", [step(3, [])]],
    ["a step of which nothing is known", [step(3)]],
    ["steps alike", [step(0, [attention]), step(1, [attention])]],
    ["steps that differ", [step(0, [attention]), step(1, [resize]), step(2, [])]],
    ["steps of which one is not known", [step(0, [attention]), step(1)]],
    ["steps of which the first is not known", [step(0), step(1, [attention])]],
  ])("it comes back through safetensors and .npz: %s", (_, steps) => {
    expect(coverages(throughSafetensors(steps).steps)).toEqual(coverages(steps));
    expect(coverages(throughNpz(steps).steps)).toEqual(coverages(steps));
  });

  it("a .npz may list more than one call has arguments for", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `layer.${i}.weight`);
    const [found] = throughNpz([step(0, [{ ...attention, names }])]).steps;
    expect(found.coverage?.operatorsWithWeights).toBe(20_002);
  });

  it("version 1 knows none, and is written where nothing is known", () => {
    expect(throughSafetensors([step(3)]).version).toBe(1);
    expect(throughSafetensors([step(3, [])]).version).toBe(2);
  });
});

describe("what is refused of the list?", () => {
  const change = (entry: object) => JSON.stringify([{ ...attention, ...entry }]);
  const texts: [string, unknown, string][] = [
    ["no text", 7, "left_out must be a string"],
    ["no JSON", "[{", "left_out is not JSON"],
    ["deep nesting", "[".repeat(100_000), "left_out nests deeper than 16"],
    ["no list", "{}", "left_out must be a JSON list, is {}"],
    ["a number in it", "[5]", "an entry must be an object"],
    [
      "no operator",
      change({ operator: undefined }),
      "operator must be text of 1 to 2000 characters, is missing",
    ],
    ["no reason", change({ why: "" }), 'why must be text of 1 to 2000 characters, is ""'],
    ["a long reason", change({ why: "x".repeat(3000) }), "why must be text of 1 to 2000"],
    ["no names", change({ names: [] }), "names must be a list of one name or more, is []"],
    ["a name that is none", change({ names: [null] }), "a name must be text"],
    ["weights in words", change({ weights: "yes" }), 'weights must be true or false, is "yes"'],
  ];
  it.each(texts)("%s", (_, left_out, message) => {
    const inMetadata = () => readTraceFile(arraySource("x", fileOf(headerText({ left_out }))));
    expect(inMetadata).toThrow(InputError);
    expect(inMetadata).toThrow(message);
    expect(inMetadata).toThrow(/^x: [^\n]+$/);
  });

  it("of one step, and in a .npz", () => {
    const steps = JSON.stringify([{ step: 0, left_out: {} }, 5]);
    expect(() => readTraceFile(arraySource("x", fileOf(headerText({ steps }))))).toThrow(
      "x: step 0: left_out must be a JSON list, is {}",
    );
    const map = npyFile("<f4", [1, 1], float32(1));
    const codes = new Uint8Array(Uint32Array.of(0x7b, 0x7d).buffer);
    const file = zipFile([
      { name: "a.fmap.npy", bytes: map },
      { name: "a.emap.npy", bytes: map },
      { name: "left_out.npy", bytes: npyFile("<U2", [], codes) },
    ]);
    expect(() => readNpz(arraySource("x", file))).toThrow("x: array left_out must be a JSON list, is {}");
  });

  it("what no reader would take is not written", () => {
    const steps = [step(0, [{ ...attention, names: [] }])];
    expect(() => [...encodeTrace("x", steps)]).toThrow(
      "x: left_out: names must be a list of one name or more",
    );
  });
});
