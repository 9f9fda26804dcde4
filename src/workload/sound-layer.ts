import { InputError, isRecord, quoted } from "../input-error.ts";
import { convolution, type Layer, linear } from "./layer.ts";
import { fieldsProblem, layerProblem } from "./layer-rules.ts";

/** A layer with P and Q worked out from the rest. Throws `InputError` for a shape that no layer has. */
export function soundConvolution(shape: Omit<Layer, "type" | "P" | "Q">): Layer {
  const withoutOutput = isRecord(shape) ? { ...(shape as object), type: "conv2d", P: 1, Q: 1 } : shape;
  refuse(withoutOutput, fieldsProblem(withoutOutput));
  return sound(convolution(shape));
}

/** A linear layer of C inputs and K outputs on N images (or images x tokens). Throws `InputError` for sizes that cannot be. */
export const soundLinear = (name: string, N: number, C: number, K: number): Layer =>
  sound(linear(name, N, C, K));

function sound(layer: Layer): Layer {
  refuse(layer, layerProblem(layer));
  return layer;
}

function refuse(layer: unknown, problem: string | undefined): void {
  if (problem === undefined) return;
  const name = isRecord(layer) && layer.name !== undefined ? ` ${quoted(layer.name)}` : "";
  throw new InputError(`layer${name}: ${problem}`);
}
