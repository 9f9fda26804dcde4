import { describe, expect, it } from "vitest";
import * as swg from "./index.ts";

/** What JavaScript may hand over where something else is asked for. */
const strange: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  3n,
  "",
  "text",
  true,
  Symbol("s"),
  () => 1,
  [],
  [1],
  {},
  new Uint8Array(3),
  new Float32Array(3),
  new Map(),
  new Date(0),
];

const layer = swg.convolution({
  name: "conv",
  N: 2,
  C: 2,
  H: 4,
  W: 4,
  K: 4,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});
const occupied: swg.Occupancy = {
  layer,
  fmap: new Uint8Array(64).fill(1),
  emap: new Uint8Array(128).fill(1),
  mask: new Uint8Array(72).fill(1),
};
const values: swg.LayerTrace = {
  layer,
  fmap: new Float32Array(64).fill(1),
  emap: new Float32Array(128).fill(1),
  mask: new Uint8Array(72).fill(1),
};
const labels = { network: "n", dataset: "d", step: 0, batch: 2 };
const { accelerator, parameters } = swg.select("swg");

/** The object with each of its fields, and those of its layer, in turn left out, or strange. */
function* variants(sound: object): Generator<object> {
  for (const [name, value] of Object.entries(sound)) {
    for (const other of strange) yield { ...sound, [name]: other };
    if (name === "layer") for (const inner of variants(value as object)) yield { ...sound, layer: inner };
  }
}

/** Calls a function that nothing compiled has looked at; what it throws must be an `InputError` of one line. */
function refusal(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    expect(error, String((error as Error).stack)).toBeInstanceOf(swg.InputError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: functions as JavaScript sees them
const untyped = swg as unknown as Record<string, (...given: any[]) => any>;

describe("do wrong arguments from JavaScript end in one line?", () => {
  const kernels = [swg.fast, swg.reference];

  it("anything in place of a layer's maps, its layer, or one of the layer's fields", () => {
    for (const given of [...strange, ...variants(occupied)]) {
      const refused = kernels.map((kernel) => refusal(() => kernel.validPairs(given as swg.Occupancy)));
      expect(refused[0]).toBe(refused[1]);
      for (const kernel of kernels)
        expect(
          refusal(() =>
            kernel.simulate(
              swg.swgCycleModel,
              given as swg.Occupancy,
              parameters as unknown as swg.SwgParameters,
            ),
          ),
        ).toBe(refused[0]);
      for (const name of ["swg", "lnpu-swg", "dense"])
        expect(
          refusal(() =>
            swg.accelerators[name].simulate(given as swg.Occupancy, swg.select(name).parameters, swg.fast),
          ),
        ).toBe(refused[0]);
    }
  });

  it.each([
    ["maps that are too short", { fmap: new Uint8Array(63) }, "fmap must have 64 elements, has 63"],
    ["maps that are too long", { emap: new Uint8Array(129) }, "emap must have 128 elements, has 129"],
    ["a mask of another shape", { mask: new Uint8Array(4) }, "mask must have 72 elements, has 4"],
    [
      "values for flags",
      { fmap: new Float32Array(64) },
      "fmap must be a Uint8Array, is Float32Array of 256 bytes",
    ],
    [
      "a list for flags",
      { fmap: new Array(64).fill(1) },
      /^layer "conv": fmap must be a Uint8Array, is \[1,1/,
    ],
    [
      "flags that are counts",
      { emap: new Uint8Array(128).fill(1).fill(2, 77, 78) },
      "emap must be 0 or 1, is 2 at 77",
    ],
    [
      "a P of another layer",
      { layer: { ...layer, P: 5 } },
      /P is 5, but H, R, stride, padding and dilation make it 4/,
    ],
    [
      "a padding without end",
      { layer: { ...layer, padding: [2 ** 24, 0, 0, 0] } },
      "P is 4, but H, R, stride, padding and dilation make it 16777218",
    ],
  ] as const)("%s", (_, change, rule) => {
    const given = { ...occupied, ...change } as unknown as swg.Occupancy;
    for (const kernel of kernels)
      expect(refusal(() => kernel.validPairs(given))).toEqual(
        typeof rule === "string" ? `layer "conv": ${rule}` : expect.stringMatching(rule),
      );
  });

  it("flags that do not begin at a multiple of four bytes are read where they are", () => {
    const shifted = new Uint8Array(129).fill(1).subarray(1);
    expect(refusal(() => swg.fast.validPairs({ ...occupied, emap: shifted }))).toBeUndefined();
    const wrong = new Uint8Array(129).fill(1).subarray(1);
    wrong[127] = 255;
    expect(refusal(() => swg.fast.validPairs({ ...occupied, emap: wrong }))).toMatch(/is 255 at 127/);
  });

  it("parameters that are none, out of range, of another type, missing or misspelt", () => {
    const simulate = (given: unknown) => () =>
      accelerator.simulate(occupied, given as typeof parameters, swg.fast);
    for (const given of strange) expect(refusal(simulate(given))).toMatch(/parameter/);
    for (const name of Object.keys(parameters)) {
      expect(refusal(simulate({ ...parameters, [name]: undefined }))).toMatch(`machine.${name} must be`);
      expect(refusal(simulate({ ...parameters, [name]: -1 }))).toMatch(`machine.${name} must be`);
      const { [name as keyof typeof parameters]: _, ...fewer } = parameters;
      expect(refusal(simulate(fewer))).toMatch(`machine.${name} is missing`);
    }
    expect(refusal(simulate({ ...parameters, colums: 4 }))).toMatch(
      /^unknown parameter "machine.colums"; known:/,
    );
    for (const given of strange.slice(1)) refusal(() => untyped.select("swg", given));
    for (const given of strange) expect(refusal(() => untyped.select(given))).toMatch(/^unknown accelerator/);
    for (const given of strange)
      expect(refusal(() => untyped.machineGradient(values, given))).toMatch(/parameter/);
  });

  it("kernels and selections that are none", () => {
    for (const kernel of strange) {
      expect(refusal(() => accelerator.simulate(occupied, parameters, kernel as swg.Kernel))).toMatch(
        /^kernel/,
      );
      expect(refusal(() => untyped.runTrace(kernel, [], swg.fast))).toMatch(/^trace/);
      expect(
        refusal(() => untyped.runTrace(swg.memoryTrace("t", labels, [values]), kernel, swg.fast)),
      ).not.toBe("");
    }
  });

  it("machines of a run that are none, or without a label of their own", () => {
    const trace = swg.memoryTrace("t", labels, [values]);
    const run = (machines: unknown) => refusal(() => untyped.runTrace(trace, machines, swg.fast));
    const sound = swg.select("swg");
    expect(run([])).toBe("a run must have a machine, has none");
    expect(run([sound, sound])).toBe('machines of a run must have labels of their own, "swg" is there twice');
    for (const given of strange) expect(run([given])).not.toBe(undefined);
    for (const given of variants({ ...sound })) run([given]);
    for (const label of ["constructor", "__proto__", "8", "", "dense", "all"])
      expect(run([{ ...sound, label }])).toMatch(/^label of a machine must/);
    expect(run([{ ...sound, label: "mine" }])).toBe(undefined);
  });

  it("cycle models that are none", () => {
    for (const { simulate } of kernels) {
      const call = (model: unknown) => () =>
        simulate(model as swg.CycleModel, occupied, parameters as unknown as swg.SwgParameters);
      for (const model of strange) expect(refusal(call(model))).toMatch(/^cycle model/);
      for (const model of variants({ ...swg.swgCycleModel, simulateFast: undefined })) refusal(call(model));
    }
  });

  it("values that are no layer's", () => {
    for (const given of [...strange, ...variants(values)])
      for (const call of ["occupancy", "weightGradient", "verifyLayer"]) refusal(() => untyped[call](given));
    const infinite = { ...values, emap: new Float32Array(128).fill(Number.NaN) };
    expect(refusal(() => swg.occupancy(infinite))).toBe('layer "conv": emap must be finite, is NaN at 0');
  });

  it("shapes that no layer has", () => {
    const shape = { ...layer } as Record<string, unknown>;
    for (const given of [...strange, ...variants(shape)]) refusal(() => untyped.convolution(given));
    for (const given of strange)
      for (let at = 0; at < 4; at++)
        refusal(() => untyped.linear(...["fc", 4, 4, 4].map((size, i) => (i === at ? given : size))));
    expect(refusal(() => untyped.linear("fc", 4, 4))).toBe(
      'layer "fc": K must be a whole number from 1 to 16777216, is missing',
    );
    const { stride: _, ...without } = shape;
    expect(refusal(() => untyped.convolution(without))).toBe(
      'layer "conv": stride must be [y, x], whole numbers from 1 to 16777216, is missing',
    );
  });

  it("names, paths, batches, seeds, bytes and sources of another type", () => {
    for (const given of strange) {
      const calls: [string, ...unknown[]][] = [
        ...[["openTrace", given] as const, ["openTraceFile", given] as const].map(
          ([f, g]) => [f, g] as [string, unknown],
        ),
        ["writeTrace", given, given, given],
        ["writeTraceFile", given, given],
        ["memoryTrace", "t", given, [values]],
        ["memoryTrace", "t", labels, given],
        ["bitmapsOnly", given],
        ["arraySource", "a", given],
        ["arraySource", given, new Uint8Array(3)],
        ["readNpz", given],
        ["readTraceFile", given],
        ["onnxNetwork", given],
        ["syntheticTrace", given, 1, 1],
        ["syntheticTrace", "vgg8", given, 1],
        ["syntheticTrace", "vgg8", 1, given],
        ["syntheticTraceOf", "n", given, 1, 1],
      ];
      for (const [name, ...args] of calls) refusal(() => untyped[name](...args));
      refusal(() => [...untyped.encodeNpz("f", given)]);
    }
  });
});

describe("does what is refused or fails have a say in what comes next?", () => {
  it("a layer that fits no mapping has none", () => {
    const before = accelerator.simulate(occupied, parameters, swg.fast);
    const { parameters: tiny } = swg.select("swg", { chunkWords: 1 });
    expect(refusal(() => accelerator.simulate(occupied, tiny, swg.fast))).toMatch(/fits no mapping/);
    expect(accelerator.simulate(occupied, parameters, swg.fast)).toEqual(before);
  });
});
