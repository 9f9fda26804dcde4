import type { Layer } from "../../workload/layer.ts";
import type { Phase } from "../../workload/phase.ts";

/** Shares of nonzeros of a layer's tensors, 0 to 1. */
export interface ProblemDensities {
  readonly fmap: number;
  readonly emap: number;
  readonly mask: number;
}

/** What Timeloop's usual convolution calls a tensor, and which of ours that is. */
const tensors = [
  ["Weights", "mask"],
  ["Inputs", "fmap"],
  ["Outputs", "emap"],
] as const;

/** The tensor that a phase works out; Timeloop reads and writes it. */
const results: Readonly<Record<Phase, string>> = { ff: "Outputs", bp: "Inputs", wg: "Weights" };

/**
 * A phase of a layer as a problem of Timeloop 0.4: the dimensions of its usual convolution (M is our K), with G groups where
 * there are several, `read_write` at the tensor that the phase works out. Timeloop has no padding: windows reach over the edge,
 * and MACs there count, as in `denseMacs`. Densities are written as `hypergeometric`, those of the operands alone: the mask
 * stands for the weights, which are pruned where it is 0, and in WG for the gradient, which Timeloop skips only where a
 * design says so. YAML, in Timeloop's own order.
 */
export function timeloopProblem(layer: Layer, phase: Phase, densities?: ProblemDensities): string {
  const { N, C, K, P, Q, R, S, groups, stride, dilation } = layer;
  const grouped = groups > 1;
  const sizes = { C: C / groups, M: K / groups, R, S, N, P, Q, ...(grouped && { G: groups }) };
  const steps = { Hstride: stride[0], Wstride: stride[1], Hdilation: dilation[0], Wdilation: dilation[1] };
  const dimensions = Object.keys(sizes);
  const values = [...Object.entries(sizes), ...Object.entries(steps)];
  const own = grouped ? ["[[G]]"] : [];
  const window = ["[[R, Hdilation], [P, Hstride]]", "[[S, Wdilation], [Q, Wstride]]"];
  const projections: Record<string, string[]> = {
    Weights: ["[[C]]", "[[M]]", "[[R]]", "[[S]]", ...own],
    Inputs: ["[[N]]", "[[C]]", ...window, ...own],
    Outputs: ["[[N]]", "[[M]]", "[[P]]", "[[Q]]", ...own],
  };
  return [
    "problem:",
    "  version: 0.4",
    "  instance:",
    ...values.map(([name, value]) => `    ${name}: ${value}`),
    ...(densities ? densityLines(phase, densities) : []),
    "  shape:",
    `    name: ${grouped ? "grouped_convolution" : "convolution"}`,
    `    dimensions: [${dimensions.join(", ")}]`,
    "    coefficients:",
    ...Object.keys(steps).map((name) => `    - {name: ${name}, default: 1}`),
    "    data_spaces:",
    ...tensors.flatMap(([name]) => [
      `    - name: ${name}`,
      "      projection:",
      ...projections[name].map((line) => `      - ${line}`),
      ...(results[phase] === name ? ["      read_write: true"] : []),
    ]),
    "",
  ].join("\n");
}

function densityLines(phase: Phase, densities: ProblemDensities): string[] {
  return [
    "    densities:",
    ...tensors.flatMap(([name, tensor]) =>
      results[phase] === name && densities[tensor] === 1
        ? []
        : [`      ${name}: {distribution: hypergeometric, density: ${densities[tensor]}}`],
    ),
  ];
}
