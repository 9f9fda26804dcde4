import { quoted } from "../bounded-json.ts";
import { arrangement } from "./arrangement.ts";
import { elementwise } from "./elementwise.ts";
import type { OnnxModel, OnnxNode } from "./model.ts";
import { products } from "./products.ts";
import { type Call, shaped, Unknown, type Value } from "./value.ts";
import { windows } from "./windows.ts";

const operators = { ...elementwise, ...windows, ...arrangement, ...products };

/** A node with what is known of its inputs. Where something is not, asking for it throws `Unknown`. */
export interface InferredCall extends Call {
  readonly index: number;
}

/** Looks at a node before its outputs are worked out, or after that; an output of which nothing is known is undefined. */
export interface Visitor {
  readonly before?: (call: InferredCall) => void;
  readonly after?: (call: InferredCall, outputs: readonly (Value | undefined)[]) => void;
}

/**
 * Works out the shape of every value, node by node, and shows each node to `visitor`. `inputs`: what is known of the
 * graph's inputs, by name. An operator that is not known makes values of which nothing is known, but for shapes that the
 * file itself holds; so do others in turn.
 */
export function inferShapes(model: OnnxModel, inputs: ReadonlyMap<string, Value>, visitor: Visitor): void {
  const known = new Map<string, Value | Unknown>();
  for (const [name, { shape, numbers, integer }] of model.initializers)
    known.set(
      name,
      attempt(() => shaped(shape, { numbers, integer, weight: name })),
    );
  for (const [name, value] of inputs) known.set(name, value);
  const recorded = (name: string): Value | Unknown | undefined => {
    const shape = model.shapes.get(name);
    return isSized(shape) ? attempt(() => shaped(shape)) : undefined;
  };
  for (const [index, node] of model.nodes.entries()) {
    const call = callOf(node, index, known);
    visitor.before?.(call);
    const found = outputsOf(call);
    const outputs = node.outputs.map((name, i) => {
      const value = found instanceof Unknown ? found : (found[i] ?? new Unknown(`output ${i} of ${node.op}`));
      return value instanceof Unknown ? (recorded(name) ?? value) : value;
    });
    node.outputs.forEach((name, i) => {
      if (name !== "") known.set(name, outputs[i]);
    });
    visitor.after?.(
      call,
      outputs.map((value) => (value instanceof Unknown ? undefined : value)),
    );
  }
}

const isSized = (shape: readonly unknown[] | undefined): shape is readonly number[] =>
  shape?.every((extent) => typeof extent === "number") === true;

/** The node that stopped it is named already. */
class Behind extends Unknown {}

function attempt<T>(work: () => T): T | Unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unknown) return error;
    throw error;
  }
}

function outputsOf(call: InferredCall): readonly Value[] | Unknown {
  const { node } = call;
  const operator = node.domain === "" && Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (!operator) return new Behind(`the shape behind operator ${operatorName(node)} is not worked out`);
  const found = attempt(() => operator(call));
  if (!(found instanceof Unknown) || found instanceof Behind) return found;
  const name = quoted(node.name || `node ${call.index}`);
  return new Behind(`the shape behind ${node.op} ${name} is not known: ${found.message}`);
}

/** "Conv", or "com.microsoft.Attention" for an operator that is not ONNX's own. */
export const operatorName = ({ op, domain }: Pick<OnnxNode, "op" | "domain">): string =>
  domain === "" ? op : `${domain}.${op}`;

function callOf(node: OnnxNode, index: number, known: ReadonlyMap<string, Value | Unknown>): InferredCall {
  const optional = (i: number) => {
    const name = node.inputs[i] ?? "";
    if (name === "") return undefined;
    const value = known.get(name) ?? new Unknown(`value ${quoted(name)} is made by no node before it`);
    if (value instanceof Unknown) throw value;
    return value;
  };
  const input = (i: number) => {
    const value = optional(i);
    if (value) return value;
    throw new Unknown(`input ${i} is missing`);
  };
  const numbers = (i: number) => {
    const { numbers } = input(i);
    if (numbers) return numbers;
    throw new Unknown(`contents of ${quoted(node.inputs[i])} do not follow from shapes`);
  };
  return { node, index, optional, input, numbers };
}
