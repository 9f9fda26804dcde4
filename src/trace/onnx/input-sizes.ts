import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import { type ImageAxes, isNamedForImages } from "./image-axes.ts";
import type { OnnxModel } from "./model.ts";
import { shaped, Unknown, type Value } from "./value.ts";
import type { Dimension } from "./value-info.ts";

/**
 * Sizes of dimensions that a file leaves open: by name, or by input and axis as "input.1", which goes for those without a
 * name too.
 */
export type OpenSizes = ReadonlyMap<string, number>;

/** The inputs' dimensions, and which of them were given a size. */
export interface SizedInputs {
  /** By input, those left out whose number is not known; sizes that are given stand in the place of what is open. */
  readonly dimensions: ReadonlyMap<string, readonly Dimension[]>;
  /** The name in `OpenSizes` that gives an axis its size, where the file does not. */
  readonly givenBy: (input: string, axis: number) => string | undefined;
}

const keyOf = (input: string, axis: number): string => `${input}.${axis}`;

/** Throws `InputError` for the size of a dimension that there is not, or that has another size. */
export function sizedInputs({ source, inputs }: OnnxModel, sizes: OpenSizes): SizedInputs {
  const axes = new Map<string, Dimension>();
  const names = new Set<string>();
  const known = [...inputs].map(([input, own]) => [input, own ?? givenShape(input, sizes)] as const);
  for (const [input, dimensions] of known)
    dimensions?.forEach((dimension, axis) => {
      axes.set(keyOf(input, axis), dimension);
      if (typeof dimension === "string") names.add(dimension);
    });
  for (const [name, size] of sizes) {
    if (names.has(name)) continue;
    if (!axes.has(name)) throw new InputError(`${source}: ${unknownDimension(name, axes)}`);
    const own = axes.get(name);
    if (typeof own === "number" && own !== size)
      throw new InputError(
        `${source}: --dimension ${name}=${size}: that dimension is ${own} in the file; only open ones can be given a size`,
      );
  }
  const givenBy = (input: string, axis: number) => {
    const name = axes.get(keyOf(input, axis));
    return [keyOf(input, axis), name].find((one): one is string => typeof one === "string" && sizes.has(one));
  };
  const dimensions = new Map<string, readonly Dimension[]>();
  for (const [input, own] of known)
    if (own)
      dimensions.set(
        input,
        own.map((dimension, axis) => sizes.get(givenBy(input, axis) ?? "") ?? dimension),
      );
  return { dimensions, givenBy: (input, axis) => (inputs.get(input) ? givenBy(input, axis) : undefined) };
}

/** All dimensions of an input that are given, in order; undefined where none is. */
function givenShape(input: string, sizes: OpenSizes): number[] | undefined {
  const shape: number[] = [];
  for (
    let size = sizes.get(keyOf(input, 0));
    size !== undefined;
    size = sizes.get(keyOf(input, shape.length))
  )
    shape.push(size);
  return shape.length > 0 ? shape : undefined;
}

const MOST_LISTED = 12;

function unknownDimension(name: string, axes: ReadonlyMap<string, Dimension>): string {
  const open = [...axes].flatMap(([key, dimension]) =>
    typeof dimension === "number" ? [] : (dimension ?? key),
  );
  const known = [...new Set(open)];
  const more = known.length > MOST_LISTED ? ` and ${known.length - MOST_LISTED} more` : "";
  const list = known.slice(0, MOST_LISTED).map((one) => printableName(one));
  const which = list.length > 0 ? `open: ${list.join(", ")}${more}` : "the file leaves none open";
  return `unknown dimension ${quoted(name)}; ${which}`;
}

/** A name as one types it, on one line. */
const printableName = (name: string): string => quoted(name).slice(1, -1);

/** What is known of the inputs where the axes of images hold so many. Throws `InputError` for a dimension that is open still. */
export function inputValues(
  { source, inputs }: OnnxModel,
  { dimensions }: SizedInputs,
  { axes }: ImageAxes,
  images: ImageCount,
): Map<string, Value | Unknown> {
  const imageAxis = new Map(axes.map((one) => [one.input, one]));
  const values = [...inputs.keys()].map((input): [string, Value | Unknown] => {
    const own = dimensions.get(input);
    if (!own) return [input, new Unknown(withoutShape(input))];
    const shape = own.map((dimension, axis) => {
      const ofImages = imageAxis.get(input);
      if (axis === ofImages?.axis) return images(input, dimension);
      if (typeof dimension === "number") return dimension;
      const name = inputs.get(input)?.[axis];
      const [called, option] =
        typeof name === "string" ? [quoted(name), name] : ["without a name", keyOf(input, axis)];
      // a name may be wrong
      const instead =
        ofImages && isNamedForImages(name)
          ? `; axis ${ofImages.axis} holds the images (${ofImages.why})`
          : "";
      throw new InputError(
        `${source}: input ${quoted(input)}: dimension ${axis} must have a size, is open, ${called}; give it one with --dimension ${printableName(option)}=SIZE${instead}`,
      );
    });
    try {
      return [input, shaped(shape)];
    } catch {
      throw new InputError(`${source}: input ${quoted(input)}: shape ${quoted(shape)} is too large`);
    }
  });
  return new Map(values);
}

const withoutShape = (input: string): string =>
  `the file does not say how many dimensions input ${quoted(input)} has; give all with --dimension ${printableName(keyOf(input, 0))}=SIZE and so on`;

/** How long an input's axis of images is; `own`: how long the file says it is. */
export type ImageCount = (input: string, own: Dimension) => number;
