import type { OnnxAttribute, OnnxNode } from "./model.ts";

/** What is known of a value of the graph: its shape, and more where that matters. */
export interface Value {
  readonly shape: readonly number[];
  /** Its contents in row-major order, where they are few and follow from shapes and constants. */
  readonly numbers?: readonly number[] | undefined;
  /** Whether its elements are whole numbers, which decides how they are divided. */
  readonly integer?: boolean;
  /** The initialiser that it is, or was before it was transposed, reshaped or cast. */
  readonly weight?: string | undefined;
}

/** Why nothing is known of a value. */
export class Unknown extends Error {}

/** A node with what is known of its inputs. */
export interface Call {
  readonly node: OnnxNode;
  /** Throws `Unknown` for an input that is missing or that nothing is known of. */
  input(index: number): Value;
  /** Undefined where it is left out. */
  optional(index: number): Value | undefined;
  /** Throws `Unknown` where the contents of an input are not known. */
  numbers(index: number): readonly number[];
}

/** What an operator makes of its inputs, output by output. Throws `Unknown`. */
export type Operator = (call: Call) => readonly Value[];

/** The largest contents that are kept. */
const MOST_NUMBERS = 1024;
/** Larger sizes are taken for a mistake, so that products of two stay exact. */
const LARGEST_SIZE = 2 ** 40;

export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A value of this shape. Throws `Unknown` for sizes that no tensor has. */
export function shaped(shape: readonly number[], more: Omit<Value, "shape"> = {}): Value {
  if (
    shape.length > 64 ||
    shape.some((extent) => !Number.isInteger(extent) || extent < 0 || extent > LARGEST_SIZE)
  )
    throw new Unknown(`its shape would be [${shape.slice(0, 8).join(", ")}]`);
  const { numbers, ...rest } = more;
  const keep = numbers !== undefined && numbers.length <= MOST_NUMBERS && numbers.length === elements(shape);
  return { ...rest, shape, ...(keep && { numbers }) };
}

/** Whether a shape's contents are few enough to be worked out. */
export const isSmall = (shape: readonly number[]): boolean => elements(shape) <= MOST_NUMBERS;

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

/** The shape that shapes broadcast to, by NumPy's rules. Throws `Unknown` where they do not. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const extents = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const extent = extents.find((size) => size !== 1) ?? 1;
    if (extents.some((size) => size !== 1 && size !== extent))
      throw new Unknown(
        `shapes ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} do not broadcast`,
      );
    return extent;
  });
}

/** The flat index, in a tensor that broadcasts to `shape`, of the element at `flat` there. */
export function broadcastIndex(flat: number, shape: readonly number[], own: readonly number[]): number {
  let index = 0;
  let step = 1;
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const at = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
    const extent = own[axis - (shape.length - own.length)];
    if (extent === undefined || extent === 1) continue;
    index += at * step;
    step *= extent;
  }
  return index;
}
