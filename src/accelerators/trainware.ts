import type { Activity } from "../events.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import {
  bufferedArray,
  denseBytes,
  type MemoryParameters,
  memoryParameters,
  withMemory,
} from "./memory-limits.ts";

/**
 * A dense weight-gradient engine whose array is not public, so it is given its best case (assumed, D20).
 *
 * Array: `columns` x `rows` MACs. Each axis unrolls one of K, channels of a group, taps (R x S) and positions
 * (N x P x Q), or the product of two of them packed without gaps; no dimension on both axes, or the same ones on
 * both, which then act as one long axis. K counts the k's of all groups: a depthwise layer can fill an axis with
 * them. The least cycles win, the first of equals; what the ceilings lose is booked as `mapping`.
 *
 * Forward and backward run over the same four dimensions, so they take the same unrolling; only what is read and written
 * differs (assumed, D30).
 *
 * Memory: maps and gradients uncompressed in `format`, sums of 4 bytes, masked gradients written as well; the best
 * case of `memory-limits.ts`.
 */
export default accelerator({
  title: "TrainWare: dense weight-gradient engine with a local buffer, at its best case",
  source:
    "Choi et al., ISLPED 2018, DOI 10.1145/3218603.3218625: abstract only; array, sizes and rates are those of swg",
  parameters: {
    columns: { value: 16, unit: "columns", about: "columns of the array" },
    rows: { value: 16, unit: "PEs", about: "PEs in a column, one MAC each" },
    ...memoryParameters,
  },
  grows: "columns",
  simulate: ({ layer }, p) => phaseOf("wg", layer, p),
  forward: ({ layer }, p) => phaseOf("ff", layer, p),
  backward: ({ layer }, p) => phaseOf("bp", layer, p),
  components: (p) => bufferedArray(p, p.columns * p.rows, p.rows),
});

interface ArraySize {
  readonly columns: number;
  readonly rows: number;
}

function phaseOf(phase: Phase, layer: Layer, p: ArraySize & MemoryParameters): Activity {
  const macs = p.columns * p.rows;
  const work = denseMacs(layer);
  const { cycles, words } = bestUnrolling(layer, p.columns, p.rows);
  const breakdown = { busy: work, mapping: cycles * macs - work };
  return withMemory(layer, { cycles, macs, breakdown, mapping: words }, denseBytes(layer, p), p, phase);
}

type Dimension = "K" | "channels" | "taps" | "positions";

/** What one axis of the array can unroll. */
const axisChoices: readonly (readonly Dimension[])[] = [
  ...["K", "channels", "taps", "positions"],
  ...["K x channels", "K x taps", "K x positions"],
  ...["channels x taps", "channels x positions", "taps x positions"],
].map((words) => words.split(" x ") as Dimension[]);

/** The spatial unrolling of the documented set that takes the least cycles. */
function bestUnrolling(layer: Layer, columns: number, rows: number): { cycles: number; words: string } {
  const extents: Record<Dimension, number> = {
    ...{ K: layer.K, channels: layer.C / layer.groups },
    ...{ taps: layer.R * layer.S, positions: layer.N * layer.P * layer.Q },
  };
  const product = (dimensions: readonly Dimension[]) => dimensions.reduce((n, d) => n * extents[d], 1);
  let best = { cycles: Number.POSITIVE_INFINITY, words: "" };
  for (const across of axisChoices)
    for (const down of axisChoices) {
      const same = across === down;
      if (!same && across.some((d) => down.includes(d))) continue;
      const inTime = (Object.keys(extents) as Dimension[]).filter(
        (d) => !across.includes(d) && !down.includes(d),
      );
      const steps = same
        ? Math.ceil(product(across) / (columns * rows))
        : Math.ceil(product(across) / columns) * Math.ceil(product(down) / rows);
      const cycles = steps * product(inTime);
      if (cycles >= best.cycles) continue;
      const words = same
        ? `${across.join(" x ")} over all PEs`
        : `${across.join(" x ")} over columns, ${down.join(" x ")} over rows`;
      best = { cycles, words };
    }
  return best;
}
