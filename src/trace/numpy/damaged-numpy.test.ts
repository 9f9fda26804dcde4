import { describe, expect, it } from "vitest";
import { readCut, readFlipped } from "../../../test/damage.ts";
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
  it("bytes flipped", () => readFlipped(whole, 3000, readAll));

  it("bytes of an array flipped, and its CRC made right", () =>
    readFlipped(goodArrays["a.fmap"], 3000, (bytes) => readAll(asZip({ ...goodArrays, "a.fmap": bytes }))));

  it("a file cut anywhere", () => readCut(whole, readAll));
});
