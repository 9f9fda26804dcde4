import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import { arrangement } from "./arrangement.ts";
import { elementwise } from "./elementwise.ts";
import type { Dimension, OnnxModel, OnnxNode } from "./model.ts";
import { products } from "./products.ts";
import { type Call, shaped, Unknown, type Value } from "./value.ts";
import { windows } from "./windows.ts";

const operators = { ...elementwise, ...windows, ...arrangement, ...products };

/** Sizes for dimensions that a file leaves open, by name. */
export type OpenSizes = ReadonlyMap<string, number>;

/** A node with what is known of its inputs. Where something is not, asking for it throws `Unknown`. */
export interface InferredCall extends Call {
  readonly index: number;
}

/** The images of the first input, as the file says: a number, the name of an open dimension, or undefined. */
export const batchDimension = ({ inputs }: OnnxModel): Dimension => [...inputs.values()][0]?.[0];

/**
 * Works out the shape of every value, node by node, and shows each node to `visit` before its outputs are worked out.
 * `batch`: the images where the file leaves them open. An operator that is not known makes values of which nothing is
 * known, but for shapes that the file itself holds; so do others in turn.
 * Throws `InputError` for an open dimension that has no size.
 */
export function inferShapes(
  model: OnnxModel,
  batch: number,
  sizes: OpenSizes,
  visit: (call: InferredCall) => void,
): void {
  const known = new Map<string, Value | Unknown>();
  for (const [name, { shape, numbers, integer }] of model.initializers)
    known.set(
      name,
      attempt(() => shaped(shape, { numbers, integer, weight: name })),
    );
  const open = new Map(sizes);
  const first = batchDimension(model);
  if (typeof first === "string" && !open.has(first)) open.set(first, batch);
  for (const [name, dimensions] of model.inputs)
    known.set(name, inputValue(model, name, dimensions, batch, open));
  const recorded = (name: string): Value | Unknown | undefined => {
    const shape = model.shapes
      .get(name)
      ?.map((extent) => (typeof extent === "string" ? open.get(extent) : extent));
    return shape?.every((extent) => extent !== undefined) ? attempt(() => shaped(shape)) : undefined;
  };
  for (const [index, node] of model.nodes.entries()) {
    const call = callOf(node, index, known);
    visit(call);
    const found = outputsOf(call);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const value = found instanceof Unknown ? found : (found[i] ?? new Unknown(`output ${i} of ${node.op}`));
      known.set(name, value instanceof Unknown ? (recorded(name) ?? value) : value);
    });
  }
}

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

function inputValue(
  model: OnnxModel,
  name: string,
  dimensions: readonly Dimension[],
  batch: number,
  open: OpenSizes,
): Value {
  const shape = dimensions.map((extent, i) => {
    const found = typeof extent === "string" ? open.get(extent) : extent;
    if (found !== undefined) return found;
    if (i === 0) return batch;
    const named =
      typeof extent === "string"
        ? `${quoted(extent)}; give it one with --dimension ${extent}=SIZE`
        : "that has no name";
    throw new InputError(
      `${model.source}: input ${quoted(name)}: dimension ${i} must have a size, is open, ${named}`,
    );
  });
  try {
    return shaped(shape);
  } catch {
    throw new InputError(`${model.source}: input ${quoted(name)}: shape ${quoted(shape)} is too large`);
  }
}
