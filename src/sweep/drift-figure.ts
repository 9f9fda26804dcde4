import type { Figure } from "../report/figures/figure.ts";
import { markOf } from "../report/figures/marks.ts";
import { points } from "../report/figures/points.ts";
import type { Drift } from "./drift.ts";

/** The shares of nonzeros over the steps of a training. */
export function densityFigure({ steps }: Drift): Figure {
  const words = {
    name: "drift",
    title: "Nonzeros of fmap, emap and mask, by step",
    caption:
      "Means over the layers, by their dense MACs; the grey line is what of the dense MACs is valid, and has to be done.",
  };
  const tensors = ["fmap", "emap", "mask"] as const;
  const numbers = steps.map(({ step }) => step);
  const percentOf = (share: number) => 100 * share;
  return {
    ...words,
    svg: points({
      ...words,
      description: words.caption,
      x: { label: "training step", domain: [Math.min(...numbers), Math.max(...numbers)] },
      y: { label: "share of nonzeros (%)", domain: [0, 100] },
      series: tensors.map((tensor, i) => ({
        label: tensor,
        mark: markOf(i),
        line: true,
        points: steps.map(({ step, densities }) => ({ x: step, y: percentOf(densities[tensor]) })),
      })),
      reference: {
        label: "valid MACs / dense MACs",
        points: steps.map(({ step, validMacs, denseMacs }) => ({
          x: step,
          y: percentOf(validMacs / denseMacs),
        })),
      },
    }),
    data: {
      columns: ["step", ...tensors, "valid MACs / dense MACs"],
      rows: steps.map(({ step, densities, validMacs, denseMacs }) => [
        step,
        ...tensors.map((tensor) => percentOf(densities[tensor])),
        percentOf(validMacs / denseMacs),
      ]),
    },
  };
}
