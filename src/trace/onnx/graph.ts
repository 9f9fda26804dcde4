import { quoted } from "../bounded-json.ts";
import { type OnnxTensor, readSparseTensor, readTensor } from "./tensor.ts";
import { type Dimension, readValueInfo } from "./value-info.ts";
import type { FieldTable, WireField, WireMessage } from "./wire.ts";

/** The largest language models have some 10,000 nodes or values. */
const MOST_ITEMS = 50_000;

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

/** What a value is called where something is wrong with it. */
const VALUE = "an input or output of the graph";

interface GraphDraft {
  name: string;
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, OnnxTensor>;
  readonly inputs: Map<string, readonly Dimension[] | undefined>;
  readonly outputs: string[];
  readonly shapes: Map<string, readonly Dimension[]>;
}

const graphFields: FieldTable<GraphDraft> = {
  1: ({ nodes }, field, message) => nodes.push(readNode(message.inside(field, `node ${nodes.length}`))),
  2: (graph, field, message) => {
    graph.name = message.text(field);
  },
  5: (graph, field, message) => addInitializer(graph, field, message, readTensor),
  11: ({ inputs }, field, message) => {
    const { name, shape } = readValueInfo(message.inside(field, VALUE));
    inputs.set(name, shape);
  },
  12: (graph, field, message) => graph.outputs.push(addShape(graph, field, message)),
  13: addShape,
  15: (graph, field, message) => addInitializer(graph, field, message, readSparseTensor),
};

/** The graph in a GraphProto, without its weights. Throws `InputError`. */
export function readGraph(message: WireMessage): OnnxGraph {
  const empty = { nodes: [], initializers: new Map(), inputs: new Map(), outputs: [], shapes: new Map() };
  const graph = message.read(graphFields, { name: "", ...empty }, checkItems);
  for (const initializer of graph.initializers.keys()) graph.inputs.delete(initializer);
  return graph;
}

function checkItems(
  { nodes, initializers, inputs, outputs, shapes }: GraphDraft,
  message: WireMessage,
): void {
  if (Math.max(nodes.length, initializers.size, inputs.size + shapes.size, outputs.length) > MOST_ITEMS)
    throw message.fail(
      ` has more than ${MOST_ITEMS} nodes, initializers or values; at most so many are read`,
    );
}

function addInitializer(
  { initializers }: GraphDraft,
  field: WireField,
  message: WireMessage,
  read: (tensor: WireMessage) => OnnxTensor,
): void {
  const what = `initializer ${initializers.size}`;
  const tensor = read(message.inside(field, what));
  if (initializers.has(tensor.name))
    throw message.named(`initializer ${quoted(tensor.name)}`).fail(" is there twice");
  initializers.set(tensor.name, tensor);
}

/** Takes down a value's shape, if the file has it, and gives its name. */
function addShape({ shapes }: GraphDraft, field: WireField, message: WireMessage): string {
  const { name, shape } = readValueInfo(message.inside(field, VALUE));
  if (shape) shapes.set(name, shape);
  return name;
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

interface NodeDraft {
  op: string;
  domain: string;
  overload: string;
  name: string;
  readonly inputs: string[];
  readonly outputs: string[];
  attributes?: Map<string, OnnxAttribute>;
}

const nodeFields: FieldTable<NodeDraft> = {
  1: ({ inputs }, field, message) => inputs.push(message.text(field)),
  2: ({ outputs }, field, message) => outputs.push(message.text(field)),
  3: (node, field, message) => {
    node.name = message.text(field);
  },
  4: (node, field, message) => {
    node.op = message.text(field);
  },
  5: (node, field, message) => {
    const { name, attribute } = readAttribute(message, field);
    node.attributes ??= new Map();
    node.attributes.set(name, attribute);
  },
  7: (node, field, message) => {
    node.domain = message.text(field);
  },
  8: (node, field, message) => {
    node.overload = message.text(field);
  },
};

/** The node in a NodeProto. Throws `InputError` for what is none. */
export function readNode(message: WireMessage): OnnxNode {
  const draft: NodeDraft = { op: "", domain: "", overload: "", name: "", inputs: [], outputs: [] };
  const node = message.read(nodeFields, draft, checkEntries);
  if (node.op === "") throw message.fail(" names no operator; is it an ONNX file?");
  return { ...node, domain: domainOf(node.domain), attributes: node.attributes ?? noAttributes };
}

function checkEntries({ inputs, outputs, attributes }: NodeDraft, message: WireMessage): void {
  if (Math.max(inputs.length, outputs.length, attributes?.size ?? 0) > MOST_ENTRIES)
    throw message.fail(` has more than ${MOST_ENTRIES} inputs, outputs or attributes`);
}

interface AttributeDraft {
  name: string;
  type: number;
  readonly found: { -readonly [Key in keyof OnnxAttribute]?: OnnxAttribute[Key] };
  readonly ints: number[];
  readonly floats: number[];
}

const attributeFields: FieldTable<AttributeDraft> = {
  1: (draft, field, message) => {
    draft.name = message.text(field);
  },
  2: ({ found }, field, message) => {
    found.f = message.floats(field, 4)[0] ?? 0;
  },
  3: ({ found }, { value }) => {
    found.i = value;
  },
  4: ({ found }, field, message) => {
    if (field.end - field.begin <= 256) found.s = message.text(field);
  },
  5: ({ found }, field, message) => {
    found.tensor = readTensor(message.inside(field));
  },
  6: ({ found }, field, message) => {
    found.graph = graphLater(message.inside(field, "graph"));
  },
  7: ({ floats }, field, message) => floats.push(...message.floats(field, 4)),
  8: ({ ints }, field, message) => ints.push(...message.integers(field)),
  20: (draft, { value }) => {
    draft.type = value;
  },
  21: ({ found }, field, message) => {
    found.reference = message.text(field);
  },
  22: ({ found }, field, message) => {
    found.tensor = readSparseTensor(message.inside(field));
  },
};

/** The attribute in a field of `owner`, and its name. Throws `InputError`. */
export function readAttribute(
  owner: WireMessage,
  field: WireField,
): { name: string; attribute: OnnxAttribute } {
  const message = owner.inside(field, `an attribute of ${owner.what}`);
  const draft: AttributeDraft = { name: "", type: 0, found: {}, ints: [], floats: [] };
  const { name, type, found, ints, floats } = message.read(attributeFields, draft, checkNumbers);
  // writers may leave out a zero
  if (type === 1) found.f ??= 0;
  if (type === 2) found.i ??= 0;
  return { name, attribute: { ...found, ints, floats } };
}

function checkNumbers({ ints, floats }: AttributeDraft, message: WireMessage): void {
  if (Math.max(ints.length, floats.length) > MOST_ENTRIES)
    throw message.fail(` has more than ${MOST_ENTRIES} numbers`);
}

/** Graphs may lie in graphs to any depth, so that one is read only when what holds it is followed. */
function graphLater(message: WireMessage): () => OnnxGraph {
  let graph: OnnxGraph | undefined;
  return () => {
    graph ??= readGraph(message);
    return graph;
  };
}
