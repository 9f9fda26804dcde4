import { quoted } from "../bounded-json.ts";
import { type OnnxNode, readNode } from "./node.ts";
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
