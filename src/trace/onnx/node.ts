import { type OnnxGraph, readGraph } from "./graph.ts";
import { type OnnxTensor, readSparseTensor, readTensor } from "./tensor.ts";
import { message, type WireField, type WireReader } from "./wire.ts";

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
