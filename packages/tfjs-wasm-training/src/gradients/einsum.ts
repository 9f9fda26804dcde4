import {
  broadcastTo,
  Einsum,
  type EinsumAttrs,
  einsum,
  type GradConfig,
  reshape,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { termsOf } from "../kernels/einsum.ts";

/** The gradient of Einsum, which TensorFlow.js has for no backend: an Einsum of dy and the other input. */
export const einsumGradient: GradConfig = {
  kernelName: Einsum,
  saveAllInputs: true,
  gradFunc(dy, saved, attrs) {
    const { inputs, output } = termsOf((attrs as unknown as EinsumAttrs).equation);
    const gradient = (i: number) => () => {
      const others = inputs.flatMap((axes, j) => (j === i ? [] : [{ axes, tensor: saved[j] }]));
      const terms = [{ axes: output, tensor: dy as Tensor }, ...others];
      return towards(terms, inputs[i], saved[i].shape);
    };
    return Object.fromEntries(inputs.map((_, i) => [i, gradient(i)]));
  },
};

/** The product of the terms over the axes of one input, the same for all values of an axis that it alone has. */
function towards(terms: { axes: string; tensor: Tensor }[], axes: string, shape: number[]): Tensor {
  const known = [...axes].filter((letter) => terms.some((term) => term.axes.includes(letter))).join("");
  const equation = `${terms.map((term) => term.axes).join(",")}->${known}`;
  const product = einsum(equation, ...terms.map(({ tensor }) => tensor));
  const expanded = [...axes].map((letter, i) => (known.includes(letter) ? shape[i] : 1));
  return broadcastTo(reshape(product, expanded), shape as never);
}
