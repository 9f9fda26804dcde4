import protobuf from "protobufjs";

/** Field numbers of the messages that the tests need, from onnx/onnx.proto of the ONNX project (Apache-2.0). */
const message = (fields: Record<string, [id: number, type: string, rule?: "repeated"]>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type, rule]]) => [name, { id, type, ...(rule && { rule }) }]),
  ),
});
const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      ir_version: [1, "int64"],
      producer_name: [2, "string"],
      graph: [7, "Graph"],
      functions: [25, "Function", "repeated"],
    }),
    Function: message({
      name: [1, "string"],
      input: [4, "string", "repeated"],
      output: [5, "string", "repeated"],
      node: [7, "Node", "repeated"],
      domain: [10, "string"],
      overload: [13, "string"],
      attribute_proto: [11, "Attribute", "repeated"],
    }),
    SparseTensor: message({ values: [1, "Tensor"], indices: [2, "Tensor"], dims: [3, "int64", "repeated"] }),
    Graph: message({
      node: [1, "Node", "repeated"],
      name: [2, "string"],
      initializer: [5, "Tensor", "repeated"],
      input: [11, "ValueInfo", "repeated"],
      output: [12, "ValueInfo", "repeated"],
      value_info: [13, "ValueInfo", "repeated"],
      sparse_initializer: [15, "SparseTensor", "repeated"],
    }),
    Node: message({
      input: [1, "string", "repeated"],
      output: [2, "string", "repeated"],
      name: [3, "string"],
      op_type: [4, "string"],
      attribute: [5, "Attribute", "repeated"],
      domain: [7, "string"],
      overload: [8, "string"],
    }),
    Attribute: message({
      name: [1, "string"],
      f: [2, "float"],
      i: [3, "int64"],
      s: [4, "bytes"],
      t: [5, "Tensor"],
      g: [6, "Graph"],
      floats: [7, "float", "repeated"],
      ints: [8, "int64", "repeated"],
      type: [20, "int32"],
      ref_attr_name: [21, "string"],
    }),
    Tensor: message({
      dims: [1, "int64", "repeated"],
      data_type: [2, "int32"],
      float_data: [4, "float", "repeated"],
      int64_data: [7, "int64", "repeated"],
      name: [8, "string"],
      raw_data: [9, "bytes"],
      external_data: [13, "Entry", "repeated"],
      data_location: [14, "int32"],
    }),
    Entry: message({ key: [1, "string"], value: [2, "string"] }),
    ValueInfo: message({ name: [1, "string"], type: [2, "Type"] }),
    Type: message({ tensor_type: [1, "TensorType"] }),
    TensorType: message({ elem_type: [1, "int32"], shape: [2, "Shape"] }),
    Shape: message({ dim: [1, "Dimension", "repeated"] }),
    Dimension: message({ dim_value: [1, "int64"], dim_param: [2, "string"] }),
  },
});
// field names stay as they are written here
for (const type of Object.values(root.nested!)) (type as protobuf.Type).setup();

const FLOAT = 1;
const INT64 = 7;

/** An attribute from a plain value: text, a whole number, a list of them, a float as `{ f }`, a tensor as `{ t }`. */
type AttributeValue =
  | string
  | number
  | readonly number[]
  | { f: number }
  | { g: object }
  | { ref_attr_name: string }
  | { floats: number[] }
  | { t: object };

export const attribute = (name: string, value: AttributeValue): object => {
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, i: value, type: 2 };
  return Array.isArray(value) ? { name, ints: value } : { name, ...value };
};

export const node = (
  op: string,
  input: readonly string[],
  output: string | readonly string[],
  attributes: Record<string, AttributeValue> = {},
): object => ({
  op_type: op,
  input,
  output: typeof output === "string" ? [output] : output,
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

/** A node of a domain that is not ONNX's own. */
export const nodeOf = (domain: string, ...about: Parameters<typeof node>): object => ({
  ...node(...about),
  domain,
});

/** Weights, whose values nothing needs. */
export const weights = (name: string, ...dims: number[]): object => ({ name, dims, data_type: FLOAT });

/** A list of whole numbers, in its raw form. */
export const integers = (name: string, values: readonly number[], dims = [values.length]): object => ({
  name,
  dims,
  data_type: INT64,
  raw_data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

export const floats = (name: string, values: readonly number[]): object => ({
  name,
  dims: [values.length],
  data_type: FLOAT,
  float_data: values,
});

/** A value with its dimensions: sizes, or names of open ones. */
export const valueInfo = (name: string, ...dimensions: (number | string)[]): object => ({
  name,
  type: {
    tensor_type: {
      elem_type: FLOAT,
      shape: { dim: dimensions.map((d) => (typeof d === "number" ? { dim_value: d } : { dim_param: d })) },
    },
  },
});

/** The bytes of an ONNX file, by protobufjs. */
export function onnxFile(graph: object, more: object = {}): Uint8Array {
  const model = root.lookupType("Model");
  return new Uint8Array(model.encode({ ir_version: 8, producer_name: "test", graph, ...more }).finish());
}
