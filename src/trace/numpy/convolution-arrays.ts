import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { parseLayerEntries } from "../layer-list.ts";
import {
  kernelOrder,
  layoutName,
  type MapLayout,
  mapAxes,
  mapLayout,
  type OrderedWeights,
  orderedWeights,
  ordersOf,
} from "./axis-order.ts";
import { type GivenArrays, holding, type Setting } from "./given-arrays.ts";
import { type NpyArray, npyIntegers } from "./npy.ts";
import { npyName } from "./npy-texts.ts";

/** One way to understand the axes of a layer's arrays. */
export interface Reading {
  readonly layer: Layer;
  readonly layout: MapLayout;
  /** of the maps, as [N][C]... */
  readonly mapAxes: readonly number[];
  /** of the weights, as [K][C/groups]... */
  readonly weights?: OrderedWeights;
  readonly order?: string;
}

/**
 * The shape of a convolution from those of its arrays. Maps are [N][C][H][W], or [N][H][W][C] where `layout` says so; the
 * weights' axes are then in the one of the known orders that fits. Throws `InputError` where nothing fits, where only what
 * was not said does, and where several do: sizes alone must not decide between two layouts that give other numbers.
 */
export function convolutionReading(file: string, name: string, given: GivenArrays): Reading {
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const { fmap, weights, arrays } = given;
  checkRanks(given, fail);
  const rank = fmap.shape.length;
  const said = arrays.layout ? mapLayout(arrays.layout) : given.channelsFirst ? "first" : undefined;
  const saidOrder = weights && arrays.kernel_layout && kernelOrder(arrays.kernel_layout, rank);
  const tryOrder = (layout: MapLayout, order?: string) => attempt(file, name, given, layout, order);
  const tryAll = (layout: MapLayout): (Reading | InputError)[] => {
    const orders = weights ? ordersOf(rank).slice(0, layout === "first" ? 1 : undefined) : [undefined];
    return (saidOrder ? [saidOrder] : orders).map((order) => tryOrder(layout, order));
  };
  const tried = said ? tryAll(said) : [...tryAll("first"), ...tryAll("last")];
  const fits = distinct(tried.filter(isReading), weights?.shape);
  if (fits.length === 0) {
    const order =
      weights && !saidOrder ? ordersOf(rank).find((one) => isReading(tryOrder("first", one))) : undefined;
    throw order === undefined
      ? tried[0]
      : fail(
          `its weights of shape ${quoted(weights!.shape)} fit ${order} and not ${ordersOf(rank)[0]}; ${holding(name, "kernel_layout", order)} says so`,
        );
  }
  if (!said) refuseUnsaidLayout(name, given, fits, fail);
  const ofLayout = fits.filter(({ layout }) => layout === (said ?? "first"));
  if (ofLayout.length > 1) throw unsaidOrder(name, given, ofLayout, fail);
  return ofLayout[0];
}

const isReading = (one: Reading | InputError): one is Reading => !(one instanceof InputError);

function checkRanks({ fmap, emap, weights }: GivenArrays, fail: Fail): void {
  const rank = fmap.shape.length;
  if ((rank !== 3 && rank !== 4) || emap.shape.length !== rank || emap.shape[0] !== fmap.shape[0])
    throw fail(
      `maps of a convolution must be [N][C][W] and [N][K][Q] or [N][C][H][W] and [N][K][P][Q], are ${quoted(fmap.shape)} and ${quoted(emap.shape)}`,
    );
  if (weights && weights.shape.length !== rank)
    throw fail(
      `weights of ${weights.shape.length} axes need maps of as many, fmap has the shape ${quoted(fmap.shape)}`,
    );
}

/** Sizes that fit both layouts give other numbers in each, so none is guessed. */
function refuseUnsaidLayout(name: string, { fmap }: GivenArrays, fits: readonly Reading[], fail: Fail): void {
  const layouts = new Set(fits.map(({ layout }) => layout));
  if (!layouts.has("last")) return;
  const [first, last] = (["first", "last"] as const).map((layout) => layoutName(layout, fmap.shape.length));
  if (!layouts.has("first"))
    throw fail(
      `its shapes fit maps with their channels last, ${last}, and not ${first}; ${holding(name, "layout", last)} says so`,
    );
  throw fail(
    `its shapes fit maps in ${first} and, with channels last, in ${last}; ${holding(name, "layout", first)} or ${quoted(last)} says which, an array "layout" says it of all layers`,
  );
}

function unsaidOrder(
  name: string,
  { weights }: GivenArrays,
  fits: readonly Reading[],
  fail: Fail,
): InputError {
  const [first, ...others] = fits.map(({ order }) => order!);
  return fail(
    `its weights of shape ${quoted(weights!.shape)} fit ${[first, ...others].join(" and ")}; ${holding(name, "kernel_layout", first)} or ${others.map(quoted).join(" or ")} says which`,
  );
}

/** Readings that give another layer, or the same numbers in another order. `shape`: of the weights. */
function distinct(readings: readonly Reading[], shape: readonly number[] = []): Reading[] {
  const seen = new Map<string, Reading>();
  for (const reading of readings) {
    const { layer, mapAxes: axes, weights } = reading;
    const moving = (order: readonly number[], sizes: readonly number[]) =>
      order.filter((_, i) => sizes[i] !== 1);
    const { N, C, H, W, K, P, Q } = layer;
    const flat = axes.length === 3;
    const key = JSON.stringify([
      layer,
      moving(axes, flat ? [N, C, W] : [N, C, H, W]),
      moving(axes, flat ? [N, K, Q] : [N, K, P, Q]),
      weights?.axes.filter((axis) => shape[axis] !== 1),
    ]);
    if (!seen.has(key)) seen.set(key, reading);
  }
  return [...seen.values()];
}

/** The layer as these layouts make it, or what contradicts them. */
function attempt(
  file: string,
  name: string,
  given: GivenArrays,
  layout: MapLayout,
  order: string | undefined,
): Reading | InputError {
  try {
    return readingOf(file, name, given, layout, order);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function readingOf(
  file: string,
  name: string,
  { fmap, emap, weights: array, arrays }: GivenArrays,
  layout: MapLayout,
  order: string | undefined,
): Reading {
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const rank = fmap.shape.length;
  const flat = rank === 3;
  const axes = mapAxes(layout, rank);
  const [N, C, ...extents] = axes.map((axis) => fmap.shape[axis]);
  const [, K, ...outputs] = axes.map((axis) => emap.shape[axis]);
  const weights = array && order !== undefined ? orderedWeights(array.shape, order) : undefined;
  const numbers = (setting: Setting, otherwise: number[]) => {
    const given = arrays[setting];
    return given ? settingNumbers(given, setting) : otherwise;
  };
  const pair = (setting: Setting, otherwise: number) => {
    const given = numbers(setting, [otherwise]);
    if (given.length === 1) return flat ? [1, given[0]] : [given[0], given[0]];
    if (given.length === 2 && !flat) return given;
    throw fail(`${setting} must be ${flat ? "one integer" : "one integer or [y, x]"}, is ${quoted(given)}`);
  };
  const one = (setting: Setting, otherwise: number) => {
    const given = numbers(setting, [otherwise]);
    if (given.length === 1) return given[0];
    throw fail(`${setting} must be one integer, is ${quoted(given)}`);
  };
  const both = (along: readonly number[]) => (flat ? [1, along[0]] : along);
  const [H, W] = both(extents);
  const [P, Q] = both(outputs);
  const [R, S] = weights ? both(weights.kernel) : pair("kernel", 1);
  const [kernelY, kernelX] = arrays.kernel ? pair("kernel", 1) : [R, S];
  if (kernelY !== R || kernelX !== S)
    throw fail(`kernel must be ${quoted([R, S])}, as its weights have it, is ${quoted([kernelY, kernelX])}`);
  const groups = weights && !arrays.groups ? groupsOf(C, weights, fail) : one("groups", 1);
  const entry = {
    name,
    type: "conv2d",
    N,
    C,
    H,
    W,
    K,
    P,
    Q,
    R,
    S,
    groups,
    stride: pair("stride", 1),
    dilation: pair("dilation", 1),
    padding: paddingOf(numbers("padding", [0]), flat, fail),
  };
  const [layer] = parseLayerEntries(file, [entry], "layers");
  if (
    weights &&
    (weights.K !== K || weights.perGroup !== C / groups || (weights.inputs ?? groups) !== groups)
  )
    throw new InputError(
      `${array!.where}: shape must be ${quoted([K, C / groups, ...(flat ? [S] : [R, S])])}, is ${quoted(array!.shape)}`,
    );
  return { layer, layout, mapAxes: axes, ...(weights && order !== undefined && { weights, order }) };
}

/** Integers in a row: those of a table such as [[top, bottom], [left, right]] have an order of their own. */
function settingNumbers(array: NpyArray, setting: Setting): number[] {
  const { where, kind, shape } = array;
  const fail = (rule: string) => new InputError(`${where}: ${rule}`);
  if (kind === "U" || kind === "S")
    throw fail(`must hold integers, holds ${quoted(npyName(array))}; give the ${setting} in numbers`);
  const numbers = npyIntegers(array, 4);
  if (numbers.length > 1 && shape.length > 1)
    throw fail(`integers must stand in a row, an array of one axis, has the shape ${quoted(shape)}`);
  return numbers;
}

type Fail = (rule: string) => InputError;

function groupsOf(C: number, { perGroup, inputs }: OrderedWeights, fail: Fail): number {
  if (inputs !== undefined) return inputs;
  if (C % perGroup === 0) return C / perGroup;
  throw fail(`fmap has ${C} channels, which ${perGroup} channels of the weights do not divide`);
}

function paddingOf(given: number[], flat: boolean, fail: Fail): number[] {
  const [a, b] = given;
  if (given.length === 1) return flat ? [0, a, 0, a] : [a, a, a, a];
  if (given.length === 2) return flat ? [0, a, 0, b] : given;
  if (given.length === 4 && !flat) return given;
  const forms = flat ? "one integer or [left, right]" : "one integer, [y, x] or [top, left, bottom, right]";
  throw fail(`padding must be ${forms}, is ${quoted(given)}`);
}
