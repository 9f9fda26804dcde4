/** Builds trace files by hand, so that each may be wrong in one thing. All are of one small layer. */

// a 1x1 layer on 2 positions of one image: fmap [1][1][1][2], emap [1][1][1][2], mask and gradient [1][1][1][1]
export const LAYER = {
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

type Entries = Readonly<Record<string, unknown>>;

/** Two steps in 28 bytes of data: 0 with values, in F32 and BF16, and 5 with bitmaps. */
const TENSORS = {
  "0/a.fmap": { dtype: "F32", shape: [1, 1, 1, 2], data_offsets: [0, 8] },
  "0/a.emap": { dtype: "BF16", shape: [1, 1, 1, 2], data_offsets: [8, 12] },
  "0/a.mask": { dtype: "U8", shape: [1, 1, 1, 1], data_offsets: [12, 13] },
  "0/a.weight_gradient": { dtype: "F64", shape: [1, 1, 1, 1], data_offsets: [13, 21] },
  "5/a.fmap_bits": { dtype: "U8", shape: [1], data_offsets: [21, 22] },
  "5/a.emap_bits": { dtype: "U8", shape: [1], data_offsets: [22, 23] },
  "5/a.mask_bits": { dtype: "U8", shape: [1], data_offsets: [23, 24] },
} as const;

export const STEPS: readonly unknown[] = [{ step: 0, optimizer_step: 0 }, 5];

const METADATA = {
  format: "swg-trace",
  version: "2",
  network: "n",
  dataset: "d",
  framework: "PyTorch 2",
  batch: "1",
};

function dataBytes(): Uint8Array {
  const bytes = new Uint8Array(24);
  bytes[12] = 1;
  bytes[21] = 0b11;
  bytes[22] = 0b01;
  bytes[23] = 0b1;
  return bytes;
}

/** The header as JSON; undefined in `metadata` or `tensors` leaves an entry out. */
export const headerText = (metadata: Entries = {}, tensors: Entries = TENSORS): string =>
  JSON.stringify({
    __metadata__: {
      ...METADATA,
      layers: JSON.stringify([LAYER]),
      steps: JSON.stringify(STEPS),
      ...metadata,
    },
    ...tensors,
  });

/** A file of a header, data, and a header length that may be wrong. */
export function fileOf(header: string, data = dataBytes(), headerBytes?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const withTensor = (name: keyof typeof TENSORS, change: Entries) =>
  fileOf(headerText({}, { ...TENSORS, [name]: { ...TENSORS[name], ...change } }));
const withSteps = (steps: unknown, more: Entries = {}) =>
  fileOf(headerText({ steps: typeof steps === "string" ? steps : JSON.stringify(steps), ...more }));
const renamed = (from: keyof typeof TENSORS, to: string, change: Entries = {}) => {
  const { [from]: tensor, ...others } = TENSORS as Record<string, Entries>;
  return fileOf(headerText({}, { ...others, [to]: { ...tensor, ...change } }));
};
function withBytes(at: number, ...values: number[]): Uint8Array {
  const data = dataBytes();
  data.set(values, at);
  return fileOf(headerText(), data);
}

const most = 2 ** 24;
const many = (count: number, one: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join(",");

/** What is wrong, the file, and what is said of it. */
export const damagedSteps: readonly (readonly [string, Uint8Array, string])[] = [
  [
    "cut in its data",
    fileOf(headerText()).slice(0, -1),
    "lie outside the data of 23 bytes; is the file cut?",
  ],
  ["cut in its header", fileOf(headerText()).slice(0, 300), "is the file cut?"],
  [
    "header of 2^64 - 1 bytes",
    fileOf(headerText(), dataBytes(), 2n ** 64n - 1n),
    "18446744073709551615 bytes; at most",
  ],
  [
    "header of 2^63 bytes",
    fileOf(headerText(), dataBytes(), 2n ** 63n),
    "9223372036854775808 bytes; at most",
  ],
  ["header of 16 MiB, not there", fileOf(headerText(), dataBytes(), 2n ** 24n), "is the file cut?"],
  [
    "a list of 5 million lists",
    fileOf(`{"a":[${"[],".repeat(most / 3 - 8)}[]]}`),
    "header has more than 262144 values",
  ],
  [
    "260,000 different keys",
    fileOf(`{"__metadata__":{${many(260_000, (i) => `"k${i}":""`)}}}`),
    "metadata format must be a string, is missing",
  ],
  [
    "130,000 objects with a key each",
    fileOf(`{"a":[${many(130_000, (i) => `{"k${i}":0}`)}]}`),
    "header has no __metadata__",
  ],
  [
    "16 MB of text in a key",
    fileOf(`{"__metadata__":{"format":"${"x".repeat(most - 40)}"}}`),
    "unknown metadata format",
  ],
  ["16 MB of escapes", fileOf(`{"${"\\u0041".repeat(2_700_000)}":0}`), "header has no __metadata__"],
  [
    "steps of 200,000 numbers",
    withSteps(`[${many(200_000, String)}]`),
    "metadata steps must be fewer than the file's 7 tensors, are 200000",
  ],
  ["steps nested deeply", withSteps("[".repeat(200_000)), "metadata steps nests deeper than 16 levels"],
  ["steps not JSON", withSteps("[0"), "metadata steps is not JSON"],
  ["steps not text", fileOf(headerText({ steps: [0] })), "metadata steps must be a string, is [0]"],
  ["steps an object", withSteps({}), "metadata steps must be a JSON list of one step or more, is {}"],
  ["steps empty", withSteps([]), "must be a JSON list of one step or more, is []"],
  ["a step twice", withSteps([0, { step: 0 }]), "step 0 is listed twice"],
  [
    "a step of text",
    withSteps(["../../etc/passwd"]),
    'a step must be a whole number or an object, is "../../etc/passwd"',
  ],
  ["a step below 0", withSteps([{ step: -1 }]), "step must be a whole number, is -1"],
  ["a step and a half", withSteps([1.5]), "step must be a whole number, is 1.5"],
  ["an enormous step", withSteps([1e300]), "step must be a whole number, is 1e+300"],
  ["a step without a number", withSteps([{}]), "step must be a whole number, is missing"],
  [
    "an optimiser step of text",
    withSteps([{ step: 0, optimizer_step: "x" }]),
    'step 0: optimizer_step must be a whole number, is "x"',
  ],
  [
    "a batch that is a list",
    withSteps([{ step: 0, batch: [1] }]),
    "step 0: batch must be a whole number, is [1]",
  ],
  [
    "a step's layers not a list",
    withSteps([{ step: 0, layers: "[]" }]),
    'step 0: layers must be a JSON list, is "[]"',
  ],
  [
    "a step's layers empty",
    withSteps([{ step: 0, layers: [] }]),
    "step 0: layers must list one layer or more",
  ],
  [
    "layers nowhere",
    withSteps([0], { layers: undefined }),
    "step 0 must list its layers, or the metadata those of all steps",
  ],
  [
    "a step's layer contradicting itself",
    withSteps([{ step: 0, layers: [{ ...LAYER, P: 2 }] }]),
    "P is 2, but",
  ],
  [
    "more weights than can be worked on",
    withSteps([{ step: 0, layers: [{ ...LAYER, C: 2 ** 16, K: 2 ** 16 }] }]),
    "weights must be 2147483648 at most, are 4294967296",
  ],
  [
    "a framework that is a number",
    fileOf(headerText({ framework: 2 })),
    "metadata framework must be a string, is 2",
  ],
  [
    "a step's map missing",
    renamed("0/a.fmap", "7/a.fmap"),
    'tensor "0/a.fmap" is missing, and so is "0/a.fmap_bits"',
  ],
  [
    "a map twice, as values and bits",
    renamed("5/a.mask_bits", "0/a.fmap_bits"),
    'tensor "0/a.fmap": must be stored once, is there also as "0/a.fmap_bits"',
  ],
  [
    "one map of values, one of bits",
    renamed("0/a.emap", "0/a.emap_bits", { dtype: "U8", shape: [1], data_offsets: [8, 9] }),
    'tensor "0/a.emap_bits": both maps of a layer must be bitmaps or neither, is the only one',
  ],
  [
    "bits of another type",
    withTensor("5/a.fmap_bits", { dtype: "BOOL" }),
    'tensor "5/a.fmap_bits": dtype must be U8, is BOOL',
  ],
  [
    "bits of another shape",
    withTensor("5/a.fmap_bits", { shape: [1, 1] }),
    "shape must be [1], a bit for each of [1,1,1,2], is [1,1]",
  ],
  [
    "a bit beyond the last element",
    withBytes(21, 0b111),
    'tensor "5/a.fmap_bits": bits beyond the last of 2 elements must be 0',
  ],
  [
    "tensors of two steps overlapping",
    withTensor("5/a.fmap_bits", { data_offsets: [20, 21] }),
    'its bytes overlap tensor "0/a.weight_gradient"',
  ],
  ["a mask of 7", withBytes(12, 7), 'tensor "0/a.mask": values must be 0 or 1, is 7'],
  [
    "BF16 infinity",
    withBytes(8, 0x80, 0x7f),
    'tensor "0/a.emap": values must be finite, is Infinity at [0,0,0,0]',
  ],
];
