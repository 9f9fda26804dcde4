import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, leastAtPorts, type PortBytes, quickest } from "./array-ports.ts";
import {
  bankConflictsAreFree,
  bitmapSpreaders,
  type LogicComponent,
  localMemory,
  sumEvents,
  sumRegisters,
} from "./components.ts";
import { tapsOfPixels, tapsOfPositions } from "./joined-taps.ts";
import type { TensorBytes } from "./loop-order.ts";
import {
  bufferedArray,
  gatingIsFree,
  type MemoryParameters,
  memoryParameters,
  sparseBytes,
  withMemory,
  zerosGatedIn,
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
 * Operands: `columns` sums stay in the registers of a line while the input's nonzeros come by, so a nonzero crosses the port
 * once for each cycle of a line, and its bitmap as often as the whole input. The other operand is read from the line's
 * memory, `columns` values wide in every cycle, at position minus tap. Into it comes, through the port and broadcast to all
 * lines, what the sums at hand need; lines work on sums that need the same: in WG on channels (k's) of their own, in FF and
 * BP on positions (pixels). Either it streams by once for each round of such sums, or what fits in the memory is held
 * for all rounds, and sums are taken out and in again for each such part: whichever the ports like better. So the port
 * gives at least rows x bytes a cycle to busy lines: 32 of 128 bytes with the defaults.
 *
 * Memory: maps compressed, wanted weights and gradients only; `memory-limits.ts`.
 */
export default accelerator({
  title: "LNPU: skips the zeros of one operand, input load balancer",
  source:
    "Lee et al., ISSCC 2019 7.7, DOI 10.1109/ISSCC.2019.8662302: abstract; lines and balance are ours, at their best",
  parameters: {
    columns: { value: 16, unit: "MACs", about: "MACs of a line, which share a nonzero" },
    rows: { value: 16, unit: "lines", about: "lines, each with a nonzero of its own" },
    lineBufferBytes: lineBuffer(),
    ...memoryParameters,
  },
  grows: "rows",
  free: [...lnpuFree(), bankConflictsAreFree],
  components: (p) =>
    bufferedArray(
      p,
      p.columns * p.rows,
      p.columns,
      {
        ...sumRegisters(p.columns * p.rows),
        operandBuffers: lineBanks(p),
      },
      [bitmapSpreaders(p.globalBufferReadBytes), lineLogic(p)],
    ),
  pricedAsLnpu: ["ff", "bp", "wg"],
  forward: lnpuForward,
  backward: lnpuBackward,
  simulate(occupancy, p, kernel) {
    const tensors = sparseBytes(occupancy, p);
    const ways = (["fmap", "emap"] as const).map((input) => skipping(input, "wg", occupancy, tensors, p));
    const activity = withMemory(occupancy.layer, quickest(ways, p), tensors, p);
    return zerosGatedIn("wg", activity, occupancy, kernel);
  },
});

/** MACs of the line that the table of netlists has; a line of another length costs in proportion. */
const macsOfNetlist = 16;

/** Memory of a line for the operand whose zeros are multiplied; its size is ours. */
export function lineBuffer() {
  return {
    value: 4096,
    unit: "bytes",
    about: "memory of a line for the other operand",
    max: 1048576,
  } as const;
}

/** The memory of each line, a bank for each of its MACs, whose addresses differ. */
export const lineBanks = ({ rows, columns, lineBufferBytes, format }: LnpuParameters) =>
  localMemory(rows * columns, lineBufferBytes / columns, formatBytes[format]);

/** What finds the nonzeros of each line and addresses its other operands. */
export const lineLogic = ({ rows, columns }: LnpuParameters): LogicComponent => ({
  purpose: "validDataTrace",
  count: (rows * columns) / macsOfNetlist,
  netlist: "lnpuLine",
});

export function lnpuFree(): readonly string[] {
  return [
    "The load balancer keeps all lines busy until the layer's end, and lines keep pace with what is broadcast.",
    "A line's memory gives a value to each MAC in every cycle, whatever the addresses: no bank conflicts.",
    gatingIsFree,
    "Products of a nonzero are packed without gaps, k's and taps in any mix.",
  ];
}

export type LnpuParameters = MemoryParameters & {
  readonly columns: number;
  readonly rows: number;
  readonly lineBufferBytes: number;
};

/** Also of a machine that leaves WG to another array. */
export function lnpuForward(occupancy: Occupancy, p: LnpuParameters, kernel: Kernel): Activity {
  return phaseOf("ff", "fmap", occupancy, p, kernel);
}

export function lnpuBackward(occupancy: Occupancy, p: LnpuParameters, kernel: Kernel): Activity {
  return phaseOf("bp", "emap", occupancy, p, kernel);
}

function phaseOf(
  phase: Phase,
  input: "fmap" | "emap",
  occupancy: Occupancy,
  p: LnpuParameters,
  kernel: Kernel,
): Activity {
  const tensors = sparseBytes(occupancy, p);
  const compute = skipping(input, phase, occupancy, tensors, p);
  return zerosGatedIn(phase, withMemory(occupancy.layer, compute, tensors, p, phase), occupancy, kernel);
}

/** The array alone, when it takes only the nonzeros of `input`. */
function skipping(
  input: "fmap" | "emap",
  phase: Phase,
  occupancy: Occupancy,
  tensors: TensorBytes,
  p: LnpuParameters,
): Compute {
  const { columns, rows } = p;
  const { layer } = occupancy;
  const partners = (input === "fmap" ? layer.K : layer.C) / layer.groups;
  let [products, lineCycles, joined] = [0, 0, 0];
  for (const [taps, nonzeros] of nonzerosByTaps(input, occupancy).entries()) {
    products += nonzeros * partners * taps;
    lineCycles += nonzeros * Math.ceil((partners * taps) / columns);
    if (taps > 0) joined += nonzeros;
  }
  const cycles = Math.ceil(lineCycles / rows);
  const other = otherOperand(input, phase, layer, tensors, p);
  const bytes = formatBytes[p.format];
  const passes = joined === 0 ? 1 : lineCycles / joined;
  const inputBytes = lineCycles * bytes + passes * tensors.bitmaps[input];
  return {
    cycles,
    macs: columns * rows,
    mapping: `zeros of the ${input} skipped`,
    breakdown: {
      busy: products,
      mapping: lineCycles * columns - products,
      betweenColumns: (cycles * rows - lineCycles) * columns,
    },
    ports: { ...other.ports, [input]: inputBytes },
    events: {
      ...sumEvents(products),
      operandBufferReadBytes: lineCycles * columns * bytes,
      operandBufferWriteBytes: Math.ceil(other.writtenBytes),
      foundValues: lineCycles,
    },
  };
}

/** What the operand whose zeros are multiplied takes at the ports, and what is written into the lines' memories. */
function otherOperand(
  input: "fmap" | "emap",
  phase: Phase,
  layer: Layer,
  tensors: TensorBytes,
  p: LnpuParameters,
): { ports: PortBytes; writtenBytes: number } {
  const { columns, rows } = p;
  const { N, C, H, W, K, P, Q, R, S, groups } = layer;
  const [channels, ks, taps] = [C / groups, K / groups, R * S];
  const bytes = formatBytes[p.format];
  const name = phase !== "wg" ? "weights" : input === "fmap" ? "emap" : "fmap";
  // independent groups of sums that need the same; values that the sums of a line need; sums of the layer
  const [groupsOfSums, needed, sums] = {
    ff: [N * P * Q, Math.min(columns, ks) * channels * taps, emapSize(layer)],
    bp: [N * H * W, Math.min(columns, channels) * ks * taps, fmapSize(layer)],
    wg: [
      input === "fmap" ? channels : ks,
      Math.max(1, columns / taps) * N * (input === "fmap" ? P * Q : H * W),
      gradientSize(layer),
    ],
  }[phase];
  // kernels of more taps than a line has MACs need a plane more than once
  const once = phase === "wg" ? Math.max(1, taps / columns) : 1;
  const [moved, dense] = {
    weights: [tensors.gradient, gradientSize(layer)],
    emap: [tensors.emap, emapSize(layer)],
    fmap: [tensors.fmap, fmapSize(layer)],
  }[name];
  const nothing: PortBytes = { fmap: 0, emap: 0, weights: 0, sums: 0 };
  const rounds = Math.ceil(groupsOfSums / rows);
  const parts = Math.ceil((needed * bytes) / p.lineBufferBytes);
  const streamed = { ...nothing, [name]: moved * once * rounds };
  const held = { ...nothing, [name]: moved * once, sums: (parts - 1) * sums * 4 };
  const ports = leastAtPorts([held, streamed], p);
  const times = ports === held ? once : once * rounds;
  return { ports, writtenBytes: dense * bytes * times * Math.min(rows, groupsOfSums) };
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
