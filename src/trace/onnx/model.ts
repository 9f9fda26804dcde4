import type { ByteSource } from "../byte-source.ts";
import { refuseOtherKinds } from "../file-kind.ts";
import {
  domainOf,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  readAttribute,
  readGraph,
  readNode,
} from "./graph.ts";
import type { OnnxTensor } from "./tensor.ts";
import { type FieldTable, WireMessage, WireReader } from "./wire.ts";

const MOST_FUNCTIONS = 10_000;
const MOST_NODES = 50_000;

/** The name of a module's weights, the module first: "layer1.0.conv1.weight". */
export const MODULE_OF_WEIGHT =
  /^(.+?)[./_](parametrizations[./])?(weight|kernel|W|w)(_v|_g|_orig|\.original[01]?)?(:0)?$/;

/** A function that the file itself defines: nodes that stand for a node which bears its name. */
export interface OnnxFunction {
  /** Names of values, in the order of a call's. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Values of attributes that a call leaves out. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
}

/** What an ONNX file says, without its weights. */
export interface OnnxModel extends OnnxGraph {
  readonly source: string;
  /** such as "pytorch 1.13.1" */
  readonly producer: string;
  /** By `functionKey`. */
  readonly functions: ReadonlyMap<string, OnnxFunction>;
}

/** What a node calls, if it calls a function. */
export const functionKey = ({ domain, op, overload }: Pick<OnnxNode, "domain" | "op" | "overload">): string =>
  `${domain}\n${op}\n${overload}`;

interface ModelDraft {
  producer: string;
  version: string;
  graph?: WireMessage;
  readonly functions: Map<string, OnnxFunction>;
}

const modelFields: FieldTable<ModelDraft> = {
  2: (model, field, message) => {
    model.producer = message.text(field);
  },
  3: (model, field, message) => {
    model.version = message.text(field);
  },
  7: (model, field, message) => {
    if (model.graph) throw message.fail(" has two graphs; must have one");
    model.graph = message.inside(field, "graph");
  },
  25: ({ functions }, field, message) => {
    const [key, found] = readFunction(message.inside(field, "a function"));
    functions.set(key, found);
    if (functions.size > MOST_FUNCTIONS)
      throw message.fail(` has more than ${MOST_FUNCTIONS} functions; at most so many are read`);
  },
};

/**
 * Reads a network from an ONNX file, whatever holds its bytes. Weights are passed over, in the file itself and in files
 * beside it, which are never opened. Field numbers: onnx/onnx.proto of the ONNX project (Apache-2.0).
 * Throws `InputError` for what is none.
 */
export function readOnnx(source: ByteSource): OnnxModel {
  const reader = new WireReader(source);
  refuseOtherKinds(source, "ONNX");
  const model = new WireMessage(reader, "model", { begin: 0, end: source.size });
  const draft: ModelDraft = { producer: "", version: "", functions: new Map() };
  const { producer, version, graph, functions } = model.read(modelFields, draft);
  if (!graph) throw model.fail(" has no graph; is it an ONNX file?");
  const read = withParameters(readGraph(graph));
  return { ...read, source: source.name, producer: `${producer} ${version}`.trim(), functions };
}

interface FunctionDraft {
  readonly key: { op: string; domain: string; overload: string };
  readonly inputs: string[];
  readonly outputs: string[];
  readonly nodes: OnnxNode[];
  readonly defaults: Map<string, OnnxAttribute>;
}

const functionFields: FieldTable<FunctionDraft> = {
  1: ({ key }, field, message) => {
    key.op = message.text(field);
  },
  4: ({ inputs }, field, message) => inputs.push(message.text(field)),
  5: ({ outputs }, field, message) => outputs.push(message.text(field)),
  7: ({ nodes }, field, message) => nodes.push(readNode(message.inside(field, `node ${nodes.length}`))),
  10: ({ key }, field, message) => {
    key.domain = domainOf(message.text(field));
  },
  11: ({ defaults }, field, message) => {
    const { name, attribute } = readAttribute(message, field);
    defaults.set(name, attribute);
  },
  13: ({ key }, field, message) => {
    key.overload = message.text(field);
  },
};

function readFunction(message: WireMessage): [string, OnnxFunction] {
  const key = { op: "", domain: "", overload: "" };
  const draft: FunctionDraft = { key, inputs: [], outputs: [], nodes: [], defaults: new Map() };
  const { inputs, outputs, nodes, defaults } = message.read(functionFields, draft, checkEntries);
  return [functionKey(key), { inputs, outputs, nodes, defaults }];
}

function checkEntries({ inputs, outputs, nodes, defaults }: FunctionDraft, message: WireMessage): void {
  if (Math.max(inputs.length, outputs.length, nodes.length, defaults.size) > MOST_NODES)
    throw message.fail(` has more than ${MOST_NODES} nodes, inputs, outputs or attributes`);
}

/** An export without its parameters has them as inputs; they are told by their names, and as kernels. */
function withParameters(graph: OnnxGraph): OnnxGraph {
  const kernels = new Set(graph.nodes.flatMap(({ op, inputs }) => (op === "Conv" ? [inputs[1]] : [])));
  const inputs = new Map(graph.inputs);
  const initializers = new Map<string, OnnxTensor>(graph.initializers);
  for (const [input, dimensions = [undefined]] of [...inputs].slice(1)) {
    const shape = dimensions.filter((extent) => typeof extent === "number");
    const isWeight = kernels.has(input) || /^onnx::|[./]bias$/.test(input) || MODULE_OF_WEIGHT.test(input);
    if (!isWeight || shape.length !== dimensions.length) continue;
    inputs.delete(input);
    initializers.set(input, { name: input, shape, integer: false });
  }
  return { ...graph, inputs, initializers };
}
