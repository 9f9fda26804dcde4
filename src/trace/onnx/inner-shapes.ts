import type { OnnxNode } from "./graph.ts";
import type { Dimension } from "./value-info.ts";

type Shape = readonly Dimension[] | undefined;

/**
 * The shapes that the file states of what an operator's own graphs make, output by output: what both branches of an `If`
 * have, and what a `Loop` carries from one time to the next. Throws `InputError` for a graph that cannot be read.
 */
export function innerShapes({ op, domain, inputs, attributes }: OnnxNode): readonly Shape[] {
  const graphOf = (name: string) => attributes.get(name)?.graph?.();
  if (domain !== "") return [];
  if (op === "If") {
    const [made, other] = ["then_branch", "else_branch"].map((name) => {
      const graph = graphOf(name);
      return graph?.outputs.map((output) => graph.shapes.get(output)) ?? [];
    });
    return made.map((shape, i) => (isSame(shape, other[i]) ? shape : undefined));
  }
  if (op !== "Loop") return [];
  // a graph's inputs are the count of times, the condition, and what is carried
  return [...(graphOf("body")?.inputs.values() ?? [])].slice(2, inputs.length);
}

const isSame = (a: Shape, b: Shape): boolean =>
  a !== undefined && a.length === b?.length && a.every((extent, i) => extent === b[i]);
