import { InputError, isRecord, quoted } from "../input-error.ts";
import { convolution, type Layer, linear } from "./layer.ts";
import { layerProblem } from "./layer-rules.ts";

/** A layer with P and Q worked out from the rest. Throws `InputError` for a shape that no layer has. */
export function soundConvolution(shape: Omit<Layer, "type" | "P" | "Q">): Layer {
  const pair = (value: unknown, count: number) => Array.isArray(value) && value.length === count;
  const complete =
    isRecord(shape) && pair(shape.stride, 2) && pair(shape.dilation, 2) && pair(shape.padding, 4);
  // what is not there makes no P and Q; it is named before they are
  return sound(
    complete ? convolution(shape) : isRecord(shape) ? { P: 1, Q: 1, ...shape, type: "conv2d" } : shape,
  );
}

/** A linear layer of C inputs and K outputs on N images (or images x tokens). Throws `InputError` for sizes that cannot be. */
export const soundLinear = (name: string, N: number, C: number, K: number): Layer =>
  sound(linear(name, N, C, K));

function sound(layer: unknown): Layer {
  const problem = layerProblem(layer);
  if (problem === undefined) return layer as Layer;
  const name = isRecord(layer) && layer.name !== undefined ? ` ${quoted(layer.name)}` : "";
  throw new InputError(`layer${name}: ${problem}`);
}
