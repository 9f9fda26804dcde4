import { isRecord, quoted } from "../input-error.ts";
import { denseMacs, emapSize, fmapSize, gradientSize, type Layer, outputExtent } from "./layer.ts";

/** Larger sizes are refused, also of an input with its padding, so that all sums and products of two of them are exact. */
export const largestSize = 2 ** 24;
/** Gradients are worked out whole, and a file without them does not bound their size. */
const largestGradient = 2 ** 31;
/** Nor does it bound the kernel of a layer whose input is mostly padding. */
const mostTaps = 2 ** 16;

const sizes = ["N", "C", "H", "W", "K", "P", "Q", "R", "S", "groups"] as const;
const linearSizes = ["H", "W", "P", "Q", "R", "S", "groups"] as const;

export const isSize = (value: unknown, least: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= largestSize;

/** Which rule something that should be a layer breaks, or undefined for a sound one. */
export const layerProblem = (value: unknown): string | undefined =>
  fieldsProblem(value) ?? layerContradiction(value as Layer);

/** Which field of something that should be a layer is none by itself. */
export function fieldsProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return `must be an object, is ${quoted(value)}`;
  if (typeof value.name !== "string") return `name must be text, is ${quoted(value.name)}`;
  return fieldProblem(value) ?? paddingProblem(value.padding);
}

/** Which rule a layer's type, a size, its stride or its dilation breaks by itself. */
export function fieldProblem(layer: Readonly<Record<string, unknown>>): string | undefined {
  if (layer.type !== "conv2d" && layer.type !== "linear")
    return `unknown type ${quoted(layer.type)}; known: conv2d, linear`;
  for (const field of sizes)
    if (!isSize(layer[field], 1))
      return `${field} must be a whole number from 1 to ${largestSize}, is ${quoted(layer[field])}`;
  for (const field of ["stride", "dilation"]) {
    const pair = layer[field];
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((size) => isSize(size, 1)))
      return `${field} must be [y, x], whole numbers from 1 to ${largestSize}, is ${quoted(pair)}`;
  }
  return undefined;
}

function paddingProblem(padding: unknown): string | undefined {
  if (Array.isArray(padding) && padding.length === 4 && padding.every((edge) => isSize(edge, 0)))
    return undefined;
  return `padding must be [top, left, bottom, right], whole numbers from 0 to ${largestSize}, is ${quoted(padding)}`;
}

/** Which rule of a layer's shape is broken, each field being sound by itself. */
export function layerContradiction(layer: Layer): string | undefined {
  const { C, K, groups } = layer;
  if (C % groups !== 0) return `C must be divisible by groups, is ${C} with groups ${groups}`;
  if (K % groups !== 0) return `K must be divisible by groups, is ${K} with groups ${groups}`;
  return (
    (layer.type === "linear" ? linearProblem(layer) : undefined) ?? outputProblem(layer) ?? largest(layer)
  );
}

function linearProblem(layer: Layer): string | undefined {
  for (const field of linearSizes)
    if (layer[field] !== 1) return `${field} of a linear layer must be 1, is ${layer[field]}`;
  if (layer.padding.some((edge) => edge !== 0))
    return `padding of a linear layer must be 0, is ${quoted(layer.padding)}`;
  return undefined;
}

function outputProblem({ H, W, P, Q, R, S, stride, padding, dilation }: Layer): string | undefined {
  const [top, left, bottom, right] = padding;
  const rows = outputExtent(H, R, stride[0], [top, bottom], dilation[0]);
  if (P !== rows) return `P is ${P}, but H, R, stride, padding and dilation make it ${rows}`;
  const columns = outputExtent(W, S, stride[1], [left, right], dilation[1]);
  if (Q !== columns) return `Q is ${Q}, but W, S, stride, padding and dilation make it ${columns}`;
  return undefined;
}

function largest(layer: Layer): string | undefined {
  const [top, left, bottom, right] = layer.padding;
  for (const [what, size] of [
    ["H with its padding", layer.H + top + bottom],
    ["W with its padding", layer.W + left + right],
  ] as const)
    if (size > largestSize) return `${what} must be ${largestSize} at most, is ${size}`;
  for (const [what, size] of [
    ["fmap elements", fmapSize(layer)],
    ["emap elements", emapSize(layer)],
    ["dense MACs", denseMacs(layer)],
  ] as const)
    if (size > Number.MAX_SAFE_INTEGER) return `${what} must be below 2^53, are ${size}`;
  if (layer.R * layer.S > mostTaps) return `R x S must be ${mostTaps} at most, is ${layer.R * layer.S}`;
  if (gradientSize(layer) > largestGradient)
    return `weights must be ${largestGradient} at most, are ${gradientSize(layer)}`;
  return undefined;
}
