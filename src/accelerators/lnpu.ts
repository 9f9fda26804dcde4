import type { Activity } from "../events.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import { tapsOfPixels, tapsOfPositions } from "./joined-taps.ts";
import {
  bufferedArray,
  type Compute,
  type MemoryParameters,
  memoryParameters,
  sparseBytes,
  withMemory,
} from "./memory-limits.ts";

/**
 * Skips the zeros of one operand, the phase's input: of the fmap in FF, of the emap in BP, in WG of the one that takes less
 * time for the layer (assumed, D31).
 *
 * Array: `rows` lines of `columns` MACs. A line takes a nonzero of the input and multiplies it with everything that it
 * meets, `columns` products a cycle: the k's of its group (a nonzero of the emap: the channels) times the taps that join
 * it with the other side, packed without gaps. Taps that lead into the padding cost nothing; zeros of the other operand
 * are multiplied, masked weights and gradients as well. The input load balancer is perfect: lines meet at the end of
 * the layer, and what a nonzero takes may be spread over lines.
 *
 * Memory: maps compressed, wanted weights and gradients only; the best case of `memory-limits.ts`. Values are of fp8, those
 * that its chip was measured with.
 */
export default accelerator({
  title: "LNPU: skips the zeros of one operand, input load balancer",
  source:
    "Lee et al., ISSCC 2019 7.7, DOI 10.1109/ISSCC.2019.8662302: abstract; lines and balance are ours, at their best",
  parameters: {
    columns: { value: 16, unit: "MACs", about: "MACs of a line, which share a nonzero" },
    rows: { value: 16, unit: "lines", about: "lines, each with a nonzero of its own" },
    ...memoryParameters,
    format: { ...memoryParameters.format, value: "fp8" },
  },
  grows: "rows",
  components: (p) => bufferedArray(p, p.columns * p.rows, p.columns),
  pricedAsLnpu: ["ff", "bp", "wg"],
  forward: lnpuForward,
  backward: lnpuBackward,
  simulate(occupancy, p) {
    const [byFmap, byEmap] = [skipping("fmap", occupancy, p), skipping("emap", occupancy, p)];
    return phaseOf("wg", byEmap.cycles < byFmap.cycles ? byEmap : byFmap, occupancy, p);
  },
});

type LnpuParameters = MemoryParameters & { readonly columns: number; readonly rows: number };

/** Also of a machine that leaves WG to another array. */
export function lnpuForward(occupancy: Occupancy, p: LnpuParameters): Activity {
  return phaseOf("ff", skipping("fmap", occupancy, p), occupancy, p);
}

export function lnpuBackward(occupancy: Occupancy, p: LnpuParameters): Activity {
  return phaseOf("bp", skipping("emap", occupancy, p), occupancy, p);
}

const phaseOf = (phase: Phase, compute: Compute, occupancy: Occupancy, p: LnpuParameters): Activity =>
  withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p, phase);

/** The array alone, when it takes only the nonzeros of `input`. */
function skipping(input: "fmap" | "emap", occupancy: Occupancy, { columns, rows }: LnpuParameters): Compute {
  const { layer } = occupancy;
  const partners = (input === "fmap" ? layer.K : layer.C) / layer.groups;
  let [products, lineCycles] = [0, 0];
  for (const [taps, nonzeros] of nonzerosByTaps(input, occupancy).entries()) {
    products += nonzeros * partners * taps;
    lineCycles += nonzeros * Math.ceil((partners * taps) / columns);
  }
  const cycles = Math.ceil(lineCycles / rows);
  return {
    ...{ cycles, macs: columns * rows, mapping: `zeros of the ${input} skipped` },
    breakdown: {
      busy: products,
      mapping: lineCycles * columns - products,
      betweenColumns: (cycles * rows - lineCycles) * columns,
    },
  };
}

/** How many nonzeros of a map have so many taps that join them with the other map, by that number. */
function nonzerosByTaps(input: "fmap" | "emap", { layer, fmap, emap }: Occupancy): Float64Array {
  const { R, S } = layer;
  const map = input === "fmap" ? fmap : emap;
  const tapsOf = input === "fmap" ? tapsOfPixels : tapsOfPositions;
  const [ofRow, ofColumn] = [tapsOf(layer, 0), tapsOf(layer, 1)];
  const [height, width] = [ofRow.length, ofColumn.length];
  const counts = new Float64Array(R * S + 1);
  for (let first = 0, y = 0; first < map.length; first += width, y = (y + 1) % height)
    for (let x = 0; x < width; x++) counts[ofRow[y] * ofColumn[x]] += map[first + x];
  return counts;
}
