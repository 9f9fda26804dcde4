import type * as core from "@tensorflow/tfjs-core";

/** What is used of TensorFlow.js: pass all of `@tensorflow/tfjs`, or of `@tensorflow/tfjs-core`. */
export type TensorFlow = Pick<
  typeof core,
  | "backend"
  | "clone"
  | "customGrad"
  | "dispose"
  | "keep"
  | "mean"
  | "tidy"
  | "transpose"
  | "variableGrads"
  | "version_core"
>;
