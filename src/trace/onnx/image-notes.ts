import { quoted } from "../bounded-json.ts";
import type { ImageAxes, ImageAxis } from "./image-axes.ts";
import type { SizedInputs } from "./input-sizes.ts";
import type { OnnxModel } from "./model.ts";
import { noImageAxis, ownImages } from "./scaled-layers.ts";

const MOST_LISTED = 4;

interface TakenImages {
  readonly images: number;
  /** The number that constants in the file fix, if N was scaled from it. */
  readonly scaledFrom?: number;
  /** Why the file's own number is taken, as an error says it. */
  readonly whyKept?: string;
}

/** What is to be said of a network's images: where they are, how that is known, how many are taken. Whole sentences. */
export function imageNotes(
  { inputs, source }: OnnxModel,
  sized: SizedInputs,
  imageAxes: ImageAxes,
  { images, scaledFrom, whyKept }: TakenImages,
): string[] {
  const { axes } = imageAxes;
  if (axes.length === 0) {
    const none = noImageAxis(imageAxes);
    return [`${none[0].toUpperCase()}${none.slice(1)}; the file's sizes are kept.`];
  }
  const own = ownImages(imageAxes, sized);
  const places = listed(axes);
  const [{ input, axis, why }] = axes;
  const hold = axes.length === 1 ? "holds" : "hold";
  const guess = `${places} ${axes.length === 1 ? "is" : "are"} taken for the images`;
  const extent = sized.dimensions.get(input)?.[axis] ?? "SIZE";
  const name = inputs.get(input)?.[axis];
  const option = typeof name === "string" ? name : `${input}.${axis}`;
  const otherwise = `--dimension ${option}=${typeof extent === "number" ? extent : "SIZE"} says that it holds none`;
  const where =
    why === undefined
      ? `${guess}, which is a guess: no operator says where they are (${otherwise})`
      : `${places} ${hold} the images (${why})`;
  const counted = (count: number) => `${count} image${count === 1 ? "" : "s"}`;
  const taken = `${counted(images)} ${images === 1 ? "is" : "are"} taken`;
  const file = own === undefined ? "" : own === images ? ", as the file says" : `, the file says ${own}`;
  const notes = [`${where}; ${taken}${file}.`];
  if (scaledFrom !== undefined)
    notes.push(
      `Constants in the file fix ${counted(scaledFrom)}: the N of each layer that depends on them is scaled from that to ${images}.`,
    );
  if (whyKept !== undefined) {
    const [why] = whyKept.slice(`${source}: `.length).split("; give ");
    notes.push(`${why[0].toUpperCase()}${why.slice(1)}; the file's sizes are kept.`);
  }
  return notes;
}

/** "Axis 0 of input "x" and axis 1 of input "h"" */
function listed(axes: readonly ImageAxis[]): string {
  const shown = axes.slice(0, MOST_LISTED).map(({ input, axis }) => `axis ${axis} of input ${quoted(input)}`);
  const more = axes.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  const text = all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : all[0];
  return `A${text.slice(1)}`;
}
