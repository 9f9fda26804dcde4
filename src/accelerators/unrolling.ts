import { formatBytes } from "../hardware/parameters.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { type Compute, type PortLimits, quickest } from "./array-ports.ts";
import { type Format, registerEvents } from "./components.ts";

/** An array that unrolls loops over its two axes, and the ports that feed it. */
export interface UnrolledArray extends PortLimits {
  readonly columns: number;
  readonly rows: number;
  readonly format: Format;
}

type Dimension = "K" | "channels" | "taps" | "positions";
type Extents = Readonly<Record<Dimension, number>>;
const dimensions: readonly Dimension[] = ["K", "channels", "taps", "positions"];

/** What one axis of the array can unroll. */
const axisChoices: readonly (readonly Dimension[])[] = [
  ["K"],
  ["channels"],
  ["taps"],
  ["positions"],
  ["K", "channels"],
  ["K", "taps"],
  ["K", "positions"],
  ["channels", "taps"],
  ["channels", "positions"],
  ["taps", "positions"],
];

/**
 * A dense layer on the unrolling and the innermost loop of a documented set that take least time once the ports have had
 * their say, each operand and sum at its best case:
 * - Each axis unrolls K (the k's of all groups), channels of a group, taps (R x S), positions (N x P x Q), or the product
 *   of two packed without gaps; no dimension on both axes, or the same ones on both, which then act as one long axis.
 * - Into the array come, in each cycle, the distinct values that it needs: emap K x positions, fmap channels x the pixels
 *   of positions and taps (those that neighbours share count once), weights K x channels x taps; means over the layer
 *   where an axis is not always full. A product of two on an axis is spread in the way that needs less.
 * - What the innermost loop does not touch stays in registers. Where it runs over positions or taps, the fmap's window
 *   slides, along a row as long as there is something to go: only pixels that were not in it come in.
 * - Sums are the tensor that the phase computes. They stay in registers by the same rule; a sum that leaves before it is
 *   finished crosses both ports, four bytes each.
 * So K x channels with positions innermost takes (columns + rows) x bytes a cycle, and nothing for sums in WG.
 */
export function bestUnrolling(phase: Phase, layer: Layer, array: UnrolledArray, work: number): Compute {
  const extents: Extents = {
    K: layer.K,
    channels: layer.C / layer.groups,
    taps: layer.R * layer.S,
    positions: layer.N * layer.P * layer.Q,
  };
  return quickest(
    axisChoices.flatMap((across) =>
      axisChoices.flatMap((down) => unrollings(phase, layer, array, extents, work, across, down)),
    ),
    array,
  );
}

/** All ways to run one unrolling, by innermost loop; none where a dimension would be on both axes in part. */
function unrollings(
  phase: Phase,
  layer: Layer,
  array: UnrolledArray,
  extents: Extents,
  work: number,
  across: readonly Dimension[],
  down: readonly Dimension[],
): Compute[] {
  const { columns, rows, format } = array;
  const same = across === down;
  if (!same && across.some((dimension) => down.includes(dimension))) return [];
  const axes = same
    ? [axis(across, extents, columns * rows)]
    : [axis(across, extents, columns), axis(down, extents, rows)];
  const inTime = dimensions.filter((dimension) => !across.includes(dimension) && !down.includes(dimension));
  const cycles = [...axes.map(({ steps }) => steps), ...inTime.map((dimension) => extents[dimension])].reduce(
    (product, n) => product * n,
    1,
  );
  const macs = columns * rows;
  const words = same
    ? `${across.join(" x ")} over all PEs`
    : `${across.join(" x ")} over columns, ${down.join(" x ")} over rows`;
  return spreads(axes).flatMap((spatial) =>
    dimensions.map((innermost): Compute => {
      const values = valuesPerCycle(layer, extents, spatial, innermost);
      return {
        cycles,
        macs,
        mapping: `${words}, ${innermost} innermost`,
        breakdown: { busy: work, mapping: cycles * macs - work },
        ports: portBytes(phase, layer, cycles, values, formatBytes[format]),
        events: registerEvents(work, formatBytes[format]),
      };
    }),
  );
}

interface Axis {
  readonly steps: number;
  /** how many of each dimension are side by side, mean over the steps; more than one way where two share the axis */
  readonly ways: readonly Partial<Extents>[];
}

function axis(unrolled: readonly Dimension[], extents: Extents, length: number): Axis {
  const total = unrolled.reduce((product, dimension) => product * extents[dimension], 1);
  const steps = Math.ceil(total / length);
  const filled = total / steps;
  const ways = unrolled.map((fast): Partial<Extents> => {
    const ofFast = Math.min(filled, extents[fast]);
    const slow = unrolled.find((dimension) => dimension !== fast);
    return slow === undefined ? { [fast]: ofFast } : { [fast]: ofFast, [slow]: filled / ofFast };
  });
  return { steps, ways };
}

/** Every way of one axis with every way of the other. */
const spreads = (axes: readonly Axis[]): Extents[] =>
  axes.reduce<Extents[]>(
    (spatial, { ways }) => spatial.flatMap((base) => ways.map((way) => ({ ...base, ...way }))),
    [{ K: 1, channels: 1, taps: 1, positions: 1 }],
  );

type Values = Readonly<Record<"fmap" | "emap" | "weights", number>>;

/** New values of each tensor that a cycle needs, a mean. */
function valuesPerCycle(layer: Layer, extents: Extents, spatial: Extents, innermost: Dimension): Values {
  const inTime = extents[innermost] / spatial[innermost];
  const unless = (touched: readonly Dimension[], values: number) =>
    touched.includes(innermost) ? values : values / inTime;
  const ks = layer.K / layer.groups;
  // another group's k needs other channels, so the fmap stays for the k's of one group alone
  const fmapStays = innermost === "K" ? Math.max(1, Math.min(inTime, ks / spatial.K)) : 1;
  // k's of several groups need channels of several groups
  const channels = spatial.channels * Math.max(1, spatial.K / ks);
  return {
    fmap: (channels * newPixels(layer, spatial, innermost)) / fmapStays,
    emap: unless(["K", "positions"], spatial.K * spatial.positions),
    weights: unless(["K", "channels", "taps"], spatial.K * spatial.channels * spatial.taps),
  };
}

/** Pixels of one channel that come in for a step of the innermost loop. */
function newPixels(layer: Layer, spatial: Extents, innermost: Dimension): number {
  const { P, Q, R, S, stride, dilation } = layer;
  const q = Math.min(spatial.positions, Q);
  const p = Math.min(spatial.positions / q, P);
  const images = spatial.positions / (q * p);
  const s = Math.min(spatial.taps, S);
  const r = spatial.taps / s;
  const rows = (taps: number) => joined(p, taps, stride[0], dilation[0]);
  const columns = (taps: number) => joined(q, taps, stride[1], dilation[1]);
  const all = rows(r) * columns(s);
  if (innermost === "positions" && q < Q) return images * Math.min(all, rows(r) * q * Math.min(s, stride[1]));
  if (innermost === "positions" && p < P)
    return images * Math.min(all, p * Math.min(r, stride[0]) * columns(s));
  if (innermost === "taps" && s < S) return images * Math.min(all, (rows(r) * columns(S) * s) / S);
  if (innermost === "taps" && r < R) return images * Math.min(all, (rows(R) * columns(s) * r) / R);
  return images * all;
}

/** Pixels along an axis that so many neighbouring positions and taps join. */
const joined = (positions: number, taps: number, stride: number, dilation: number): number =>
  Math.min(positions * taps, (positions - 1) * stride + (taps - 1) * dilation + 1);

function portBytes(phase: Phase, layer: Layer, cycles: number, values: Values, bytes: number) {
  const moved = {
    fmap: cycles * values.fmap * bytes,
    emap: cycles * values.emap * bytes,
    weights: cycles * values.weights * bytes,
  };
  const unfinished = (visits: number, sums: number) => 4 * Math.max(0, cycles * visits - sums);
  switch (phase) {
    case "ff":
      return { ...moved, emap: 0, sums: unfinished(values.emap, emapSize(layer)) };
    case "bp":
      return { ...moved, fmap: 0, sums: unfinished(values.fmap, fmapSize(layer)) };
    case "wg":
      return { ...moved, weights: 0, sums: unfinished(values.weights, gradientSize(layer)) };
  }
}
