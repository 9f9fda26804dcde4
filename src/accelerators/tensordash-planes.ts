import { formatBytes } from "../hardware/parameters.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import { leastAtPorts, type PortBytes } from "./array-ports.ts";
import { sparseBytes } from "./memory-limits.ts";
import { sumsOfPe, type TensordashParameters } from "./tensordash-parameters.ts";
import { LockstepStreams, lanesPerStream, type ScheduledRun, setStarts } from "./tensordash-schedule.ts";

/** Rows of a stream that is a channel's plane of positions. */
const rowsOfPlane = ({ P, Q }: Layer): number => Math.ceil((P * Q) / lanesPerStream);

/** Sets of the emap's channels, of one image and group, again for each tap and each set of the fmap's channels. */
export function* emapRuns(
  occupancy: Occupancy,
  { rows, columns }: TensordashParameters,
  n: number,
  group: number,
): Generator<ScheduledRun> {
  const { layer } = occupancy;
  const [channels, ks] = [layer.C / layer.groups, layer.K / layer.groups];
  const sets = setStarts(ks, columns).map((k) => {
    const set = new LockstepStreams(Math.min(columns, ks - k), rowsOfPlane(layer));
    for (let i = 0; i < set.streams; i++) markEmap(set, i, occupancy, n, group * ks + k + i);
    return set;
  });
  for (let tap = 0; tap < layer.R * layer.S; tap++)
    for (const c of setStarts(channels, rows))
      for (const set of sets) yield { set, others: Math.min(rows, channels - c) };
}

/** Sets of the fmap's channels as each tap sees them, of one image and group, each for every set of the emap's channels. */
export function* fmapRuns(
  occupancy: Occupancy,
  { rows, columns }: TensordashParameters,
  n: number,
  group: number,
): Generator<ScheduledRun> {
  const { layer } = occupancy;
  const [channels, ks] = [layer.C / layer.groups, layer.K / layer.groups];
  for (let tap = 0; tap < layer.R * layer.S; tap++)
    for (const c of setStarts(channels, rows)) {
      const set = new LockstepStreams(Math.min(rows, channels - c), rowsOfPlane(layer));
      const [r, s] = [Math.floor(tap / layer.S), tap % layer.S];
      for (let i = 0; i < set.streams; i++) markFmap(set, i, occupancy, n, group * channels + c + i, r, s);
      for (const k of setStarts(ks, columns)) yield { set, others: Math.min(columns, ks - k) };
    }
}

/** What the scratchpads are filled with, and the sums that each image, or part of one, adds to. */
export function streamedPlanes(occupancy: Occupancy, p: TensordashParameters): PortBytes {
  const { layer } = occupancy;
  const { N, C, K, P, Q, R, S, groups } = layer;
  const { fmap, emap } = sparseBytes(occupancy, p);
  const parts = Math.ceil((P * Q * formatBytes[p.format]) / p.scratchpadBytes);
  const sums = (N * parts - 1) * gradientSize(layer) * 4;
  const blocks = { ofFmap: Math.ceil(C / groups / p.rows), ofEmap: Math.ceil(K / groups / p.columns) };
  const times = Math.ceil((R * S) / sumsOfPe(p));
  return leastAtPorts(
    [
      { fmap, emap: emap * blocks.ofFmap, weights: 0, sums },
      { fmap: fmap * blocks.ofEmap, emap, weights: 0, sums },
      { fmap: fmap * blocks.ofEmap * times, emap: emap * blocks.ofFmap * times, weights: 0, sums: 0 },
    ],
    p,
  );
}

/** Marks channel k of the emap, p fastest. */
function markEmap(
  set: LockstepStreams,
  stream: number,
  { layer, emap }: Occupancy,
  n: number,
  k: number,
): void {
  const { K, P, Q } = layer;
  const plane = (n * K + k) * P * Q;
  for (let p = 0; p < P; p++)
    for (let q = 0; q < Q; q++) if (emap[plane + p * Q + q] === 1) set.mark(stream, q * P + p);
}

/** Marks what tap (r, s) sees of channel c of the fmap at each output position; the padding is zero. */
function markFmap(
  set: LockstepStreams,
  stream: number,
  { layer, fmap }: Occupancy,
  n: number,
  c: number,
  r: number,
  s: number,
): void {
  const { C, H, W, P, Q, stride, padding, dilation } = layer;
  const plane = (n * C + c) * H * W;
  for (let p = 0; p < P; p++) {
    const h = p * stride[0] - padding[0] + r * dilation[0];
    if (h < 0 || h >= H) continue;
    for (let q = 0; q < Q; q++) {
      const w = q * stride[1] - padding[1] + s * dilation[1];
      if (w >= 0 && w < W && fmap[plane + h * W + w] === 1) set.mark(stream, q * P + p);
    }
  }
}

/** Whether image n has the larger share of zeros in the emap. */
export function emapHasMoreZeros({ layer, fmap, emap }: Occupancy, n: number): boolean {
  const { C, H, W, K, P, Q, padding } = layer;
  const emapNonzeros = countOnes(emap.subarray(n * K * P * Q, (n + 1) * K * P * Q));
  let fmapNonzeros = 0;
  for (let c = 0; c < C; c++)
    for (let h = 0; h < Math.min(H, P - padding[0]); h++) {
      const row = ((n * C + c) * H + h) * W;
      fmapNonzeros += countOnes(fmap.subarray(row, row + Math.max(0, Math.min(W, Q - padding[1]))));
    }
  return emapNonzeros * C < fmapNonzeros * K;
}
