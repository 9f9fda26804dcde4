import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { tensorShape } from "../layer-tensors.ts";
import { describeLeftOut } from "../left-out.ts";
import { encodeValues } from "../tensor-values.ts";
import { hasValues, type Trace, type Values } from "../trace.ts";
import type { Setting } from "./given-arrays.ts";
import { npyHeader } from "./npy.ts";

/** An array on its way into a .npz or a folder. */
export interface NumpyArray {
  /** without `.npy`; with several steps the step before a slash */
  readonly name: string;
  /** of NumPy, such as "<f4" */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The bytes of an array's .npy file, in two pieces. */
export const npyPieces = ({ descr, shape, data }: NumpyArray): [Uint8Array, Uint8Array] => [
  npyHeader(descr, shape),
  data,
];

/**
 * Training steps as NumPy arrays, by the names of FORMAT.md, "NumPy". A layer is read when its turn comes. NumPy has no BF16:
 * such values are widened to f4. Throws `InputError` (`file` in front) for a layer whose name no file can have.
 */
export function* numpyArrays(file: string, steps: readonly Trace[]): Generator<NumpyArray> {
  for (const { layers } of steps) for (const { name } of layers) checkName(file, name);
  yield* commonLabels(steps);
  const sharesSettings =
    !someBeginWithNumber(steps) && steps.every((step) => settingsOf(step) === settingsOf(steps[0]));
  const leftOut = steps.map(leftOutText);
  const sharesLeftOut = leftOut.every((list) => list === leftOut[0]);
  for (const [i, step] of steps.entries()) {
    const prefix = steps.length > 1 ? `${step.labels.step}/` : "";
    const saidBy = (shared: boolean) => (shared ? prefixOfShared(i) : prefix);
    yield* stepLabels(step, prefix);
    const [list, listPrefix, settingsPrefix] = [leftOut[i], saidBy(sharesLeftOut), saidBy(sharesSettings)];
    if (list !== undefined && listPrefix !== undefined) yield text(`${listPrefix}left_out`, [list], []);
    if (settingsPrefix !== undefined) yield* settingsArrays(step, settingsPrefix);
    for (const layer of step.layers) yield* layerArrays(file, step, layer, prefix);
  }
}

/** What is the same in every step is said once, outside the steps: with the first one's, by no step after it. */
const prefixOfShared = (stepIndex: number): string | undefined => (stepIndex === 0 ? "" : undefined);

/** What stands for all steps: the labels of the first, and how maps lie. */
function* commonLabels(steps: readonly Trace[]): Generator<NumpyArray> {
  const [{ labels }] = steps;
  for (const key of ["network", "dataset", "framework"] as const)
    if (labels[key] !== undefined) yield text(key, [labels[key]], []);
  if (steps.some(({ layers }) => layers.some(({ type }) => type === "conv2d")))
    yield text("layout", ["NCHW"], []);
}

/** A step without a prefix is the only one, and says its number. */
function* stepLabels({ labels }: Trace, prefix: string): Generator<NumpyArray> {
  if (prefix === "") yield integers("step", [labels.step], []);
  yield integers(`${prefix}batch`, [labels.batch], []);
  if (labels.optimizerStep !== undefined)
    yield integers(`${prefix}optimizer_step`, [labels.optimizerStep], []);
}

/** JSON, as in the metadata of safetensors. */
function leftOutText(step: Trace): string | undefined {
  const list = describeLeftOut(step);
  return list && JSON.stringify(list);
}

/** All that `settingsArrays` depends on. */
const settingsOf = (step: Trace): string =>
  JSON.stringify(
    step.layers.map(({ name, type, R, S, stride, padding, dilation, groups }) => {
      const { mask, weightGradient } = step.contents(name);
      return {
        name,
        type,
        R,
        S,
        stride,
        padding,
        dilation,
        groups,
        known: mask || weightGradient !== undefined,
      };
    }),
  );

function* settingsArrays(step: Trace, prefix: string): Generator<NumpyArray> {
  const names = step.layers.map(({ name }) => name);
  yield text(`${prefix}layers`, names, [names.length]);
  for (const layer of step.layers) yield* settingArrays(step, layer, prefix);
}

function* settingArrays(step: Trace, layer: Layer, prefix: string): Generator<NumpyArray> {
  const { name, type, R, S, stride, padding, dilation, groups } = layer;
  if (type === "linear") return;
  const { mask, weightGradient } = step.contents(name);
  const called = (setting: Setting) => `${prefix}${name}.${setting}`;
  if (!mask && !weightGradient) {
    yield integers(called("kernel"), [R, S]);
    yield integers(called("groups"), [groups], []);
  }
  yield integers(called("stride"), stride);
  yield integers(called("padding"), padding);
  yield integers(called("dilation"), dilation);
}

function* layerArrays(file: string, step: Trace, layer: Layer, prefix: string): Generator<NumpyArray> {
  const { name, type } = layer;
  const called = (part: string) => `${prefix}${name}.${part}`;
  const contents = step.contents(name);
  const shapeOf = (role: "fmap" | "emap" | "mask" | "weight_gradient") =>
    type === "linear" ? tensorShape(layer, role).slice(0, 2) : tensorShape(layer, role);
  const flags = (role: "fmap" | "emap" | "mask", data: Uint8Array): NumpyArray => ({
    name: called(role),
    descr: "|b1",
    shape: shapeOf(role),
    data,
  });
  if (hasValues(contents)) {
    const { fmap, emap, mask, weightGradient } = step.read(name);
    const values = (role: "fmap" | "emap" | "weight_gradient", data: Values, dtype: string): NumpyArray => {
      const known = dtype === "F16" || dtype === "F64" ? dtype : "F32";
      const descr = { F16: "<f2", F32: "<f4", F64: "<f8" }[known];
      const shape = shapeOf(role);
      const where = `${file}: array ${quoted(called(role))}`;
      return { name: called(role), descr, shape, data: encodeValues(where, known, data, shape) };
    };
    yield values("fmap", fmap, contents.fmap);
    yield values("emap", emap, contents.emap);
    if (mask) yield flags("mask", mask);
    if (weightGradient) yield values("weight_gradient", weightGradient, contents.weightGradient!);
  } else {
    const { fmap, emap, mask } = step.occupancy(name);
    yield flags("fmap", fmap);
    yield flags("emap", emap);
    if (mask) yield flags("mask", mask);
  }
}

/** Settings of a layer "0/conv" outside the steps would be taken for those of step 0. */
const someBeginWithNumber = (steps: readonly Trace[]): boolean =>
  steps.length > 1 && steps.some(({ layers }) => layers.some(({ name }) => /^\d+\//.test(name)));

function checkName(file: string, name: string): void {
  if (/[\\\p{Cc}]/u.test(name) || name.split("/").some((part) => part === "" || part.startsWith(".")))
    throw new InputError(
      `${file}: layer ${quoted(name)}: name must not hold a backslash, nor a part between slashes that is empty or begins with a dot, to be part of a file's name`,
    );
}

function integers(name: string, numbers: readonly number[], shape = [numbers.length]): NumpyArray {
  const data = new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
  return { name, descr: "<i8", shape, data };
}

function text(name: string, texts: readonly string[], shape: readonly number[]): NumpyArray {
  const characters = texts.map((line) => Array.from(line, (character) => character.codePointAt(0)!));
  const longest = Math.max(1, ...characters.map(({ length }) => length));
  const codes = new Uint32Array(longest * texts.length);
  characters.forEach((line, i) => {
    codes.set(line, i * longest);
  });
  return { name, descr: `<U${longest}`, shape, data: new Uint8Array(codes.buffer) };
}
