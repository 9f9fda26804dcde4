import type { InferredCall } from "./infer.ts";
import { Unknown, type Value } from "./value.ts";

/** Which values are computed from some others, as the network is gone through node by node. */
export interface Dependence {
  /** Whether a node reads such a value. */
  of(call: InferredCall): boolean;
  /** To be told of each node behind the one before. */
  readonly after: (call: InferredCall, outputs: readonly (Value | undefined)[]) => void;
}

/** What these read is not the contents of a value, only how many elements it has. */
const ofShapes = new Set(["Shape", "Size"]);

export function dependenceOn(values: Iterable<unknown>): Dependence {
  const dependent = new Set<unknown>(values);
  // a graph inside a node may read any value of the network, and is taken to read images
  const hasGraph = ({ node }: InferredCall) => [...node.attributes.values()].some(({ graph }) => graph);
  const of = (call: InferredCall) =>
    hasGraph(call) ||
    call.node.inputs.some((_, i) => {
      try {
        const value = call.optional(i);
        return value !== undefined && dependent.has(value);
      } catch (error) {
        if (error instanceof Unknown) return false;
        throw error;
      }
    });
  return {
    of,
    after: (call, outputs) => {
      if (ofShapes.has(call.node.op) || !of(call)) return;
      for (const output of outputs) if (output) dependent.add(output);
    },
  };
}
