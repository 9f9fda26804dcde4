import type { OnnxAttribute, OnnxNode } from "./graph.ts";

/** What is known of a value of the graph: its shape, and more where that matters. */
export interface Value {
  readonly shape: readonly number[];
  /** Its contents in row-major order, where they are few and follow from shapes and constants. */
  readonly numbers?: readonly number[] | undefined;
  /** Whether its elements are whole numbers, which decides how they are divided. */
  readonly integer?: boolean | undefined;
  /** Axes along which all is the same, since it was expanded there: a weight's gradient sums over them. */
  readonly copies?: readonly number[] | undefined;
  /** Of a sequence of tensors, these; the shape is then of no tensor. */
  readonly items?: readonly Value[] | undefined;
}

/** Why nothing is known of a value. */
export class Unknown extends Error {
  constructor(message: string) {
    // a file may be the cause of a hundred thousand of these, and nobody reads where they were made
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A node with what is known of its inputs. */
export interface Call {
  readonly node: OnnxNode;
  /** Throws `Unknown` for an input that is missing or that nothing is known of. */
  input(index: number): Value;
  /** Undefined where it is left out. */
  optional(index: number): Value | undefined;
  /** Throws `Unknown` where the contents of an input are not known. */
  numbers(index: number): readonly number[];
  /** The constant of the file that an input is, or is made of with other constants; undefined for others. */
  weight(index: number): string | undefined;
  /** Whether contents of this shape are few enough to be worked out, in this node and in all so far. */
  affords(shape: readonly number[]): boolean;
}

/** What an operator makes of its inputs, output by output. Throws `Unknown`. */
export type Operator = (call: Call) => readonly Value[];

/** The largest contents that are kept. */
export const MOST_NUMBERS = 2 ** 16;
/** Larger sizes are taken for a mistake, so that products of two stay exact. */
const LARGEST_SIZE = 2 ** 40;

export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A value of this shape. Throws `Unknown` for sizes that no tensor has. */
export function shaped(shape: readonly number[], more: Omit<Value, "shape"> = {}): Value {
  if (
    shape.length > 64 ||
    shape.some((extent) => !Number.isInteger(extent) || extent < 0 || extent > LARGEST_SIZE)
  )
    throw new Unknown(`its shape would be ${inBrackets(shape)}`);
  const { numbers, ...rest } = more;
  const keep = numbers !== undefined && numbers.length <= MOST_NUMBERS && numbers.length === elements(shape);
  return keep ? { ...rest, shape, numbers } : { ...rest, shape };
}

/** A shape in words, the first axes of a long one. */
export const inBrackets = (shape: readonly number[]): string =>
  `[${shape.slice(0, 8).join(", ")}${shape.length > 8 ? ", ..." : ""}]`;

export const attribute = ({ node }: Call, name: string): OnnxAttribute | undefined =>
  node.attributes.get(name);
export const integer = (call: Call, name: string, otherwise: number): number =>
  attribute(call, name)?.i ?? otherwise;
export const integers = (call: Call, name: string): readonly number[] | undefined => {
  const found = attribute(call, name);
  return found && (found.ints.length > 0 || found.i === undefined) ? found.ints : undefined;
};

/** An axis from the end, such as -1, counted from the front. Throws `Unknown` for one that there is not. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(found) && found >= 0 && found < rank) return found;
  throw new Unknown(`axis ${axis} is not one of ${rank}`);
}

/** Axes from an attribute, as before operator set 13, or from an input. */
export function axesOf(call: Call, rank: number): number[] | undefined {
  const axes = integers(call, "axes") ?? (call.optional(1) ? call.numbers(1) : undefined);
  return axes?.map((axis) => axisOf(axis, rank));
}

/** The shape that shapes broadcast to, by NumPy's rules. Throws `Unknown` where they do not. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  let found: readonly number[] = [];
  for (const shape of shapes) found = shape === found ? found : broadcastTwo(found, shape);
  return [...found];
}

function broadcastTwo(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [one, other] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (one !== other && one !== 1 && other !== 1)
      throw new Unknown(`shapes ${inBrackets(a)} and ${inBrackets(b)} do not broadcast`);
    return one === 1 ? other : one;
  });
}
