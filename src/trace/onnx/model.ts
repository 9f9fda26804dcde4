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
import { message, type WireField, WireReader } from "./wire.ts";

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
  const functions = new Map<string, OnnxFunction>();
  for (const field of reader.fields("model", { begin: 0, end: source.size })) {
    if (field.number === 2) producer = reader.text("model", field);
    else if (field.number === 3) version = reader.text("model", field);
    else if (field.number === 7) {
      if (graph) throw reader.fail("model has two graphs; must have one");
      graph = message(reader, "model", field);
    } else if (field.number === 25) {
      const [key, found] = readFunction(reader, message(reader, "model", field));
      functions.set(key, found);
      if (functions.size > MOST_FUNCTIONS)
        throw reader.fail(`model has more than ${MOST_FUNCTIONS} functions; at most so many are read`);
    }
  }
  if (!graph) throw reader.fail("model has no graph; is it an ONNX file?");
  const read = withParameters(readGraph(reader, graph));
  return { ...read, source: source.name, producer: `${producer} ${version}`.trim(), functions };
}

function readFunction(reader: WireReader, at: WireField): [string, OnnxFunction] {
  const what = "a function";
  const key = { op: "", domain: "", overload: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: OnnxNode[] = [];
  const defaults = new Map<string, OnnxAttribute>();
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) key.op = reader.text(what, field);
    else if (field.number === 4) inputs.push(reader.text(what, field));
    else if (field.number === 5) outputs.push(reader.text(what, field));
    else if (field.number === 7) nodes.push(readNode(reader, message(reader, what, field), nodes.length));
    else if (field.number === 10) key.domain = domainOf(reader.text(what, field));
    else if (field.number === 11) {
      const { name, attribute } = readAttribute(reader, what, message(reader, what, field));
      defaults.set(name, attribute);
    } else if (field.number === 13) key.overload = reader.text(what, field);
    if (Math.max(inputs.length, outputs.length, nodes.length, defaults.size) > MOST_NODES)
      throw reader.fail(`${what} has more than ${MOST_NODES} nodes, inputs, outputs or attributes`);
  }
  return [functionKey(key), { inputs, outputs, nodes, defaults }];
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
