import { quoted } from "../bounded-json.ts";
import { randomOperators } from "./generators.ts";
import { innerShapes } from "./inner-shapes.ts";
import type { OnnxModel } from "./model.ts";
import { operatorName, operatorOf } from "./operators.ts";
import type { OnnxTensor } from "./tensor.ts";
import { type Call, elements, MOST_NUMBERS, shaped, Unknown, type Value } from "./value.ts";
import type { Dimension } from "./value-info.ts";
import { type Step, Walk, writtenName } from "./walk.ts";

/** Contents that are worked out in a whole network: elements, counted once for each axis. */
const MOST_WORK = 2 ** 22;

/** A node with what is known of its inputs. Where something is not, asking for it throws `Unknown`. */
export interface InferredCall extends Call {
  readonly node: Step;
  readonly index: number;
  /** Whether a value that a graph inside the node refers to is made of constants alone. */
  isConstant(name: string): boolean;
}

/** What is known before the first node. */
export interface Given {
  /** Of the graph's inputs, by name. */
  readonly inputs: ReadonlyMap<string, Value | Unknown>;
  /** Sizes of open dimensions, by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Whether shapes in the file without open dimensions are those of these inputs, not of more or fewer images. */
  readonly shapesHold: boolean;
}

export interface Visitor {
  /** Sees a node before its outputs are worked out, and says whether it has layers: what they make is no constant. */
  readonly before?: (call: InferredCall) => boolean;
  /** Sees it after that; an output of which nothing is known is undefined. */
  readonly after?: (call: InferredCall, outputs: readonly (Value | undefined)[]) => void;
}

/**
 * Works out the shape of every value, node by node, and shows each node to `visitor`. Nodes of functions, and of a branch
 * that is sure to be taken, are shown in place of the node that holds them. An operator that is not known makes values of
 * which nothing is known, but for shapes that the file itself holds; so do others in turn.
 */
export function inferShapes(model: OnnxModel, given: Given, visitor: Visitor): void {
  const facts: Facts = { known: new Map(), constants: new Map(), work: 0 };
  addTensors(facts, model.initializers);
  for (const [name, value] of given.inputs) facts.known.set(name, value);
  const walk = new Walk(model);
  let index = 0;
  for (let node = walk.next(); node; node = walk.next()) {
    const call = new NodeCall(node, index, facts, walk);
    if (entered(call, facts, walk)) continue;
    index++;
    const isLayer = visitor.before?.(call) ?? false;
    const outputs = addOutputs(call, facts, given, isLayer);
    visitor.after?.(call, outputs);
  }
}

/** What is known so far of the values of a network. */
interface Facts {
  readonly known: Map<string, Value | Unknown>;
  /** For each value that follows from the file's constants alone, one of those. */
  readonly constants: Map<string, string>;
  /** Contents worked out so far. */
  work: number;
}

function addTensors({ known, constants }: Facts, tensors: ReadonlyMap<string, OnnxTensor>): void {
  for (const [name, { shape, numbers, integer }] of tensors) {
    const value = attempt(() => shaped(shape, { numbers, integer }));
    known.set(name, value);
    constants.set(name, writtenName(name));
  }
}

/** Whether the walk goes on with the nodes that a node stands for. */
function entered(call: InferredCall, facts: Facts, walk: Walk): boolean {
  const { node } = call;
  const called = walk.functionOf(node);
  if (called) walk.enterFunction(node, called);
  const branch = called ? undefined : branchOf(call);
  if (branch) addTensors(facts, walk.enterGraph(node, branch()));
  return called !== undefined || branch !== undefined;
}

/** The branch of an `If` whose condition follows from shapes and constants. */
function branchOf(call: InferredCall) {
  const { op, domain, attributes } = call.node;
  if (op !== "If" || domain !== "") return undefined;
  const condition = attempt(() => call.input(0).numbers?.[0]);
  if (typeof condition !== "number") return undefined;
  return attributes.get(condition ? "then_branch" : "else_branch")?.graph;
}

/** Works out a node's outputs; undefined for one of which nothing is known. */
function addOutputs(call: InferredCall, facts: Facts, given: Given, isLayer: boolean): (Value | undefined)[] {
  const { node } = call;
  const found = outputsOf(call);
  // what a layer makes is computed, even from a learnt query
  const constant = isLayer ? undefined : constantOf(call);
  const inner = innerShapes(node);
  return node.outputs.map((name, i) => {
    if (name === "") return undefined;
    const value = found instanceof Unknown ? found : (found[i] ?? new Unknown(`output ${i} of ${node.op}`));
    const known =
      value instanceof Unknown ? (recordedShape(node.shapes[i] ?? inner[i], given) ?? value) : value;
    facts.known.set(name, known);
    if (constant !== undefined) facts.constants.set(name, constant || node.written[i]);
    return known instanceof Unknown ? undefined : known;
  });
}

/** A shape that the file itself holds, if all of its sizes are known. */
function recordedShape(
  dimensions: readonly Dimension[] | undefined,
  { sizes, shapesHold }: Given,
): Value | Unknown | undefined {
  if (!shapesHold && !dimensions?.some((extent) => typeof extent === "string")) return undefined;
  const shape = dimensions?.map((extent) => (typeof extent === "string" ? sizes.get(extent) : extent));
  return shape?.every((extent) => extent !== undefined) ? attempt(() => shaped(shape)) : undefined;
}

/** Operators whose further inputs only say where the first one's elements go. */
const rearranging = new Set("Expand Tile Reshape Slice Squeeze Unsqueeze".split(" "));

/**
 * The constant that a node's outputs come from, if all that it reads follows from constants: the largest, as a kernel
 * is larger than its scales. "": it makes a constant of its own.
 */
function constantOf(call: InferredCall): string | undefined {
  const { node } = call;
  if (randomOperators.has(node.op) || [...node.attributes.values()].some(({ graph }) => graph))
    return undefined;
  if (node.op === "ConstantOfShape") return call.weight(0) === undefined ? undefined : "";
  if (rearranging.has(node.op) && node.domain === "") return call.weight(0);
  let largest: string | undefined = "";
  let most = -1;
  for (const [i, input] of node.inputs.entries()) {
    if (input === "") continue;
    const weight = call.weight(i);
    if (weight === undefined) return undefined;
    const value = attempt(() => call.input(i));
    const size = value instanceof Unknown ? 0 : elements(value.shape);
    if (size > most) [largest, most] = [weight, size];
  }
  return largest;
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
  const operator = operatorOf(node);
  if (!operator) return new Behind(`the shape behind operator ${operatorName(node)} is not worked out`);
  const found = attempt(() => operator(call));
  if (!(found instanceof Unknown) || found instanceof Behind) return found;
  const name = quoted(node.name || `node ${call.index}`);
  return new Behind(`the shape behind ${node.op} ${name} is not known: ${found.message}`);
}

class NodeCall implements InferredCall {
  readonly node: Step;
  readonly index: number;
  private readonly facts: Facts;
  private readonly walk: Walk;

  constructor(node: Step, index: number, facts: Facts, walk: Walk) {
    this.node = node;
    this.index = index;
    this.facts = facts;
    this.walk = walk;
  }

  optional(index: number): Value | undefined {
    const name = this.node.inputs[index] ?? "";
    if (name === "") return undefined;
    const value = this.facts.known.get(name);
    if (value === undefined)
      throw new Unknown(`value ${quoted(writtenName(name))} is made by no node before it`);
    if (value instanceof Unknown) throw value;
    return value;
  }

  input(index: number): Value {
    const value = this.optional(index);
    if (value) return value;
    throw new Unknown(`input ${index} is missing`);
  }

  numbers(index: number): readonly number[] {
    const { numbers } = this.input(index);
    if (numbers) return numbers;
    throw new Unknown(
      `contents of ${quoted(writtenName(this.node.inputs[index]))} do not follow from shapes`,
    );
  }

  weight(index: number): string | undefined {
    return this.facts.constants.get(this.node.inputs[index] ?? "");
  }

  affords(shape: readonly number[]): boolean {
    const count = elements(shape);
    if (!(count >= 0 && count <= MOST_NUMBERS)) return false;
    this.facts.work += count * Math.max(1, shape.length);
    return this.facts.work <= MOST_WORK;
  }

  isConstant(name: string): boolean {
    return this.facts.constants.has(this.walk.outsideName(name));
  }
}
