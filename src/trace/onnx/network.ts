import { InputError } from "../../input-error.ts";
import type { Network } from "../../workload/networks/network.ts";
import { quoted } from "../bounded-json.ts";
import { type ByteSource, checkSource } from "../byte-source.ts";
import type { Coverage } from "../coverage.ts";
import { type ImageAxes, imageAxes } from "./image-axes.ts";
import { imageNotes } from "./image-notes.ts";
import { type OpenSizes, type SizedInputs, sizedInputs } from "./input-sizes.ts";
import { noLayers } from "./layers.ts";
import { type OnnxModel, readOnnx } from "./model.ts";
import { layersOfFewest, layersOfImages } from "./scaled-layers.ts";
import { onnxZeros } from "./zeros.ts";

/** A network from an ONNX file: the shapes of its layers, and what of it was left out. */
export interface OnnxNetwork extends Network {
  /** Its notes say which axes hold the images, and how many are taken. */
  readonly coverage: Coverage;
  /** How many `coverage` speaks of. */
  readonly images: number;
  /** Elements of all weights, biases, scales and shifts. */
  readonly parameters: number;
}

/**
 * Reads a network's layers from an ONNX file, whatever holds its bytes. `sizes`: of dimensions that the file leaves open;
 * those that hold the images need none. `images`: how many `coverage` speaks of; undefined: 1, or as many as the file has
 * where its sizes cannot be scaled to 1. A network without an axis for images has layers for 1 only, which are those of the
 * file's sizes. Throws `InputError`.
 */
export function onnxNetwork(source: ByteSource, sizes: OpenSizes = new Map(), images?: number): OnnxNetwork {
  checkSource(source);
  const model = readOnnx(source);
  const sized = sizedInputs(model, sizes);
  const axes = imageAxes(model, sized.dimensions, (input, axis) => sized.givenBy(input, axis) !== undefined);
  refuseSizeOfImages(model, sized, axes);
  const taken =
    images === undefined
      ? layersOfFewest(model, sized, axes)
      : { found: layersOfImages(model, sized, axes, images), images };
  const { found } = taken;
  const { coverage, parameters } = found;
  if (found.layers.length === 0) throw noLayers(model, coverage.leftOut);
  return {
    title: model.name,
    source: [source.name, model.producer].filter(Boolean).join(", written by "),
    input: oneImage(sized, axes),
    layers: (batch) => {
      const { layers } = batch === taken.images ? found : layersOfImages(model, sized, axes, batch);
      return layers.map(({ layer }) => layer);
    },
    ...onnxZeros(model, found),
    coverage: {
      ...coverage,
      notes: [...coverage.notes, ...imageNotes(model, sized, axes, { ...taken, ...found })],
    },
    images: taken.images,
    parameters,
  };
}

/** Sizes of the first input that has images, or of the first one, without the axis of images. */
function oneImage({ dimensions }: SizedInputs, { axes: [first] }: ImageAxes): number[] {
  const [one] = dimensions.keys();
  const own = dimensions.get(first?.input ?? one) ?? [];
  return own.flatMap((extent, axis) => (axis !== first?.axis && typeof extent === "number" ? [extent] : []));
}

function refuseSizeOfImages({ source }: OnnxModel, { givenBy }: SizedInputs, { axes }: ImageAxes): void {
  for (const { input, axis, why = "" } of axes) {
    const name = givenBy(input, axis);
    if (name !== undefined)
      throw new InputError(
        `${source}: --dimension ${name}: axis ${axis} of input ${quoted(input)} holds the images (${why}); give their number with --batch`,
      );
  }
}
