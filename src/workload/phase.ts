/** The phases of a training step by the names that the command line and reports have for them. */
export const phases = {
  ff: "forward: fmap x weights",
  bp: "backward: emap x weights, the error of the layer's input",
  wg: "weight gradient: fmap x emap",
} as const;

/** A phase by its name: ff, bp or wg. */
export type Phase = keyof typeof phases;

export const phaseNames = Object.keys(phases) as readonly Phase[];
