import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { ImageAxes } from "./image-axes.ts";
import { inputValues, type SizedInputs } from "./input-sizes.ts";
import { type OnnxLayer, type OnnxLayers, onnxLayers } from "./layers.ts";
import type { OnnxModel } from "./model.ts";
import type { Dimension } from "./value-info.ts";

/** A network's layers for a number of images. */
export interface LayersOfImages extends OnnxLayers {
  /** The number that constants in the file fix, if N was scaled from it. */
  readonly scaledFrom?: number;
}

/** Why N cannot follow the images, and how many the file has, for which its layers are known. */
class NotScalable extends InputError {
  readonly own: number;

  constructor(message: string, own: number) {
    super(message);
    this.own = own;
  }
}

/** The images that the file says; undefined where it leaves them open, or has no axis for them. */
export function ownImages({ axes }: ImageAxes, { dimensions }: SizedInputs): number | undefined {
  const own = axes.map(({ input, axis }) => dimensions.get(input)?.[axis]);
  return own.find((extent) => typeof extent === "number");
}

/** The layers for 1 image or, where the file's cannot be scaled to 1, for as many as it has; and how many these are. */
export function layersOfFewest(
  model: OnnxModel,
  sized: SizedInputs,
  imageAxes: ImageAxes,
): { found: LayersOfImages; images: number; whyKept?: string } {
  try {
    return { found: layersOfImages(model, sized, imageAxes, 1), images: 1 };
  } catch (error) {
    if (!(error instanceof NotScalable)) throw error;
    const { own, message } = error;
    return { found: layersOfImages(model, sized, imageAxes, own), images: own, whyKept: message };
  }
}

/**
 * The layers for so many images. Shapes are worked out for that many. Where constants in the file contradict, the layers are
 * those for the file's own number, or for 1 where it is open, and N of those that depend on the images is scaled.
 * Throws `InputError` where that is not possible either, and for a network without an axis of images if `images` is not 1.
 */
export function layersOfImages(
  model: OnnxModel,
  sized: SizedInputs,
  imageAxes: ImageAxes,
  images: number,
): LayersOfImages {
  if (imageAxes.axes.length === 0 && images !== 1) throw noImages(model, imageAxes, images);
  const own = ownImages(imageAxes, sized);
  const layersFor = (count: number) => {
    const inputs = inputValues(model, sized, imageAxes, (input, extent) =>
      lengthOf(model, input, extent, own ?? 1, count),
    );
    const shapesHold = count === (own ?? 1);
    const given = { inputs, sizes: namedSizes(model, sized, imageAxes, count), shapesHold };
    return onnxLayers(model, given, imageInputs(imageAxes));
  };
  let [number, original] = [own ?? 1, layersFor(own ?? 1)];
  const { fixed } = imageAxes;
  if (own === undefined && fixed !== undefined) {
    const other = layersFor(fixed);
    if (other.layers.length > original.layers.length) [number, original] = [fixed, other];
  }
  if (images === number) return original;
  const found = layersFor(images);
  if (follows(original.layers, found.layers, images / number)) return found;
  const layers = original.layers.map((one) => scaled(model, one, number, images));
  return { ...original, layers, scaledFrom: number };
}

const imageInputs = ({ axes }: ImageAxes): ReadonlySet<string> => new Set(axes.map(({ input }) => input));

function noImages({ source }: OnnxModel, axes: ImageAxes, images: number): InputError {
  return new InputError(
    `${source}: --batch ${images} cannot be taken: ${noImageAxis(axes)}; without --batch the file's sizes are taken`,
  );
}

/** "no axis of an input holds images (...)" */
export const noImageAxis = ({ whyNone }: ImageAxes): string =>
  `no axis of an input holds images${whyNone === undefined ? "" : ` (${whyNone})`}`;

/** Where the file has several for each image, or several inputs have different numbers, they keep their proportions. */
function lengthOf(
  { source }: OnnxModel,
  input: string,
  extent: Dimension,
  own: number,
  images: number,
): number {
  const length = typeof extent === "number" ? (extent / own) * images : images;
  if (Number.isInteger(length)) return length;
  throw new NotScalable(
    `${source}: input ${quoted(input)} has ${extent} of what another input has ${own} images of, which cannot be scaled to ${images}; give a multiple with --batch ${own}`,
    own,
  );
}

/** Sizes of the open dimensions that have a name. */
function namedSizes(
  { inputs }: OnnxModel,
  { dimensions }: SizedInputs,
  { axes }: ImageAxes,
  images: number,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [input, names] of inputs)
    names?.forEach((name, axis) => {
      const size = dimensions.get(input)?.[axis];
      if (typeof name === "string" && typeof size === "number") sizes.set(name, size);
    });
  for (const { input, axis } of axes) {
    const name = inputs.get(input)?.[axis];
    if (typeof name === "string") sizes.set(name, images);
  }
  return sizes;
}

/** Whether all layers are there again, the same but for N, which is the same or follows the images. */
function follows(original: readonly OnnxLayer[], found: readonly OnnxLayer[], factor: number): boolean {
  const before = keyed(original);
  const now = keyed(found);
  return [...before].every(([key, { layer }]) => {
    const other = now.get(key)?.layer;
    if (!other || ![layer.N, layer.N * factor].includes(other.N)) return false;
    return JSON.stringify({ ...other, N: 0, name: "" }) === JSON.stringify({ ...layer, N: 0, name: "" });
  });
}

/** By node, and by their number among the layers of one. */
function keyed(layers: readonly OnnxLayer[]): Map<string, OnnxLayer> {
  const counts = new Map<number, number>();
  return new Map(
    layers.map((layer) => {
      const count = counts.get(layer.node) ?? 0;
      counts.set(layer.node, count + 1);
      return [`${layer.node}.${count}`, layer];
    }),
  );
}

function scaled({ source }: OnnxModel, one: OnnxLayer, own: number, images: number): OnnxLayer {
  if (!one.ofImages) return one;
  const N = (one.layer.N * images) / own;
  if (Number.isInteger(N)) return { ...one, layer: { ...one.layer, N } };
  throw new NotScalable(
    `${source}: constants in the file fix ${own} images; layer ${quoted(one.layer.name)} has N ${one.layer.N} for them, which cannot be scaled to ${images}; give --batch ${own}`,
    own,
  );
}
