import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Engine } from "./engine.ts";

export type Inputs = Readonly<Record<string, TensorInfo>>;

/** A kernel of TensorFlow.js as this package has it. */
export interface TrainingKernel {
  readonly name: string;
  /** Why a call is left to the backend's own kernel; nothing where it is not. */
  refuses(inputs: Inputs, attrs: object): string | undefined;
  /** Whether it is for some calls by design, so that nothing has to be said where another is left to the backend */
  readonly partial?: boolean;
  compute(engine: Engine, inputs: Inputs, attrs: object): TensorInfo | TensorInfo[];
}

/** Why some tensors are not for kernels of f32; nothing where they are. */
export function refusesType(...tensors: (TensorInfo | undefined)[]): string | undefined {
  const other = tensors.find((tensor) => tensor && tensor.dtype !== "float32");
  return other && `tensors must be float32, one is ${other.dtype}`;
}
