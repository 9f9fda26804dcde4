import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { parseLayerEntries } from "../layer-list.ts";
import { kernelOrder, mapLayout, orderedWeights, ordersOf } from "./axis-order.ts";
import { convolutionReading } from "./convolution-arrays.ts";
import { dtypeName } from "./dtype.ts";
import { type GivenArrays, holding, type LayerMembers, windowSettings } from "./given-arrays.ts";
import { type LayerArrays, type Role, roles } from "./layer-arrays.ts";
import { type NpyArray, transposed } from "./npy.ts";
import { npyName } from "./npy-texts.ts";

const mapDtypes = ["f2", "f4", "f8", "bfloat16", "b1"];
const numbers = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];
const dtypes: Readonly<Record<Role, readonly string[]>> = {
  fmap: mapDtypes,
  emap: mapDtypes,
  mask: [...mapDtypes, ...numbers],
  weight_gradient: ["f4", "f8"],
};

/**
 * A layer's shape from the shapes of its arrays. A layer whose `type` is "linear", whose gradient or mask has two axes or that
 * has none of both and maps of two axes is linear: its maps may have more axes than [N][C], of which the last is C or K. Any
 * other is a convolution, 1-D where its maps have three axes. Throws `InputError` for arrays that are missing, contradict
 * each other, or can be understood in two ways.
 */
export function layerOf(
  file: string,
  name: string,
  arrays: Readonly<LayerMembers>,
  channelsFirst: boolean,
): { layer: Layer; arrays: LayerArrays } {
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const { fmap, emap, mask, weight_gradient: weightGradient } = arrays;
  if (!fmap || !emap) throw fail(`array ${quoted(`${name}.${fmap ? "emap" : "fmap"}`)} is missing`);
  for (const role of roles) checkDtype(arrays[role], role);
  if ((fmap.kind === "b") !== (emap.kind === "b"))
    throw fail("fmap and emap must both be values or both be bitmaps (b1)");
  const weights = weightGradient ?? mask;
  const given: GivenArrays = { fmap, emap, arrays, channelsFirst, ...(weights && { weights }) };
  const reading = isLinear(given, name, fail)
    ? linearReading(file, name, given)
    : convolutionReading(file, name, given);
  if (weightGradient && mask && weightGradient.shape.join() !== mask.shape.join())
    throw new InputError(
      `${mask.where}: shape must be ${quoted(weightGradient.shape)}, as that of the gradient, is ${quoted(mask.shape)}`,
    );
  const { mapAxes, weights: ordered } = reading;
  const inOrder = (array: NpyArray) => (ordered ? transposed(array, ordered.axes) : array);
  return {
    layer: reading.layer,
    arrays: {
      fmap: mapAxes ? transposed(fmap, mapAxes) : fmap,
      emap: mapAxes ? transposed(emap, mapAxes) : emap,
      ...(mask && { mask: inOrder(mask) }),
      ...(weightGradient && { weightGradient: inOrder(weightGradient) }),
    },
  };
}

function checkDtype(array: NpyArray | undefined, role: Role): void {
  if (!array || dtypes[role].includes(dtypeName(array))) return;
  throw new InputError(`${array.where}: dtype must be ${dtypes[role].join(" or ")}, is ${dtypeName(array)}`);
}

type Fail = (rule: string) => InputError;

function isLinear({ fmap, weights, arrays }: GivenArrays, name: string, fail: Fail): boolean {
  const type = arrays.type && npyName(arrays.type);
  if (type !== undefined && type !== "linear" && type !== "conv2d")
    throw fail(`unknown type ${quoted(type)}; known: conv2d, linear`);
  const axes = weights?.shape.length ?? (arrays.kernel || fmap.shape.length !== 2 ? undefined : 2);
  if (type === "linear" && weights && axes !== 2)
    throw fail(`weights of a linear layer must have two axes, have the shape ${quoted(weights.shape)}`);
  if (type === "conv2d" && axes === 2) throw fail("is a conv2d, but its arrays are of a linear layer");
  if (type !== "linear" && axes === undefined && !arrays.kernel)
    throw fail(
      `kernel is not known; give ${["kernel", "weight_gradient", "mask"].map((part) => quoted(`${name}.${part}`)).join(" or ")}, or ${quoted(`${name}.type`)} that holds "linear"`,
    );
  const linear = type === "linear" || axes === 2;
  const stray = windowSettings.find((setting) => arrays[setting]);
  if (linear && stray) throw fail(`a linear layer has no ${stray}`);
  return linear;
}

/** A linear layer of maps [...][C] and [...][K]. */
function linearReading(file: string, name: string, { fmap, emap, weights, arrays }: GivenArrays) {
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  if (fmap.shape.length < 1 || fmap.shape.slice(0, -1).join() !== emap.shape.slice(0, -1).join())
    throw fail(
      `maps of a linear layer must have the same axes but the last, have ${quoted(fmap.shape)} and ${quoted(emap.shape)}`,
    );
  const N = fmap.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const [C, K] = [fmap.shape.at(-1)!, emap.shape.at(-1)!];
  const entry = {
    name,
    type: "linear",
    N,
    C,
    H: 1,
    W: 1,
    K,
    P: 1,
    Q: 1,
    R: 1,
    S: 1,
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    groups: 1,
  };
  const [layer] = parseLayerEntries(file, [entry], "layers");
  return { layer, mapAxes: undefined, weights: weights && linearWeights(name, layer, weights, arrays, fail) };
}

/** [K][C] as in PyTorch or, where something says so, [C][K] as in Keras and Flax. */
function linearWeights(
  name: string,
  { C, K }: Layer,
  array: NpyArray,
  arrays: Readonly<LayerMembers>,
  fail: Fail,
) {
  const said = arrays.kernel_layout && kernelOrder(arrays.kernel_layout, 2);
  const orders = said ? [said] : ordersOf(2);
  const fits = orders.filter((order) => {
    const { K: outputs, perGroup: inputs } = orderedWeights(array.shape, order);
    return outputs === K && inputs === C;
  });
  const channelsLast = arrays.layout && mapLayout(arrays.layout) === "last";
  const square = fits.length === 2 && C > 1;
  if (fits.length === 0)
    throw new InputError(`${array.where}: shape must be ${quoted([K, C])}, is ${quoted(array.shape)}`);
  if (!said && !channelsLast && fits[0] === "IO")
    throw new InputError(
      `${array.where}: shape must be ${quoted([K, C])}, is ${quoted(array.shape)}; of [C][K], as in Keras and Flax, ${holding(name, "kernel_layout", "IO")} says so`,
    );
  if (!said && channelsLast && square)
    throw fail(
      `its weights fit [K][C] and [C][K]; ${holding(name, "kernel_layout", "OI")} or "IO" says which`,
    );
  return orderedWeights(array.shape, fits[0]);
}
