import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFlipped, readsOrRefuses } from "../../test/damage.ts";
import { InputError } from "../input-error.ts";
import { arraySource } from "./byte-source.ts";
import { readTraceFile } from "./swg-trace.ts";

// a 1x1 layer on 2 positions of one image: fmap [1][1][1][2], emap [1][1][1][2], mask and gradient [1][1][1][1]
const LAYER = {
  name: "a",
  type: "conv2d",
  N: 1,
  C: 1,
  H: 1,
  W: 2,
  K: 1,
  P: 1,
  Q: 2,
  R: 1,
  S: 1,
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
};
const METADATA = { format: "swg-trace", version: "1", network: "n", dataset: "d", step: "3", batch: "1" };
const TENSORS = {
  "a.fmap": { dtype: "F32", shape: [1, 1, 1, 2], data_offsets: [0, 8] },
  "a.emap": { dtype: "F32", shape: [1, 1, 1, 2], data_offsets: [8, 16] },
  "a.mask": { dtype: "U8", shape: [1, 1, 1, 1], data_offsets: [16, 17] },
  "a.weight_gradient": { dtype: "F32", shape: [1, 1, 1, 1], data_offsets: [17, 21] },
};

function dataBytes(fmap = [1, 2], mask = 1): Uint8Array {
  const bytes = new Uint8Array(21);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of [...fmap, 3, 0].entries()) view.setFloat32(4 * i, value, true);
  bytes[16] = mask;
  view.setFloat32(17, 3, true);
  return bytes;
}

function fileOf(header: unknown, data = dataBytes(), headerBytes?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const header = (layers: unknown = [LAYER], tensors: object = TENSORS, metadata: object = METADATA) => ({
  __metadata__: { ...metadata, layers: typeof layers === "string" ? layers : JSON.stringify(layers) },
  ...tensors,
});
const withLayer = (change: object) => fileOf(header([{ ...LAYER, ...change }]));
const withTensor = (name: keyof typeof TENSORS, change: object) =>
  fileOf(header([LAYER], { ...TENSORS, [name]: { ...TENSORS[name], ...change } }));
const withMetadata = (change: object) => fileOf(header([LAYER], TENSORS, { ...METADATA, ...change }));
const without = (key: string) => Object.fromEntries(Object.entries(TENSORS).filter(([name]) => name !== key));

const deep = "[".repeat(200_000);
const open = (bytes: Uint8Array) => readTraceFile(arraySource("x", bytes)).steps;
const readAll = (bytes: Uint8Array) =>
  open(bytes).flatMap((trace) => trace.layers.map(({ name }) => trace.read(name)));

describe("what does a damaged trace file say is wrong with it?", () => {
  const cases: [string, Uint8Array, string][] = [
    ["empty", new Uint8Array(0), "file is empty"],
    ["shorter than its length field", new Uint8Array(7), "file has 7 bytes"],
    [
      "header longer than the file",
      fileOf(header(), dataBytes(), 9999n),
      "header length is 9999 bytes, but only",
    ],
    [
      "header of 2^64-1 bytes",
      fileOf(header(), dataBytes(), 2n ** 64n - 1n),
      "18446744073709551615 bytes; at most",
    ],
    ["header not UTF-8", fileOf("", new Uint8Array([0xff, 0xfe]), 2n), "header is not UTF-8"],
    ["header not JSON", fileOf("{nope"), "header is not JSON"],
    ["header a list", fileOf([]), "header must be a JSON object, is []"],
    ["header null", fileOf("null"), "header must be a JSON object, is null"],
    ["header nested deeply", fileOf(`{"a":${deep}`), "header nests deeper than 16"],
    ["no metadata", fileOf(TENSORS), "header has no __metadata__"],
    ["metadata a number", fileOf({ __metadata__: 7 }), "__metadata__ must be an object, is 7"],
    ["format missing", withMetadata({ format: undefined }), "metadata format must be a string, is missing"],
    ["format another", withMetadata({ format: "pt" }), 'unknown metadata format "pt"; known: swg-trace'],
    ["version another", withMetadata({ version: "9" }), 'unknown swg-trace version "9"; known: 1, 2'],
    ["version a number", withMetadata({ version: 1 }), "metadata version must be a string, is 1"],
    [
      "step not a number",
      withMetadata({ step: "three" }),
      'metadata step must be a whole number, is "three"',
    ],
    [
      "network missing",
      withMetadata({ network: undefined }),
      "metadata network must be a string, is missing",
    ],
    ["layers missing", fileOf({ __metadata__: METADATA }), "metadata layers must be a string"],
    ["layers not JSON", fileOf(header("[{")), "metadata layers is not JSON"],
    ["layers nested deeply", fileOf(header(deep)), "metadata layers nests deeper than 16"],
    ["layers an object", fileOf(header({})), "metadata layers must be a JSON list, is {}"],
    ["layers empty", fileOf(header([])), "metadata layers must list one layer or more"],
    ["a layer a number", fileOf(header([5])), "layer 0 must be an object, is 5"],
    ["a layer listed twice", fileOf(header([LAYER, LAYER])), 'layer "a" is listed twice'],
    ["name missing", withLayer({ name: undefined }), "layer 0: name must be text, is missing"],
    ["name empty", withLayer({ name: "" }), 'name must be text, is ""'],
    [
      "type another",
      withLayer({ type: "conv3d" }),
      'layer "a": unknown type "conv3d"; known: conv2d, linear',
    ],
    [
      "K missing",
      withLayer({ K: undefined }),
      'layer "a": K must be a whole number from 1 to 16777216, is missing',
    ],
    ["N zero", withLayer({ N: 0 }), "N must be a whole number from 1"],
    ["N text", withLayer({ N: "1" }), 'N must be a whole number from 1 to 16777216, is "1"'],
    ["W fractional", withLayer({ W: 1.5 }), "W must be a whole number from 1 to 16777216, is 1.5"],
    ["H enormous", withLayer({ H: 1e300 }), "H must be a whole number from 1 to 16777216, is 1e+300"],
    ["products inexact", withLayer({ N: 2 ** 24, C: 2 ** 24, K: 2 ** 24 }), "dense MACs must be below 2^53"],
    ["stride zero", withLayer({ stride: [0, 1] }), "stride must be [y, x], whole numbers from 1"],
    ["stride one number", withLayer({ stride: 1 }), "stride must be [y, x]"],
    ["dilation missing", withLayer({ dilation: undefined }), "dilation must be [y, x]"],
    [
      "padding of three",
      withLayer({ padding: [0, 0, 0] }),
      "padding must be [y, x] or [top, left, bottom, right]",
    ],
    ["padding negative", withLayer({ padding: [-1, 0] }), "padding must be"],
    ["C not divisible", withLayer({ groups: 2 }), "C must be divisible by groups, is 1 with groups 2"],
    ["K not divisible", withLayer({ C: 2, groups: 2 }), "K must be divisible by groups, is 1 with groups 2"],
    ["P contradicting", withLayer({ P: 2 }), "P is 2, but H, R, stride, padding and dilation make it 1"],
    [
      "Q contradicting",
      withLayer({ padding: [0, 1] }),
      "Q is 2, but W, S, stride, padding and dilation make it 4",
    ],
    ["kernel beyond input", withLayer({ R: 9 }), "make it -7"],
    ["linear on a picture", withLayer({ type: "linear" }), "W of a linear layer must be 1, is 2"],
    ["tensor missing", fileOf(header([LAYER], without("a.emap"))), 'tensor "a.emap" is missing'],
    [
      "tensor entry a list",
      fileOf(header([LAYER], { "a.fmap": [] })),
      'tensor "a.fmap": entry must be an object',
    ],
    ["dtype unknown", withTensor("a.fmap", { dtype: "Q4" }), 'unknown dtype "Q4"; known: BOOL, U8'],
    ["dtype missing", withTensor("a.fmap", { dtype: undefined }), "unknown dtype missing"],
    ["dtype wrong", withTensor("a.fmap", { dtype: "I32" }), 'tensor "a.fmap": dtype must be F32 or F16'],
    [
      "mask dtype wrong",
      withTensor("a.mask", { dtype: "BOOL" }),
      'tensor "a.mask": dtype must be U8, is BOOL',
    ],
    ["shape wrong", withTensor("a.fmap", { shape: [2] }), "shape must be [1,1,1,2], is [2]"],
    ["shape not sizes", withTensor("a.fmap", { shape: [-2] }), "shape must be a list of sizes, is [-2]"],
    [
      "offsets fractional",
      withTensor("a.fmap", { data_offsets: [0, 7.5] }),
      "data_offsets must be two integers",
    ],
    ["offsets three", withTensor("a.fmap", { data_offsets: [0, 4, 8] }), "data_offsets must be two integers"],
    [
      "offsets negative",
      withTensor("a.fmap", { data_offsets: [-8, 0] }),
      "data_offsets must be two integers",
    ],
    ["offsets outside", withTensor("a.fmap", { data_offsets: [16, 24] }), "lie outside the data of 21 bytes"],
    [
      "offsets backwards",
      withTensor("a.fmap", { data_offsets: [8, 0] }),
      "data_offsets end before they begin",
    ],
    [
      "offsets too few",
      withTensor("a.fmap", { data_offsets: [0, 4] }),
      "hold 4 bytes; shape [1,1,1,2] of F32 needs 8",
    ],
    ["overlap", withTensor("a.emap", { data_offsets: [4, 12] }), 'its bytes overlap tensor "a.fmap"'],
    [
      "data cut",
      fileOf(header()).slice(0, -1),
      'tensor "a.weight_gradient": data_offsets [17,21] lie outside',
    ],
    [
      "mask of 2",
      fileOf(header(), dataBytes([1, 2], 2)),
      'tensor "a.mask": values must be 0 or 1, is 2 at [0,0,0,0]',
    ],
    [
      "NaN",
      fileOf(header(), dataBytes([1, NaN])),
      'tensor "a.fmap": values must be finite, is NaN at [0,0,0,1]',
    ],
    [
      "infinity",
      fileOf(header(), dataBytes([-Infinity, 0])),
      "values must be finite, is -Infinity at [0,0,0,0]",
    ],
  ];

  it("the undamaged file reads", () => {
    const [trace] = readAll(fileOf(header()));
    expect(trace).toMatchObject({ fmap: Float32Array.of(1, 2), mask: Uint8Array.of(1) });
  });

  it.each(cases)("%s", (_, bytes, message) => {
    const read = () => readAll(bytes);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^x: [^\n]+$/);
  });

  it("a layer that is not there is answered with those that are", () => {
    const [trace] = open(fileOf(header()));
    expect(() => trace.read("b")).toThrow('unknown layer "b"; known: a');
  });

  it("a layer may be named __proto__, and breaks nothing", () => {
    const renamed = Object.entries(TENSORS).map(([key, value]) => [key.replace("a.", "__proto__."), value]);
    const entries = [...renamed, ["__proto__", { dtype: "U8", shape: [0], data_offsets: [0, 0] }]];
    const file = { ...header([{ ...LAYER, name: "__proto__" }], {}) };
    for (const [key, value] of entries)
      Object.defineProperty(file, key as string, { value, enumerable: true });
    const [trace] = open(fileOf(file));
    expect(trace.read("__proto__").fmap).toEqual(Float32Array.of(1, 2));
    expect(() => trace.read("constructor")).toThrow(InputError);
  });
});

describe("can any damage make the reader fail in another way?", () => {
  const good = fileOf(header());
  it("bytes flipped", () => readFlipped(good, 3000, readAll));

  it("a file cut anywhere, and the pieces joined", () => {
    for (let end = 0; end < good.length; end++) {
      readsOrRefuses(() => readAll(good.slice(0, end)));
      readsOrRefuses(() => readAll(good.slice(end)));
    }
  });

  it("header values replaced by other JSON", () => {
    const paths = Object.keys(LAYER);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (field, value) => {
        readsOrRefuses(() => readAll(withLayer({ [field]: value })));
        readsOrRefuses(() => readAll(withTensor("a.emap", { shape: value })));
        readsOrRefuses(() => readAll(withTensor("a.emap", { data_offsets: value })));
      }),
    );
  });
});
