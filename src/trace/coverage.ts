/** Operators of a network that one reason keeps out of a trace. Every report of the trace names them. */
export interface LeftOut {
  /** what the framework or the file calls it, such as "ConvTranspose" or "MyConv2d" */
  readonly operator: string;
  /** the reason, in words that need nothing else to be understood */
  readonly why: string;
  /** names of the layers or nodes */
  readonly names: readonly string[];
  /** whether it has weights: their gradients are then missing in every total */
  readonly weights: boolean;
}

/** How much of a network a trace holds. */
export interface Coverage {
  /** operators that have weights, those that were left out among them */
  readonly operatorsWithWeights: number;
  readonly leftOut: readonly LeftOut[];
  /** what was assumed in reading it, each a whole sentence: "Axis 1 of input \"x\" is taken for the images." */
  readonly notes: readonly string[];
}
