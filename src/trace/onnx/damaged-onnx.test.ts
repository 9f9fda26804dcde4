import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goodOnnx, hostileOnnx } from "../../../test/hostile-onnx.ts";
import { InputError } from "../../input-error.ts";
import { arraySource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

const layersOf = (bytes: Uint8Array) => onnxNetwork(arraySource("x", bytes)).layers(2);

describe("what does a damaged ONNX file say is wrong with it?", () => {
  it("the undamaged one reads", () => {
    expect(layersOf(goodOnnx).map(({ name }) => name)).toEqual(["fc"]);
  });

  it.each(hostileOnnx)("%s", (_, file, message) => {
    const bytes = file();
    const read = () => layersOf(bytes);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^x: [^\n]+$/);
  });
});

describe("can any damage make the reader fail in another way?", () => {
  const readsOrRefuses = (bytes: Uint8Array) => {
    try {
      layersOf(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  };

  it("bytes flipped", () => {
    const flip = fc.tuple(fc.nat(goodOnnx.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = goodOnnx.slice();
        for (const [at, bits] of changes) bytes[at] ^= bits;
        readsOrRefuses(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it("a file cut anywhere, and the pieces joined", () => {
    for (let end = 0; end < goodOnnx.length; end++) {
      readsOrRefuses(goodOnnx.slice(0, end));
      readsOrRefuses(goodOnnx.slice(end));
    }
  });
});
