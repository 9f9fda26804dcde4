import { describe, expect, it } from "vitest";
import { goodOnnx } from "../../test/hostile-onnx.ts";
import { float32, npyFile, zipFile } from "../../test/npz-file.ts";
import { InputError } from "../input-error.ts";
import { arraySource } from "./byte-source.ts";
import { refuseOtherKinds, type Wanted } from "./file-kind.ts";
import { readNpz } from "./numpy/npz.ts";
import { readTraceFile } from "./swg-trace.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const raw = (...bytes: number[]): Uint8Array => Uint8Array.from([...bytes, ...new Array(600).fill(7)]);
const array = npyFile("<f4", [2], float32(1, 2));
const zipOf = (...names: string[]): Uint8Array =>
  zipFile(names.map((name) => ({ name, bytes: Uint8Array.of(1, 2, 3) })));
const safetensors = (header: object): Uint8Array => {
  const json = text(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  return new Uint8Array([...length, ...json, ...new Uint8Array(8)]);
};
function tar(): Uint8Array {
  const bytes = raw();
  bytes.set(text("ustar"), 257);
  return bytes;
}
const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

describe("is a file that is something else called what it is, and is said what to do?", () => {
  const anywhere: [string, Uint8Array, string][] = [
    ["an empty file", new Uint8Array(0), "file is empty; "],
    [
      "a Git LFS pointer",
      text(pointer),
      "is a Git LFS pointer, not the file itself of 12345 bytes; `git lfs pull` fetches it",
    ],
    ["a git-annex pointer", text("/annex/objects/SHA256E-s1--4d.bin\n"), "is a git-annex pointer"],
    ["a pickle", raw(0x80, 4, 0x95), "is a Python pickle"],
    ["a pickle of text", text("(dp0\nVconv1.fmap\np1\n"), "is a Python pickle"],
    ["torch.save", zipOf("archive/data.pkl", "archive/version"), "is a PyTorch checkpoint (torch.save)"],
    ["torch.jit.save", zipOf("net/constants.pkl", "net/data.pkl"), "is a PyTorch program"],
    ["model.keras", zipOf("metadata.json", "config.json"), "is a Keras model"],
    ["model.h5", raw(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), "is an HDF5 file"],
    ["model.tflite", raw(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), "is a TensorFlow Lite model"],
    ["saved_model.pb", raw(0x08, 0x01, 0x12, 0x9f, 0x93, 1), "is a TensorFlow SavedModel"],
    ["weights.gguf", raw(0x47, 0x47, 0x55, 0x46), "is a GGUF file of weights"],
    ["step.npz.gz", raw(0x1f, 0x8b, 8), "is a file packed by gzip; unpack it first"],
    ["step.xz", raw(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), "is a file packed by xz"],
    ["a tar archive", tar(), "is a tar archive; unpack it first"],
    ["a PNG", raw(0x89, 0x50, 0x4e, 0x47), "is a PNG file"],
    ["a JPEG", raw(0xff, 0xd8, 0xff, 0xe0), "is a JPEG file"],
    ["an HTML page", text("\n <!DOCTYPE html>\n<html>"), "is an HTML page, as a download leaves"],
    ["a page with a byte order mark", text("\ufeff<html>"), "is an HTML page"],
    ["JSON", text('{\n  "format": "layers-model"}'), "is a JSON text"],
    ["text", text("epoch,loss\r\n1,0.5\n"), 'is a text that begins with "epoch,loss"'],
    ["text of another alphabet", text("données à l'étude\n"), "is a text that begins with"],
  ];
  it.each(anywhere)("%s, to each reader", (_, bytes, message) => {
    for (const wanted of ["safetensors", "zip", "ONNX", ".npy"] as const) {
      const read = () => refuseOtherKinds(arraySource("x", bytes), wanted);
      expect(read).toThrow(InputError);
      expect(read).toThrow(message);
      expect(read).toThrow(/^x: [^\n]{10,300}$/);
    }
  });

  it.each<[string, Uint8Array, Wanted, string]>([
    ["one array for a trace", array, "safetensors", "is one NumPy array (.npy); a trace has several"],
    [
      "a network for a trace",
      goodOnnx,
      "safetensors",
      "is an ONNX file; it holds a network and no training step",
    ],
    ["a trace for a network", safetensors({}), "ONNX", "is a safetensors file; a trace goes with --trace"],
    [
      ".npz for a network",
      zipOf("a.fmap.npy"),
      "ONNX",
      "is a zip file, as a .npz is; a trace goes with --trace",
    ],
  ])("%s", (_, bytes, wanted, message) => {
    expect(() => refuseOtherKinds(arraySource("x", bytes), wanted)).toThrow(`x: ${message}`);
  });

  it("what is wanted, and what is not known, is left to the reader", () => {
    const left: [Uint8Array, Wanted][] = [
      [safetensors({}), "safetensors"],
      // a header of 640 bytes begins as a pickle does
      [safetensors({ a: "b".repeat(632) }), "safetensors"],
      [zipOf("a.fmap.npy"), "zip"],
      [goodOnnx, "ONNX"],
      [array, ".npy"],
      [raw(1, 2, 3, 4), "safetensors"],
    ];
    for (const [bytes, wanted] of left)
      expect(() => refuseOtherKinds(arraySource("x", bytes), wanted)).not.toThrow();
    expect(left[1][0].subarray(0, 3)).toEqual(Uint8Array.of(0x80, 2, 0));
  });

  it("a pointer among the arrays of a trace", () => {
    const bytes = zipFile([{ name: "a.fmap.npy", bytes: text(pointer) }]);
    expect(() => readNpz(arraySource("x", bytes))).toThrow('x: array "a.fmap": is a Git LFS pointer');
  });

  it.each<[string, object, string]>([
    [
      "weights without metadata",
      {},
      "header has no __metadata__; a file of 1 tensor, such as a model's weights",
    ],
    [
      "weights of a framework",
      { __metadata__: { format: "pt" } },
      'unknown metadata format "pt"; known: swg-trace; a file of 1',
    ],
    [
      "metadata of another kind",
      { __metadata__: { note: "x" } },
      "metadata format must be a string, is missing; a file of 1",
    ],
  ])("safetensors: %s", (_, metadata, message) => {
    const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    const read = () => readTraceFile(arraySource("x", safetensors({ ...metadata, "conv1.weight": tensor })));
    expect(read).toThrow(message);
    expect(read).toThrow("is no trace; one is recorded with capture/swg_capture");
  });
});
