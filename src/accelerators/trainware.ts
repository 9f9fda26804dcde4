import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import { bankConflictsAreFree, registersOfMacs } from "./components.ts";
import {
  bufferedArray,
  denseBytes,
  gatingIsFree,
  type MemoryParameters,
  memoryParameters,
  withMemory,
  zerosGatedIn,
} from "./memory-limits.ts";
import { bestUnrolling } from "./unrolling.ts";

/**
 * A dense weight-gradient engine whose array is not public, so it is given its best case (assumed, D20).
 *
 * Array: `columns` x `rows` MACs, a register for each operand and the sum beside each. Unrolling, innermost loop and what
 * they move at the ports: the best of `unrolling.ts`; what the ceilings lose is booked as `mapping`. By hand, K x channels
 * with positions innermost: cycles = ceil(K / columns) x ceil(C / rows) x R S x N P Q, each with columns + rows values
 * at the port.
 *
 * Forward and backward run over the same four dimensions, so they have the same choice; only what is read and written
 * differs (assumed, D30).
 *
 * Memory: maps and gradients uncompressed in `format`, sums of 4 bytes, masked gradients written as well; `memory-limits.ts`.
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
  free: [
    gatingIsFree,
    "Every unrolling and innermost loop of the set is at hand, and the best is known for each layer.",
    "Any value of the buffer can be broadcast to any MACs, and windows slide along rows without refills at their ends.",
    "Control, addresses and the adders' tree across an axis are not counted.",
    bankConflictsAreFree,
  ],
  simulate: (occupancy, p, kernel) =>
    zerosGatedIn("wg", phaseOf("wg", occupancy.layer, p), occupancy, kernel),
  forward: (occupancy, p, kernel) => zerosGatedIn("ff", phaseOf("ff", occupancy.layer, p), occupancy, kernel),
  backward: (occupancy, p, kernel) =>
    zerosGatedIn("bp", phaseOf("bp", occupancy.layer, p), occupancy, kernel),
  components: (p) => {
    const macs = p.columns * p.rows;
    return bufferedArray(p, macs, p.rows, registersOfMacs(macs, formatBytes[p.format]));
  },
});

function phaseOf(
  phase: Phase,
  layer: Layer,
  p: { readonly columns: number; readonly rows: number } & MemoryParameters,
): Activity {
  const compute = bestUnrolling(phase, layer, p, denseMacs(layer));
  return withMemory(layer, compute, denseBytes(layer, p), p, phase);
}
