import { describe, expect, it } from "vitest";
import { readCut, readFlipped } from "../../../test/damage.ts";
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
  it("bytes flipped", () => readFlipped(goodOnnx, 3000, layersOf));

  it("a file cut anywhere", () => readCut(goodOnnx, layersOf));
});
