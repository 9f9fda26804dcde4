import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "./graph.ts";
import { functionKey, type OnnxFunction, type OnnxModel } from "./model.ts";
import type { OnnxTensor } from "./tensor.ts";
import type { Dimension } from "./value-info.ts";

/** Functions and branches that hold each other deeper than this are refused. */
const DEEPEST = 64;
/** A function that is called often may stand for far more nodes than the file has: of names in all calls. */
const MOST_NAMES = 2 ** 17;
/** Of the names of calls that a node's own name stands behind. */
const LONGEST_PATH = 256;

/** Nodes that are being walked through. */
interface Frame {
  readonly nodes: readonly OnnxNode[];
  at: number;
  /** Names that values have outside, by the name that they have here; the model's own are the same. */
  readonly names: Map<string, string>;
  /** What a branch sees besides its own values; undefined for a function, which sees none. */
  readonly outer: Frame | undefined;
  readonly isModel: boolean;
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly shapes: ReadonlyMap<string, readonly Dimension[]>;
  /** Names of the calls that it stands in, with "/" behind each. */
  readonly path: string;
  /** The function whose nodes these are. */
  readonly called: OnnxFunction | undefined;
  /** Puts before the names of values that no other frame has. */
  readonly id: number;
}

/** A node where it is carried out: its values bear names that no others in the whole network have. */
export interface Step extends OnnxNode {
  /** The names that its outputs have in the file. */
  readonly written: readonly string[];
  /** What the file says of its outputs' shapes. */
  readonly shapes: readonly (readonly Dimension[] | undefined)[];
}

/** Stands between a value's name in the file and the number of the call that it is made in. */
const MARK = "\0";

/** The name of a value in the file. */
export const writtenName = (name: string): string => name.split(MARK, 1)[0];

/**
 * Goes through a model's nodes in order, and through the functions and branches that its reader enters in their place.
 * Throws `InputError` for functions that call themselves, and for far more nodes than the file holds.
 */
export class Walk {
  private readonly model: OnnxModel;
  private readonly frames: Frame[];
  private made = 0;
  private named = 0;

  constructor(model: OnnxModel) {
    this.model = model;
    const { nodes, shapes } = model;
    this.frames = [
      {
        nodes,
        at: 0,
        names: new Map(),
        outer: undefined,
        isModel: true,
        attributes: new Map(),
        shapes,
        path: "",
        called: undefined,
        id: 0,
      },
    ];
  }

  /** The next node; undefined behind the last. */
  next(): Step | undefined {
    for (;;) {
      const frame = this.frames.at(-1);
      if (!frame) return undefined;
      if (frame.at < frame.nodes.length) return this.step(frame, frame.nodes[frame.at++]);
      this.frames.pop();
    }
  }

  /** The function of the file that a node calls. */
  functionOf(node: OnnxNode): OnnxFunction | undefined {
    return this.model.functions.size > 0 ? this.model.functions.get(functionKey(node)) : undefined;
  }

  /** Goes on with a function's nodes. */
  enterFunction(call: Step, called: OnnxFunction): void {
    const { nodes, inputs, outputs, defaults } = called;
    if (this.frames.some((frame) => frame.called === called))
      throw new InputError(`${this.model.source}: function ${quoted(call.op)} calls itself`);
    this.count(inputs.length + outputs.length + defaults.size + call.attributes.size);
    const attributes = new Map([...defaults, ...call.attributes]);
    const frame = this.enter(call, { nodes, outer: undefined, attributes, shapes: new Map(), called });
    inputs.forEach((name, i) => {
      frame.names.set(name, call.inputs[i] ?? "");
    });
    this.bindOutputs(frame, outputs, call);
  }

  /** Goes on with the nodes of a graph inside an operator, and gives its initialisers by their names outside. */
  enterGraph(call: Step, graph: OnnxGraph): ReadonlyMap<string, OnnxTensor> {
    const outer = this.frames.at(-1)!;
    const { nodes, shapes, initializers, outputs } = graph;
    const frame = this.enter(call, { nodes, outer, attributes: outer.attributes, shapes, called: undefined });
    this.count(initializers.size + outputs.length);
    const held = [...initializers].map(([name, tensor]): [string, OnnxTensor] => [
      this.own(frame, name),
      tensor,
    ]);
    this.bindOutputs(frame, outputs, call);
    return new Map(held);
  }

  private enter(
    call: Step,
    about: Pick<Frame, "nodes" | "outer" | "attributes" | "shapes" | "called">,
  ): Frame {
    if (this.frames.length >= DEEPEST)
      throw new InputError(`${this.model.source}: functions and branches lie more than ${DEEPEST} deep`);
    const path = `${call.name}/`.slice(-LONGEST_PATH);
    const frame = {
      ...about,
      at: 0,
      names: new Map<string, string>(),
      isModel: false,
      path,
      id: ++this.made,
    };
    this.frames.push(frame);
    return frame;
  }

  /** What a frame makes has the names that the call gives it; a value that only passes through gets a node. */
  private bindOutputs(frame: Frame, outputs: readonly string[], call: Step): void {
    const made = new Set(frame.nodes.flatMap((node) => node.outputs));
    const passed: OnnxNode[] = [];
    outputs.forEach((name, i) => {
      const outside = call.outputs[i] ?? "";
      if (outside === "") return;
      if (made.has(name) && !frame.names.has(name)) frame.names.set(name, outside);
      else {
        const own = `${MARK}${i}`;
        frame.names.set(own, outside);
        passed.push(identity(name, own));
      }
    });
    if (passed.length === 0) return;
    this.frames[this.frames.length - 1] = { ...frame, nodes: [...frame.nodes, ...passed] };
  }

  private step(frame: Frame, node: OnnxNode): Step {
    const written = node.outputs;
    const shapes = written.map((name) => frame.shapes.get(name));
    if (frame.isModel) return { ...node, written, shapes };
    this.count(1 + node.inputs.length + written.length + node.attributes.size);
    return {
      ...node,
      name: node.name === "" ? frame.path.slice(0, -1) : `${frame.path}${node.name}`,
      inputs: node.inputs.map((name) => (name === "" ? "" : this.resolved(frame, name))),
      outputs: written.map((name) => (name === "" ? "" : this.own(frame, name))),
      attributes: attributesOf(node, frame),
      written,
      shapes,
    };
  }

  private count(names: number): void {
    this.named += names;
    if (this.named > MOST_NAMES)
      throw new InputError(
        `${this.model.source}: functions have more than ${MOST_NAMES} values, counted at each call; at most so many are followed`,
      );
  }

  /** The name in the whole network of a value that a graph inside the last node refers to. */
  outsideName(name: string): string {
    return this.resolved(this.frames.at(-1)!, name);
  }

  private resolved(frame: Frame, name: string): string {
    let seen: Frame | undefined = frame;
    while (seen) {
      const found = seen.names.get(name);
      if (found !== undefined) return found;
      if (seen.isModel) return name;
      seen = seen.outer;
    }
    return `${name}${MARK}${frame.id}`;
  }

  private own(frame: Frame, name: string): string {
    const bound = frame.names.get(name);
    if (bound !== undefined) return bound;
    const made = `${name.slice(0, LONGEST_PATH)}${MARK}${frame.id}.${frame.names.size}`;
    frame.names.set(name, made);
    return made;
  }
}

const identity = (input: string, output: string): OnnxNode => ({
  op: "Identity",
  domain: "",
  overload: "",
  name: "",
  inputs: [input],
  outputs: [output],
  attributes: new Map(),
});

/** A node's attributes, those of the call it stands in put where it refers to them. */
function attributesOf({ attributes }: OnnxNode, frame: Frame): ReadonlyMap<string, OnnxAttribute> {
  if (![...attributes.values()].some(({ reference }) => reference !== undefined)) return attributes;
  const found = new Map<string, OnnxAttribute>();
  for (const [name, attribute] of attributes) {
    const given = attribute.reference === undefined ? attribute : frame.attributes.get(attribute.reference);
    if (given) found.set(name, given);
  }
  return found;
}
