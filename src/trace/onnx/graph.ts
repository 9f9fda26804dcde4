import { quoted } from "../bounded-json.ts";
import { type OnnxTensor, readSparseTensor, readTensor } from "./tensor.ts";
import { message, type WireField, type WireReader } from "./wire.ts";

/** The largest language models have some 10,000 nodes or values. */
const MOST_ITEMS = 50_000;

/** A dimension: a size, the name of one that is open, or undefined where the file says nothing. */
export type Dimension = number | string | undefined;

/** A graph as the file holds it: that of the model, or one inside an operator. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** [name, dimensions] of inputs, initialisers that are listed among them left out; undefined: not even their number is said. */
  readonly inputs: ReadonlyMap<string, readonly Dimension[] | undefined>;
  /** Names of values. */
  readonly outputs: readonly string[];
  /** Shapes that whoever wrote the file worked out. */
  readonly shapes: ReadonlyMap<string, readonly Dimension[]>;
}

/** The graph in a GraphProto, without its weights. Throws `InputError`. */
export function readGraph(reader: WireReader, graph: WireField): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, readonly Dimension[] | undefined>();
  const outputs: string[] = [];
  const shapes = new Map<string, readonly Dimension[]>();
  let name = "";
  for (const field of reader.fields("graph", graph)) {
    if (field.number === 2) name = reader.text("graph", field);
    if (![1, 5, 11, 12, 13, 15].includes(field.number)) continue;
    const at = message(reader, "graph", field);
    if (field.number === 1) nodes.push(readNode(reader, at, nodes.length));
    else if (field.number === 5 || field.number === 15) {
      const read = field.number === 5 ? readTensor : readSparseTensor;
      const tensor = read(reader, `initializer ${initializers.size}`, at);
      if (initializers.has(tensor.name))
        throw reader.fail(`initializer ${quoted(tensor.name)} is there twice`);
      initializers.set(tensor.name, tensor);
    } else {
      const value = readValueInfo(reader, at);
      if (field.number === 12) outputs.push(value.name);
      if (field.number === 11) inputs.set(value.name, value.shape);
      else if (value.shape) shapes.set(value.name, value.shape);
    }
    if (Math.max(nodes.length, initializers.size, inputs.size + shapes.size, outputs.length) > MOST_ITEMS)
      throw reader.fail(
        `graph has more than ${MOST_ITEMS} nodes, initializers or values; at most so many are read`,
      );
  }
  for (const initializer of initializers.keys()) inputs.delete(initializer);
  return { name, nodes, initializers, inputs, outputs, shapes };
}

/** A value's name and dimensions; no shape where the file does not say even how many there are. */
function readValueInfo(reader: WireReader, at: WireField): { name: string; shape?: Dimension[] } {
  const what = "an input or output of the graph";
  let name = "";
  let shape: Dimension[] | undefined;
  const inside = function* (fields: Iterable<WireField>, number: number) {
    for (const field of fields) if (field.number === number) yield message(reader, what, field);
  };
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) name = reader.text(what, field);
    if (field.number !== 2) continue;
    const types = reader.fields(what, message(reader, what, field));
    for (const tensor of inside(types, 1))
      for (const dimensions of inside(reader.fields(what, tensor), 2)) {
        shape ??= [];
        for (const dimension of inside(reader.fields(what, dimensions), 1)) {
          shape.push(dimensionOf(reader, what, dimension));
          if (shape.length > 64) throw reader.fail(`${what}: has more than 64 dimensions`);
        }
      }
  }
  return { name, ...(shape && { shape }) };
}

/** What exporters write for any dimension that is open; two of them need not be the same. */
const NO_NAME = /^(|\?|\*|-?\d+|none|null|nan|unk|unknown)$/i;

function dimensionOf(reader: WireReader, what: string, at: WireField): Dimension {
  let extent: Dimension;
  for (const part of reader.fields(what, at)) {
    if (part.number === 1) extent = part.value;
    else if (part.number === 2) extent = reader.text(what, part);
  }
  if (typeof extent === "number") return Number.isSafeInteger(extent) && extent > 0 ? extent : undefined;
  return extent !== undefined && NO_NAME.test(extent) ? undefined : extent;
}

/** Of a node's inputs, outputs or attributes, and of an attribute's numbers. */
const MOST_ENTRIES = 2 ** 16;

export interface OnnxAttribute {
  readonly i?: number;
  readonly f?: number;
  readonly s?: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly tensor?: OnnxTensor;
  /** A graph inside the operator, which is read when it is asked for. Throws `InputError`. */
  readonly graph?: () => OnnxGraph;
  /** In a function's node: the attribute of the call that takes this one's place. */
  readonly reference?: string;
}

export interface OnnxNode {
  readonly op: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  /** Which of several functions of the same name is called. */
  readonly overload: string;
  readonly name: string;
  /** Names of values; "" for one left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** ONNX's own operators have two names for their domain. */
export const domainOf = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

const noAttributes: ReadonlyMap<string, OnnxAttribute> = new Map();

/** The node in a NodeProto. Throws `InputError` for what is none. */
export function readNode(reader: WireReader, at: WireField, index: number): OnnxNode {
  const what = `node ${index}`;
  const node = { op: "", domain: "", overload: "", name: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  let attributes: Map<string, OnnxAttribute> | undefined;
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) inputs.push(reader.text(what, field));
    else if (field.number === 2) outputs.push(reader.text(what, field));
    else if (field.number === 3) node.name = reader.text(what, field);
    else if (field.number === 4) node.op = reader.text(what, field);
    else if (field.number === 5) {
      const { name, attribute } = readAttribute(reader, what, message(reader, what, field));
      attributes ??= new Map();
      attributes.set(name, attribute);
    } else if (field.number === 7) node.domain = reader.text(what, field);
    else if (field.number === 8) node.overload = reader.text(what, field);
    if (Math.max(inputs.length, outputs.length, attributes?.size ?? 0) > MOST_ENTRIES)
      throw reader.fail(`${what} has more than ${MOST_ENTRIES} inputs, outputs or attributes`);
  }
  if (node.op === "") throw reader.fail(`${what} names no operator; is it an ONNX file?`);
  return {
    ...node,
    domain: domainOf(node.domain),
    inputs,
    outputs,
    attributes: attributes ?? noAttributes,
  };
}

/** The attribute in an AttributeProto, and its name. Throws `InputError`. */
export function readAttribute(
  reader: WireReader,
  node: string,
  at: WireField,
): { name: string; attribute: OnnxAttribute } {
  let name = "";
  const found: { -readonly [Key in keyof OnnxAttribute]?: OnnxAttribute[Key] } = {};
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
    else if (field.number === 6) found.graph = graphLater(reader, message(reader, what, field));
    else if (field.number === 7) floats.push(...reader.floats(what, field, 4));
    else if (field.number === 8) ints.push(...reader.integers(what, field));
    else if (field.number === 20) type = field.value;
    else if (field.number === 21) found.reference = reader.text(what, field);
    else if (field.number === 22) found.tensor = readSparseTensor(reader, what, message(reader, what, field));
    if (Math.max(ints.length, floats.length) > MOST_ENTRIES)
      throw reader.fail(`${what} has more than ${MOST_ENTRIES} numbers`);
  }
  // writers may leave out a zero
  if (type === 1) found.f ??= 0;
  if (type === 2) found.i ??= 0;
  return { name, attribute: { ...found, ints, floats } };
}

/** Graphs may lie in graphs to any depth, so that one is read only when what holds it is followed. */
function graphLater(reader: WireReader, at: WireField): () => OnnxGraph {
  let graph: OnnxGraph | undefined;
  return () => {
    graph ??= readGraph(reader, at);
    return graph;
  };
}
