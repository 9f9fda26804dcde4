import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { parseLayerEntries } from "../layer-list.ts";
import { tensorShape } from "../layer-tensors.ts";
import { type LayerArrays, type Role, roles } from "./layer-arrays.ts";
import { dtypeName, type NpyArray, npyIntegers } from "./npy.ts";

/** Small arrays of integers that describe a layer where its tensors do not. */
export const settings = ["kernel", "stride", "padding", "dilation", "groups"] as const;
export type Setting = (typeof settings)[number];

type Arrays = Readonly<Partial<Record<Role | Setting, NpyArray>>>;

const mapDtypes = ["f2", "f4", "f8", "b1"];
const dtypes: Readonly<Record<Role, readonly string[]>> = {
  ...{ fmap: mapDtypes, emap: mapDtypes, mask: ["b1", "u1"], weight_gradient: ["f4", "f8"] },
};

/**
 * A layer's shape from the shapes of its arrays. Gradient or mask of two axes, or none of both and maps of two axes: a linear
 * layer, whose maps may have more axes than [N][C], of which the last is C or K. Of three axes: a 1-D convolution. Of four: a
 * 2-D one. Throws `InputError` for arrays that are missing or contradict each other.
 */
export function layerOf(file: string, name: string, arrays: Arrays): { layer: Layer; arrays: LayerArrays } {
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const { fmap, emap, mask, weight_gradient: weightGradient } = arrays;
  if (!fmap || !emap) throw fail(`array ${quoted(`${name}.${fmap ? "emap" : "fmap"}`)} is missing`);
  for (const role of roles) {
    const array = arrays[role];
    if (array && !dtypes[role].includes(dtypeName(array)))
      throw new InputError(
        `${array.where}: dtype must be ${dtypes[role].join(" or ")}, is ${dtypeName(array)}`,
      );
  }
  if ((fmap.kind === "b") !== (emap.kind === "b"))
    throw fail("fmap and emap must both be values or both be bitmaps (b1)");
  const weights = weightGradient ?? mask;
  const rank = fmap.shape.length;
  const axes = weights?.shape.length ?? (arrays.kernel || rank !== 2 ? undefined : 2);
  if (axes === undefined && !arrays.kernel)
    throw fail(
      `kernel is not known; give ${["kernel", "weight_gradient", "mask"].map((part) => quoted(`${name}.${part}`)).join(" or ")}`,
    );
  const entry =
    axes === 2 ? linearEntry(fmap, emap, fail) : convolutionEntry(fmap, emap, weights, arrays, fail);
  if (axes === 2 && settings.some((setting) => arrays[setting]))
    throw fail(`a linear layer has no ${settings.find((setting) => arrays[setting])}`);
  if (axes !== undefined && axes !== 2 && axes !== rank)
    throw fail(`weights of ${axes} axes need maps of as many, fmap has the shape ${quoted(fmap.shape)}`);
  const [layer] = parseLayerEntries(file, [{ name, ...entry }], "layers");
  for (const [array, role] of [
    [mask, "mask"],
    [weightGradient, "weight_gradient"],
  ] as const) {
    const [K, C, R, S] = tensorShape(layer, role);
    const shape = axes === 2 ? [K, C] : axes === 3 ? [K, C, S] : [K, C, R, S];
    if (array && array.shape.join() !== shape.join())
      throw new InputError(`${array.where}: shape must be ${quoted(shape)}, is ${quoted(array.shape)}`);
  }
  return {
    layer,
    arrays: { fmap, emap, ...(mask && { mask }), ...(weightGradient && { weightGradient }) },
  };
}

type Fail = (rule: string) => InputError;

function linearEntry({ shape: fmap }: NpyArray, { shape: emap }: NpyArray, fail: Fail) {
  if (fmap.length < 1 || fmap.slice(0, -1).join() !== emap.slice(0, -1).join())
    throw fail(
      `maps of a linear layer must have the same axes but the last, have ${quoted(fmap)} and ${quoted(emap)}`,
    );
  const N = fmap.slice(0, -1).reduce((a, b) => a * b, 1);
  return {
    ...{ type: "linear", N, C: fmap.at(-1), H: 1, W: 1, K: emap.at(-1), P: 1, Q: 1, R: 1, S: 1 },
    ...{ stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
  };
}

function convolutionEntry(
  fmap: NpyArray,
  emap: NpyArray,
  weights: NpyArray | undefined,
  arrays: Arrays,
  fail: Fail,
) {
  const rank = fmap.shape.length;
  if ((rank !== 3 && rank !== 4) || emap.shape.length !== rank || emap.shape[0] !== fmap.shape[0])
    throw fail(
      `maps of a convolution must be [N][C][W] and [N][K][Q] or [N][C][H][W] and [N][K][P][Q], are ${quoted(fmap.shape)} and ${quoted(emap.shape)}`,
    );
  const flat = rank === 3;
  const numbers = (setting: Setting, otherwise: number[]) => {
    const array = arrays[setting];
    return array ? npyIntegers(array, 4) : otherwise;
  };
  const pair = (setting: Setting, otherwise: number) => {
    const given = numbers(setting, [otherwise]);
    if (given.length === 1) return flat ? [1, given[0]] : [given[0], given[0]];
    if (given.length === 2 && !flat) return given;
    throw fail(`${setting} must be ${flat ? "one integer" : "one integer or [y, x]"}, is ${quoted(given)}`);
  };
  const [N, C, ...extents] = fmap.shape;
  const [, K, ...outputs] = emap.shape;
  const both = (along: readonly number[]) => (flat ? [1, along[0]] : along);
  const [H, W] = both(extents);
  const [P, Q] = both(outputs);
  const [R, S] = weights ? both(weights.shape.slice(2)) : pair("kernel", 1);
  const [groups] = arrays.groups || !weights ? numbers("groups", [1]) : [C / weights.shape[1]];
  return {
    ...{ type: "conv2d", N, C, H, W, K, P, Q, R, S, groups },
    ...{ stride: pair("stride", 1), dilation: pair("dilation", 1) },
    padding: paddingOf(numbers("padding", [0]), flat, fail),
  };
}

function paddingOf(given: number[], flat: boolean, fail: Fail): number[] {
  const [a, b] = given;
  if (given.length === 1) return flat ? [0, a, 0, a] : [a, a, a, a];
  if (given.length === 2) return flat ? [0, a, 0, b] : given;
  if (given.length === 4 && !flat) return given;
  const forms = flat ? "one integer or [left, right]" : "one integer, [y, x] or [top, left, bottom, right]";
  throw fail(`padding must be ${forms}, is ${quoted(given)}`);
}
