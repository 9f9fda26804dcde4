import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFlipped, readsOrRefuses } from "../../test/damage.ts";
import { damagedSteps, fileOf, headerText, LAYER, STEPS } from "../../test/damaged-traces.ts";
import { InputError } from "../input-error.ts";
import { arraySource } from "./byte-source.ts";
import { readTraceFile } from "./swg-trace.ts";
import { hasValues } from "./trace.ts";

const readAll = (bytes: Uint8Array) =>
  readTraceFile(arraySource("x", bytes)).steps.map((step) =>
    step.layers.map(({ name }) => (hasValues(step.contents(name)) ? step.read(name) : step.occupancy(name))),
  );

describe("what does a damaged file of several steps say is wrong with it?", () => {
  it("the undamaged file reads", () => {
    const [[values], [bitmaps]] = readAll(fileOf(headerText()));
    expect(values.mask).toEqual(Uint8Array.of(1));
    expect(bitmaps.fmap).toEqual(Uint8Array.of(1, 1));
    expect(bitmaps.emap).toEqual(Uint8Array.of(1, 0));
  });

  it.each(damagedSteps)("%s", (_, bytes, message) => {
    const read = () => readAll(bytes);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^x: [^\n]+$/);
  });

  it("version 1 knows neither steps nor bitmaps", () => {
    expect(() => readAll(fileOf(headerText({ version: "1", step: "0" })))).toThrow(
      'tensor "a.fmap" is missing',
    );
  });
});

describe("can any damage make the reader of steps fail in another way?", () => {
  const good = fileOf(headerText());
  it("bytes flipped", () => readFlipped(good, 2000, readAll));

  it("a file cut anywhere", () => {
    for (let end = 0; end < good.length; end++) readsOrRefuses(() => readAll(good.slice(0, end)));
  });

  it("a step, or one of its fields, replaced by other JSON", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("step", "optimizer_step", "batch", "layers"),
        fc.jsonValue(),
        (field, value) => {
          readsOrRefuses(() => readAll(fileOf(headerText({ steps: JSON.stringify([value, ...STEPS]) }))));
          readsOrRefuses(() =>
            readAll(fileOf(headerText({ steps: JSON.stringify([{ step: 0, [field]: value }]) }))),
          );
          readsOrRefuses(() =>
            readAll(
              fileOf(
                headerText({ steps: JSON.stringify([{ step: 0, layers: [{ ...LAYER, padding: value }] }]) }),
              ),
            ),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
