import { quoted } from "../bounded-json.ts";
import type { Axes } from "./axes.ts";
import { AxisClasses, type Testimonies } from "./axis-classes.ts";
import { flow } from "./axis-flow.ts";
import { testify } from "./axis-testimony.ts";
import { type InferredCall, inferShapes } from "./infer.ts";
import type { OnnxModel } from "./model.ts";
import { elements, shaped, Unknown, type Value } from "./value.ts";
import type { Dimension } from "./value-info.ts";

/** The axis of one input that holds the network's images (assumed, D56). */
export interface ImageAxis {
  readonly input: string;
  readonly axis: number;
  /** how that is known, in words; undefined where it is a guess */
  readonly why?: string;
}

/** The axes that hold the images, one of an input at most; none of a network that takes one image without an axis for it. */
export interface ImageAxes {
  readonly axes: readonly ImageAxis[];
  /** What a constant shape in the file may fix their number to, where it is open. */
  readonly fixed?: number;
  /** Where there is none: what an operator uses an axis for otherwise, in words. */
  readonly whyNone?: string;
}

/** A name that people give to the axis of images. */
const OF_IMAGES = /^(n|b|bs|bsz|nb|(\w+_)?batch(_?(size|dim|axis|n|num))?(_\w+)?|(num_?)?(images|samples))$/i;

export const isNamedForImages = (dimension: Dimension): boolean =>
  typeof dimension === "string" && OF_IMAGES.test(dimension);

/** Sizes of open axes while it is not known which of them hold images: those that may, and others. */
const [MAYBE_IMAGES, OPEN] = [1, 64];

/**
 * Works out which axis of each input holds the images. Operators say it whose definition has an axis for them, and they say of
 * other axes that they do not. Where none does, the name of an axis counts, then what axes are used for, then their order.
 * `inputs`: the file's, open dimensions replaced by sizes that are given; `isSize`: whether one was.
 */
export function imageAxes(
  model: OnnxModel,
  inputs: ReadonlyMap<string, readonly Dimension[]>,
  isSize: (input: string, axis: number) => boolean,
): ImageAxes {
  const { classes, axes, fixed } = followed(model, inputs);
  const candidates = [...inputs].map(([input, dimensions]): Candidate[] =>
    dimensions.map((dimension, axis) => {
      const own = axes.get(input)![axis];
      const name = model.inputs.get(input)?.[axis];
      const said = classes.saidOf(own);
      const open = typeof dimension !== "number";
      return { input, axis, name, open, said, own: classes.find(own), isSize: isSize(input, axis) };
    }),
  );
  const found = new Map<string, ImageAxis>();
  const known = new Set<number | Dimension>();
  /** Takes an axis for each input that has none yet. */
  const take = (choose: (candidates: readonly Candidate[]) => ImageAxis | undefined, once = false) => {
    for (const own of candidates) {
      if (own.length === 0 || found.has(own[0].input) || (once && found.size > 0)) continue;
      const choice = choose(own);
      if (!choice) continue;
      const { input, axis: place, why } = choice;
      found.set(input, { input, axis: place, ...(why !== undefined && { why }) });
      const { own: axis, name } = own[place];
      known.add(axis);
      if (typeof name === "string") known.add(name);
    }
  };
  const shared = (own: readonly Candidate[]) => {
    const isKnown = ({ own: axis, name }: Candidate) =>
      known.has(axis) || (name !== undefined && known.has(name));
    const same = own.find((one) => isPossible(one) && isKnown(one));
    return same && { ...same, why: "another input has the same one" };
  };
  for (const choose of [surely, byLikelyName, keptApart, byName, byElimination]) {
    take(choose);
    take(shared);
  }
  take(byOrder, true);
  take(shared);
  if (found.size > 0) {
    const number = fixed.find(({ axis }) => known.has(classes.find(axis)))?.images;
    return { axes: [...found.values()], ...(number !== undefined && { fixed: number }) };
  }
  const [against] = candidates.flat().flatMap(({ input, axis, said }) => {
    const witness = said.sure ?? said.learnt ?? said.unlikely;
    return witness ? [`${witness.witness} uses axis ${axis} of input ${quoted(input)} otherwise`] : [];
  });
  return { axes: [], ...(against !== undefined && { whyNone: against }) };
}

interface Candidate {
  readonly input: string;
  readonly axis: number;
  /** What the file calls it, if anything. */
  readonly name: Dimension;
  readonly open: boolean;
  readonly said: Testimonies;
  /** Its class. */
  readonly own: number;
  /** Whether it was given a size as an axis that does not hold images. */
  readonly isSize: boolean;
}

const isPossible = ({ said }: Candidate): boolean => said.sure?.images !== false;

function surely(own: readonly Candidate[]): ImageAxis | undefined {
  const one = own.find(({ said }) => said.sure?.images);
  return one && { ...one, why: `${one.said.sure!.witness} says so` };
}

function byName(own: readonly Candidate[]): ImageAxis | undefined {
  const one = own.find((candidate) => isPossible(candidate) && isNamedForImages(candidate.name));
  return one && { ...one, why: `its name ${quoted(one.name)} says so` };
}

const isDoubted = ({ unlikely, learnt }: Testimonies): boolean => (unlikely ?? learnt) !== undefined;

/** Names can be wrong, and are left for later where the axis is used otherwise. */
const byLikelyName = (own: readonly Candidate[]) => byName(own.filter(({ said }) => !isDoubted(said)));

/** Those that nothing speaks against. */
const left = (own: readonly Candidate[]): Candidate[] =>
  own.filter((one) => isPossible(one) && !isDoubted(one.said) && !one.isSize);

/** An input that is a matrix for each of several learnt ones has rows, but nothing says that they are images. */
const isForLearntStack = ([first]: readonly Candidate[]): boolean => first?.said.learnt !== undefined;

function keptApart(own: readonly Candidate[]): ImageAxis | undefined {
  const kept = left(own).filter(({ said }) => said.likely);
  return kept.length === 1
    ? { ...kept[0], why: `${kept[0].said.likely!.witness} keeps them apart` }
    : undefined;
}

function byElimination(own: readonly Candidate[]): ImageAxis | undefined {
  const possible = left(own);
  if (possible.length !== 1 || own.length === 1 || isForLearntStack(own)) return undefined;
  return { ...possible[0], why: "operators use every other axis otherwise" };
}

function byOrder(own: readonly Candidate[]): ImageAxis | undefined {
  const possible = isForLearntStack(own) ? [] : left(own);
  const likely = possible.filter(({ said }) => said.likely);
  const open = (likely.length > 0 ? likely : possible).filter(({ open }) => open);
  return open[0] ?? likely[0] ?? possible[0];
}

/** Follows every axis of the inputs through the network, and takes down what operators say of them. */
function followed(model: OnnxModel, inputs: ReadonlyMap<string, readonly Dimension[]>) {
  const classes = new AxisClasses();
  const axes = new Map<string, readonly number[]>();
  const known = new Map<Value, Axes>();
  const values = new Map<string, Value>();
  const fixed: { axis: number; images: number }[] = [];
  for (const [input, shape] of provisionalSizes(inputs)) {
    const own = shape.map(() => classes.fresh());
    axes.set(input, own);
    const value = attempt(() => shaped(shape));
    if (!value) continue;
    values.set(input, value);
    known.set(
      value,
      shape.map((extent, i) => [{ extent, axis: own[i] }]),
    );
  }
  const given = { inputs: values, sizes: new Map<string, number>(), shapesHold: false };
  inferShapes(model, given, {
    after: (call, outputs) => {
      const own = call.node.inputs.map((_, i) => attempt(() => known.get(call.optional(i)!)));
      if (own.every((one) => one === undefined)) return;
      attempt(() => testify(call, own, outputs, classes));
      const images = attempt(() => firstExtent(call));
      const [first] = own[0]?.[0] ?? [];
      if (images !== undefined && first?.axis !== undefined && first.extent === MAYBE_IMAGES)
        fixed.push({ axis: first.axis, images });
      for (const output of outputs) {
        const found = output && attempt(() => flow(own, output, call, classes));
        if (found && !known.has(output)) known.set(output, found);
      }
    },
  });
  return { classes, axes, fixed };
}

/**
 * What a constant makes of the first axis, where that is more than one; or how often it needs the elements of one image where
 * the rest of them makes the first axis, as in [-1, 8 frames, ...]. Throws `Unknown`.
 */
function firstExtent(call: InferredCall): number | undefined {
  if (call.node.op !== "Reshape" || call.weight(1) === undefined) return undefined;
  const [first, ...others] = call.numbers(1);
  if (first !== -1 || others.some((extent) => extent < 1)) return first > 1 ? first : undefined;
  const times = elements(others) / elements(call.input(0).shape);
  return Number.isInteger(times) && times > 1 ? times : undefined;
}

/** Nothing is followed behind what is not known. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

function provisionalSizes(inputs: ReadonlyMap<string, readonly Dimension[]>): Map<string, readonly number[]> {
  const named = new Map<string, number>();
  const sizes = [...inputs].map(([input, dimensions]): [string, readonly number[]] => {
    const someNamed = dimensions.some(isNamedForImages);
    const shape = dimensions.map((dimension, axis) => {
      if (typeof dimension === "number") return dimension;
      const own = isNamedForImages(dimension) || (axis === 0 && !someNamed) ? MAYBE_IMAGES : OPEN;
      if (dimension === undefined) return own;
      if (!named.has(dimension)) named.set(dimension, own);
      return named.get(dimension)!;
    });
    return [input, shape];
  });
  return new Map(sizes);
}
