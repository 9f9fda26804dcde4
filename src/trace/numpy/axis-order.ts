import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { NpyArray } from "./npy.ts";
import { npyName } from "./npy-texts.ts";

/** Where a convolution's maps have their channels: first as in PyTorch, last as in TensorFlow and JAX. */
export type MapLayout = "first" | "last";

const layouts: ReadonlyMap<string, MapLayout> = new Map([
  ["NCHW", "first"],
  ["NCW", "first"],
  ["channels_first", "first"],
  ["NHWC", "last"],
  ["NWC", "last"],
  ["channels_last", "last"],
]);

/** What an array `layout` says. Throws `InputError`. */
export function mapLayout(array: NpyArray): MapLayout {
  const text = npyName(array);
  const layout = layouts.get(text);
  if (layout) return layout;
  throw new InputError(`${array.where}: layout must be NCHW, NCW, NHWC or NWC, is ${quoted(text)}`);
}

/** The layout's name for maps of so many axes. */
export const layoutName = (layout: MapLayout, axes: number): string =>
  layout === "first" ? (axes === 3 ? "NCW" : "NCHW") : axes === 3 ? "NWC" : "NHWC";

/** The axes of a map of so many as [N][C] and the rest. */
export function mapAxes(layout: MapLayout, axes: number): number[] {
  const order = Array.from({ length: axes }, (_, axis) => axis);
  return layout === "first" ? order : [0, axes - 1, ...order.slice(1, -1)];
}

/**
 * Orders of the axes of weights: O outputs, I inputs, H rows, W columns. Those of this format and of PyTorch first, then
 * those of TensorFlow and Flax, and of TensorFlow Lite and MLX. HWIM: TensorFlow's of a depthwise convolution, M outputs for
 * each input.
 */
const kernelOrders = ["OIHW", "HWIO", "OHWI", "HWIM"] as const;
const letters: Readonly<Record<number, RegExp>> = { 2: /[HW]/g, 3: /H/g, 4: /$^/g };

/** Orders that weights of so many axes may have, beginning with this format's. */
export function ordersOf(axes: number): string[] {
  const orders = kernelOrders.map((order) => order.replace(letters[axes] ?? "", ""));
  return [...new Set(orders)].filter((order) => axes !== 2 || !order.includes("M"));
}

/** What an array `kernel_layout` says of weights of so many axes: "HWIO", of a linear layer "IO". Throws `InputError`. */
export function kernelOrder(array: NpyArray, axes: number): string {
  const text = npyName(array);
  const known = ordersOf(axes);
  const order = text.length > axes ? text.replace(letters[axes] ?? "", "") : text;
  if (known.includes(order)) return order;
  throw new InputError(`${array.where}: kernel_layout must be ${known.join(" or ")}, is ${quoted(text)}`);
}

/** Weights in one order: their sizes, and their axes as [K][C/groups][R][S]. */
export interface OrderedWeights {
  readonly K: number;
  readonly perGroup: number;
  /** [R, S], [S] or [] */
  readonly kernel: readonly number[];
  /** Of a depthwise layer: the channels, each a group of its own. */
  readonly inputs?: number;
  readonly axes: readonly number[];
}

export function orderedWeights(shape: readonly number[], order: string): OrderedWeights {
  const depthwise = order.includes("M");
  const axes = [...(depthwise ? "IMHW" : "OIHW")]
    .map((letter) => order.indexOf(letter))
    .filter((axis) => axis >= 0);
  const [outer, inner, ...kernel] = axes.map((axis) => shape[axis]);
  return depthwise
    ? { K: outer * inner, perGroup: 1, kernel, inputs: outer, axes }
    : { K: outer, perGroup: inner, kernel, axes };
}
