import protobuf from "protobufjs";
import { attribute, integers, node, onnxFile, valueInfo, weights } from "./onnx-model.ts";

const fc = node("MatMul", ["x", "fc.weight"], "y");
const good = {
  name: "g",
  node: [fc],
  initializer: [weights("fc.weight", 6, 4)],
  input: [valueInfo("x", "n", 6)],
};
const whole = onnxFile(good);
const graph = (change: object): Uint8Array => onnxFile({ ...good, ...change });
const convolution = (attributes: Parameters<typeof node>[3], kernel = [4, 6, 3, 3]): Uint8Array =>
  graph({
    node: [node("Conv", ["x", "c.weight"], "y", attributes)],
    initializer: [weights("c.weight", ...kernel)],
    input: [valueInfo("x", "n", 6, 8, 8)],
  });
const weight = (change: object): Uint8Array =>
  graph({ initializer: [{ ...weights("fc.weight", 6, 4), ...change }] });
const external = (location: string): Uint8Array =>
  weight({ data_location: 1, external_data: [{ key: "location", value: location }] });
const behind = (...nodes: object[]): Uint8Array =>
  graph({ node: [...nodes, node("MatMul", ["a", "fc.weight"], "y")] });
const raw = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
/** A field of bytes, as protobufjs writes it. */
const field = (number: number, bytes: Uint8Array): Uint8Array =>
  protobuf.Writer.create()
    .uint32(number * 8 + 2)
    .bytes(bytes)
    .finish();
const nested = (depth: number): Uint8Array => {
  // a graph in an attribute of a node of a graph, and so on
  let inner: Uint8Array = raw();
  for (let i = 0; i < depth; i++) {
    const graph = field(6, inner);
    inner = field(1, Buffer.concat([field(4, Buffer.from("If")), field(5, graph)]));
  }
  return field(7, inner);
};

export const goodOnnx = whole;

/** Files that are no ONNX network, each with a part of what is said of them. */
export const hostileOnnx: readonly [string, () => Uint8Array, string][] = [
  ["empty", () => raw(), "file is empty"],
  ["text", () => Buffer.from("this is no model at all\n"), 'is a text that begins with "this is no model'],
  ["zeros", () => new Uint8Array(1000), "is no protobuf message at byte 0"],
  ["cut in half", () => whole.slice(0, whole.length / 2), "is the file cut?"],
  ["cut by a byte", () => whole.slice(0, -1), "is the file cut?"],
  ["cut in front", () => whole.slice(3), "is it an ONNX file?"],
  ["a graph of 2^64-1 bytes", () => raw(0x3a, ...new Array(9).fill(0xff), 1), "in the middle of a field"],
  ["a graph of 2^63 bytes", () => raw(0x3a, ...new Array(9).fill(0x80), 1), "in the middle of a field"],
  ["a number of 11 bytes", () => raw(0x08, ...new Array(11).fill(0xff)), "is no protobuf message"],
  ["an old group", () => raw(0x3b, 0x3c), "is no protobuf message"],
  ["a field 0", () => raw(0x02, 0x01, 0x00), "is no protobuf message"],
  ["no graph", () => onnxFile(undefined as unknown as object), "model has no graph"],
  ["two graphs", () => Buffer.concat([whole, whole]), "model has two graphs"],
  ["a graph that is a number", () => raw(0x38, 0x01), "field 7 must be a message"],
  ["no nodes", () => graph({ node: [] }), "no convolution or product with weights among its 0 nodes"],
  ["a node without an operator", () => graph({ node: [{ input: ["x"] }] }), "node 0 names no operator"],
  ["a name that is not UTF-8", () => field(7, field(1, field(4, raw(0xff, 0xfe)))), "a text is not UTF-8"],
  [
    "a name of 100 KB",
    () => graph({ node: [node("A".repeat(100_000), ["x"], "y")] }),
    "at most 65536 are read",
  ],
  [
    "200,000 nodes",
    () => graph({ node: new Array(200_000).fill({ op_type: "R" }) }),
    "more than 50000 nodes",
  ],
  [
    "70,000 inputs of a node",
    () => graph({ node: [node("Concat", new Array(70_000).fill("x"), "y")] }),
    "more than 65536 inputs",
  ],
  [
    "graphs nested 3,000 deep",
    () => nested(3000),
    "which of its two graphs is carried out depends on the data",
  ],
  ["weights of 2^62", () => weight({ dims: [2 ** 62] }), "dimensions must be sizes"],
  ["weights of 2^64-1", () => weight({ dims: [-1, 4] }), "dimensions must be sizes, are [-1,4]"],
  ["weights of 100 axes", () => weight({ dims: new Array(100).fill(1) }), "more than 64 dimensions"],
  ["weights of 2^50 in all", () => weight({ dims: [6, 2 ** 49] }), "its shape would be [6, 562949953421312]"],
  ["weights of 0", () => weight({ dims: [6, 0] }), "K must be"],
  [
    "weights that are there twice",
    () => graph({ initializer: [weights("w", 6, 4), weights("w", 6, 4)] }),
    "is there twice",
  ],
  [
    "one number in 100 KB",
    () =>
      graph({
        initializer: [
          weights("fc.weight", 6, 4),
          { ...integers("i", [1], []), raw_data: new Uint8Array(100_000) },
        ],
      }),
    "has 100000 bytes; at most",
  ],
  [
    "external data above its folder",
    () => external("../../../etc/passwd"),
    'must lie in the model\'s folder, is at "../../../etc/passwd"',
  ],
  ["external data at the root", () => external("/etc/passwd"), "must lie in the model's folder"],
  ["external data on a drive", () => external("C:\\secrets"), "must lie in the model's folder"],
  ["external data above a folder below", () => external("data/../../x"), "must lie in the model's folder"],
  ["external data without a name", () => external(""), "must lie in the model's folder"],
  [
    "an open axis without a size",
    () => graph({ input: [valueInfo("x", "n", "tokens", 6)] }),
    "give it one with --dimension tokens=SIZE",
  ],
  [
    "an input of 2^60",
    () => graph({ input: [valueInfo("x", "n", 2 ** 60, 6)] }),
    "dimension 1 must have a size",
  ],
  ["an input of 2^50", () => graph({ input: [valueInfo("x", "n", 2 ** 50, 6)] }), "is too large"],
  [
    "factors that do not fit",
    () => graph({ input: [valueInfo("x", "n", 7)] }),
    "factors [1, 7] and [6, 4] cannot be multiplied",
  ],
  [
    "an input that nothing makes",
    () => graph({ node: [node("MatMul", ["nowhere", "fc.weight"], "y")] }),
    'value "nowhere" is made by no node',
  ],
  [
    "a circle",
    () => graph({ node: [node("MatMul", ["z", "fc.weight"], "y"), node("Relu", ["y"], "z")] }),
    'value "z" is made by no node',
  ],
  [
    "channels that do not fit",
    () => convolution({}, [4, 5, 3, 3]),
    "its 6 channels are not those of its weights",
  ],
  [
    "groups of 0",
    () => convolution({ group: 0 }),
    "its 6 channels are not those of its weights, 6 x 0 groups",
  ],
  ["strides of 0", () => convolution({ strides: [0, 0] }), "strides must be 2 whole numbers from 1"],
  ["strides of three axes", () => convolution({ strides: [1, 1, 1] }), "strides must be 2 whole numbers"],
  ["pads of 2^62", () => convolution({ pads: [2 ** 62, 0, 0, 0] }), "P must be"],
  ["a kernel larger than its input", () => convolution({}, [4, 6, 9, 9]), "P must be"],
  [
    "a shape of 2^60 elements",
    () => behind(node("Expand", ["x", "s"], "a"), node("Identity", ["s"], "t")).slice(),
    'value "s" is made by no node',
  ],
  [
    "a list of 2^50 numbers",
    () => behind(node("ConstantOfShape", ["s"], "b"), node("Reshape", ["x", "b"], "a")),
    "is not known",
  ],
  [
    "70,000 numbers as an attribute",
    () => graph({ node: [{ ...fc, attribute: [attribute("a", new Array(70_000).fill(1))] }] }),
    "has 70000 bytes; at most 65536 are read",
  ],
];
