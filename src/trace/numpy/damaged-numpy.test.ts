import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asZip, goodArrays, hostileArrays, hostileZips } from "../../../test/hostile-arrays.ts";
import { InputError } from "../../input-error.ts";
import { arraySource } from "../byte-source.ts";
import { readNpz } from "./npz.ts";

const readAll = (bytes: Uint8Array) => {
  for (const step of readNpz(arraySource("x", bytes)).steps)
    for (const { name } of step.layers) {
      step.occupancy(name);
      if (step.contents(name).fmap !== "bits") step.read(name);
    }
};
const whole = asZip(goodArrays);

describe("what does a damaged .npz say is wrong with it?", () => {
  it("the undamaged one reads", () => {
    expect(() => readAll(whole)).not.toThrow();
  });

  it.each(hostileArrays)("%s", (_, arrays, message) => {
    const read = () => readAll(asZip(arrays));
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^x: [^\n]+$/);
  });

  // what does not begin as a zip file is taken for safetensors by the caller
  it.each(hostileZips.filter(([, , message]) => message !== "header length is"))("%s", (_, file, message) => {
    const bytes = file();
    const read = () => readAll(bytes);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });
});

describe("can any damage make the reader fail in another way?", () => {
  const readsOrRefuses = (bytes: Uint8Array) => {
    try {
      readAll(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  };

  it("bytes flipped", () => {
    const flip = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, bits] of changes) bytes[at] ^= bits;
        readsOrRefuses(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it("bytes of an array flipped, and its CRC made right", () => {
    const array = goodArrays["a.fmap"];
    const flip = fc.tuple(fc.nat(array.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = array.slice();
        for (const [at, bits] of changes) bytes[at] ^= bits;
        readsOrRefuses(asZip({ ...goodArrays, "a.fmap": bytes }));
      }),
      { numRuns: 2000 },
    );
  });

  it("a file cut anywhere, and the pieces joined", () => {
    for (let end = 0; end < whole.length; end++) {
      readsOrRefuses(whole.slice(0, end));
      readsOrRefuses(whole.slice(end));
    }
  });
});
