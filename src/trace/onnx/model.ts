import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { refuseOtherKinds } from "../file-kind.ts";
import { type WireField, WireReader } from "./wire.ts";

/** The largest language models have some 10,000 of either. */
const MOST_ITEMS = 50_000;
/** Of an operator's inputs, a tensor's dimensions, an attribute's numbers. */
const MOST_ENTRIES = 4096;
/** Constants up to here take part in working out shapes; none that describes a shape is larger. */
const MOST_CONSTANTS = 1024;

/** The name of a module's weights, the module first: "layer1.0.conv1.weight". */
export const MODULE_OF_WEIGHT = /^(.+)[./_](weight|kernel|W|w)(:0)?$/;

/** A dimension: a size, the name of one that is open, or undefined where the file says nothing. */
export type Dimension = number | string | undefined;

/** A tensor that the file holds. Its values are left there, but for small ones. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether its elements are whole numbers or booleans. */
  readonly integer: boolean;
  /** The values in row-major order, of a small tensor of numbers that lies in the file itself. */
  readonly numbers?: readonly number[];
}

export interface OnnxAttribute {
  readonly i?: number;
  readonly f?: number;
  readonly s?: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly tensor?: OnnxTensor;
}

export interface OnnxNode {
  readonly op: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  readonly name: string;
  /** Names of values; "" for one left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** What an ONNX file says, without its weights. */
export interface OnnxModel {
  readonly source: string;
  /** such as "pytorch 1.13.1" */
  readonly producer: string;
  readonly graph: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** [name, dimensions] of the graph's inputs that are no initialisers. */
  readonly inputs: ReadonlyMap<string, readonly Dimension[]>;
  /** Shapes that whoever wrote the file worked out. */
  readonly shapes: ReadonlyMap<string, readonly Dimension[]>;
}

/**
 * Reads a network from an ONNX file, whatever holds its bytes. Weights are passed over, in the file itself and in files
 * beside it, which are never opened. Field numbers: onnx/onnx.proto of the ONNX project (Apache-2.0).
 * Throws `InputError` for what is none.
 */
export function readOnnx(source: ByteSource): OnnxModel {
  const reader = new WireReader(source);
  refuseOtherKinds(source, "ONNX");
  let producer = "";
  let version = "";
  let graph: WireField | undefined;
  for (const field of reader.fields("model", { begin: 0, end: source.size })) {
    if (field.number === 2) producer = reader.text("model", field);
    else if (field.number === 3) version = reader.text("model", field);
    else if (field.number === 7) {
      if (graph) throw reader.fail("model has two graphs; must have one");
      graph = message(reader, "model", field);
    }
  }
  if (!graph) throw reader.fail("model has no graph; is it an ONNX file?");
  return { source: source.name, producer: `${producer} ${version}`.trim(), ...readGraph(reader, graph) };
}

type Graph = Pick<OnnxModel, "graph" | "nodes" | "initializers" | "inputs" | "shapes">;

function readGraph(reader: WireReader, graph: WireField): Graph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, readonly Dimension[]>();
  const shapes = new Map<string, readonly Dimension[]>();
  let name = "";
  for (const field of reader.fields("graph", graph)) {
    if (field.number === 2) name = reader.text("graph", field);
    if (![1, 5, 11, 12, 13].includes(field.number)) continue;
    const at = message(reader, "graph", field);
    if (field.number === 1) nodes.push(readNode(reader, at, nodes.length));
    else if (field.number === 5) {
      const tensor = readTensor(reader, `initializer ${initializers.size}`, at);
      if (initializers.has(tensor.name))
        throw reader.fail(`initializer ${quoted(tensor.name)} is there twice`);
      initializers.set(tensor.name, tensor);
    } else {
      const value = readValueInfo(reader, at);
      (field.number === 11 ? inputs : shapes).set(value.name, value.shape);
    }
    if (Math.max(nodes.length, initializers.size, inputs.size + shapes.size) > MOST_ITEMS)
      throw reader.fail(
        `graph has more than ${MOST_ITEMS} nodes, initializers or values; at most so many are read`,
      );
  }
  for (const initializer of initializers.keys()) inputs.delete(initializer);
  // an export without its parameters has them as inputs
  const kernels = new Set(nodes.flatMap(({ op, inputs }) => (op === "Conv" ? [inputs[1]] : [])));
  for (const [input, dimensions] of [...inputs].slice(1)) {
    const shape = dimensions.filter((extent) => typeof extent === "number");
    const isWeight = kernels.has(input) || /^onnx::|[./]bias$/.test(input) || MODULE_OF_WEIGHT.test(input);
    if (!isWeight || shape.length !== dimensions.length) continue;
    inputs.delete(input);
    initializers.set(input, { name: input, shape, integer: false });
  }
  return { graph: name, nodes, initializers, inputs, shapes };
}

function message(reader: WireReader, what: string, field: WireField): WireField {
  if (field.wire !== 2)
    throw reader.fail(`${what}: field ${field.number} must be a message; is it an ONNX file?`);
  return field;
}

function readNode(reader: WireReader, at: WireField, index: number): OnnxNode {
  const what = `node ${index}`;
  const node = { op: "", domain: "", name: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) inputs.push(reader.text(what, field));
    else if (field.number === 2) outputs.push(reader.text(what, field));
    else if (field.number === 3) node.name = reader.text(what, field);
    else if (field.number === 4) node.op = reader.text(what, field);
    else if (field.number === 5) readAttribute(reader, what, message(reader, what, field), attributes);
    else if (field.number === 7) node.domain = reader.text(what, field);
    if (Math.max(inputs.length, outputs.length, attributes.size) > MOST_ENTRIES)
      throw reader.fail(`${what} has more than ${MOST_ENTRIES} inputs, outputs or attributes`);
  }
  if (node.op === "") throw reader.fail(`${what} names no operator; is it an ONNX file?`);
  return { ...node, domain: node.domain === "ai.onnx" ? "" : node.domain, inputs, outputs, attributes };
}

function readAttribute(
  reader: WireReader,
  node: string,
  at: WireField,
  attributes: Map<string, OnnxAttribute>,
): void {
  let name = "";
  const found: { i?: number; f?: number; s?: string; tensor?: OnnxTensor } = {};
  const ints: number[] = [];
  const floats: number[] = [];
  let type = 0;
  const what = `an attribute of ${node}`;
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) name = reader.text(what, field);
    else if (field.number === 2) found.f = reader.floats(what, field, 4)[0] ?? 0;
    else if (field.number === 3) found.i = field.value;
    else if (field.number === 4 && field.end - field.begin <= 256) found.s = reader.text(what, field);
    else if (field.number === 5) found.tensor = readTensor(reader, what, message(reader, what, field));
    else if (field.number === 7) floats.push(...reader.floats(what, field, 4));
    else if (field.number === 8) ints.push(...reader.integers(what, field));
    else if (field.number === 20) type = field.value;
    if (Math.max(ints.length, floats.length) > MOST_ENTRIES)
      throw reader.fail(`${what} has more than ${MOST_ENTRIES} numbers`);
  }
  // writers may leave out a zero
  if (type === 1) found.f ??= 0;
  if (type === 2) found.i ??= 0;
  attributes.set(name, { ...found, ints, floats });
}

const FLOAT = 1;
const DOUBLE = 11;
/** Whole numbers, and booleans, by their codes in TensorProto.DataType: bytes of each in raw data. */
const INTEGER_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 4],
  [7, 8],
  [9, 1],
  [12, 4],
  [13, 8],
]);
const EXTERNAL = 1;

function readTensor(reader: WireReader, what: string, at: WireField): OnnxTensor {
  const shape: number[] = [];
  let name = "";
  let type = 0;
  let location = 0;
  const data: WireField[] = [];
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) shape.push(...reader.integers(what, field));
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = reader.text(what, field);
    else if ([4, 5, 7, 9, 10].includes(field.number) && data.length <= MOST_CONSTANTS) data.push(field);
    else if (field.number === 13) checkExternal(reader, what, message(reader, what, field));
    else if (field.number === 14) location = field.value;
    if (shape.length > 64) throw reader.fail(`${what} has more than 64 dimensions`);
  }
  const named = name === "" ? what : `tensor ${quoted(name)}`;
  if (shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0))
    throw reader.fail(`${named}: dimensions must be sizes, are ${quoted(shape)}`);
  const count = shape.reduce((a, b) => a * b, 1);
  const small = count <= MOST_CONSTANTS && location !== EXTERNAL;
  const numbers = small ? data.flatMap((field) => numbersOf(reader, named, type, field)) : [];
  return {
    ...{ name, shape, integer: INTEGER_BYTES.has(type) },
    ...(small && numbers.length === count && { numbers }),
  };
}

/** The numbers in one of a tensor's data fields: 4 floats, 5 and 7 integers, 9 raw, 10 doubles. */
function numbersOf(reader: WireReader, what: string, type: number, field: WireField): number[] {
  if (field.number === 4) return reader.floats(what, field, 4);
  if (field.number === 10) return reader.floats(what, field, 8);
  if (field.number !== 9) return reader.integers(what, field);
  if (type === FLOAT) return reader.floats(what, field, 4);
  if (type === DOUBLE) return reader.floats(what, field, 8);
  const width = INTEGER_BYTES.get(type);
  if (width === undefined) return [];
  const view = new DataView(reader.bytes(what, field, 8 * MOST_CONSTANTS).buffer);
  return Array.from({ length: Math.floor(view.byteLength / width) }, (_, i) => {
    if (width === 8) return Number(view.getBigInt64(8 * i, true));
    if (width === 4) return type === 12 ? view.getUint32(4 * i, true) : view.getInt32(4 * i, true);
    if (width === 2) return type === 4 ? view.getUint16(2 * i, true) : view.getInt16(2 * i, true);
    return type === 3 ? view.getInt8(i) : view.getUint8(i);
  });
}

/** External data is never opened. That it would lie outside the model's folder is refused all the same. */
function checkExternal(reader: WireReader, what: string, at: WireField): void {
  let key = "";
  let value = "";
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) key = reader.text(what, field);
    else if (field.number === 2) value = reader.text(what, field);
  }
  if (key !== "location") return;
  const parts = value.split(/[/\\]/);
  if (
    value === "" ||
    parts[0] === "" ||
    /^[a-z]:/i.test(value) ||
    parts.includes("..") ||
    value.includes("\0")
  )
    throw reader.fail(`${what}: external data must lie in the model's folder, is at ${quoted(value)}`);
}

function readValueInfo(reader: WireReader, at: WireField): { name: string; shape: Dimension[] } {
  const what = "an input or output of the graph";
  let name = "";
  const shape: Dimension[] = [];
  const inside = function* (fields: Iterable<WireField>, number: number) {
    for (const field of fields) if (field.number === number) yield message(reader, what, field);
  };
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) name = reader.text(what, field);
    if (field.number !== 2) continue;
    const types = reader.fields(what, message(reader, what, field));
    for (const tensor of inside(types, 1))
      for (const dimensions of inside(reader.fields(what, tensor), 2))
        for (const dimension of inside(reader.fields(what, dimensions), 1)) {
          let extent: Dimension;
          for (const part of reader.fields(what, dimension)) {
            if (part.number === 1) extent = part.value;
            else if (part.number === 2) extent = reader.text(what, part);
          }
          if (typeof extent === "number" && (!Number.isSafeInteger(extent) || extent <= 0))
            extent = undefined;
          shape.push(extent === "" ? undefined : extent);
          if (shape.length > 64) throw reader.fail(`${what}: has more than 64 dimensions`);
        }
  }
  return { name, shape };
}
