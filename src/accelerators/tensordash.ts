import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { bufferedArray, type Compute, memoryParameters, sparseBytes, withMemory } from "./memory-limits.ts";
import { lanesPerStream, type ScheduledSet, scheduleSet } from "./tensordash-schedule.ts";

/**
 * One-sided zero skipping within a small window: each of `rows` fmap channels and `columns` emap channels multiply with
 * each other, 16 lanes each (assumed, D24).
 *
 * One image at a time. The scheduled map is the one that has the larger share of zeros in this image, the fmap counted
 * over the first P x Q corner of the padded picture, the fmap where both are equal. 16 lanes are 16 consecutive output
 * positions, p fastest. For each tap, each `rows` channels and each `columns` k's: ceil(P x Q / 16) rows of values of the
 * scheduled map, shared by all channels of the other one. What its zeros leave empty is filled from two rows ahead
 * (`tensordash-schedule.ts`); zeros of the other map are multiplied, masked gradients computed. The positions of a
 * linear layer are its N, which count as one image.
 *
 * Memory: maps compressed, wanted gradients written; the best case of `memory-limits.ts`.
 */
export default accelerator({
  title: "TensorDash: one-sided skipping, look-ahead 2, look-aside 5",
  source:
    "Mahmoud et al., MICRO 2020; schedule: held to the counts of its authors' simulator (2020); memory is ours",
  parameters: {
    rows: { value: 4, unit: "channels", about: "fmap channels at a time" },
    columns: { value: 4, unit: "k's", about: "emap channels at a time; rows x columns x 16 lanes multiply" },
    ...memoryParameters,
  },
  grows: "columns",
  simulate(occupancy, p) {
    const compute = schedule(occupancy.layer.type === "linear" ? asOneImage(occupancy) : occupancy, p);
    return withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p);
  },
  // one of eight for each operand of a lane: two levels of 1-to-4 crossbars
  components: (p) => {
    const macs = p.rows * p.columns * lanesPerStream;
    return bufferedArray(p, macs, lanesPerStream, [
      { purpose: "validDataTrace", block: "crossbar", count: 2 * 2 * macs },
    ]);
  },
});

interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

/** A linear layer's N as the positions of one image: fmap [N][C] becomes [C][N], emap [N][K] becomes [K][N]. */
function asOneImage({ layer, fmap, emap }: Occupancy): Occupancy {
  const { N, C, K } = layer;
  const transposed = (map: Uint8Array, channels: number) =>
    map.map((_, i) => map[(i % N) * channels + Math.floor(i / N)]);
  return {
    layer: { ...layer, N: 1, H: N, P: N },
    fmap: transposed(fmap, C),
    emap: transposed(emap, K),
  };
}

/** Cycles of the array alone, image by image and group by group; rows skipped in succession run on. */
function schedule(occupancy: Occupancy, { rows, columns }: ArraySize): Compute {
  const { layer } = occupancy;
  const macs = rows * columns * lanesPerStream;
  let [cycles, busy, mapping, skipped, imagesByEmap] = [0, 0, 0, 0, 0];
  const run = (set: ChannelSet, others: number) => {
    const scheduled = set.after(skipped);
    skipped = scheduled.skipped;
    cycles += scheduled.cycles;
    busy += set.nonzeros * others;
    mapping += scheduled.cycles * (macs - lanesPerStream * set.channels * others);
  };
  const channels = layer.C / layer.groups;
  const ks = layer.K / layer.groups;
  for (let n = 0; n < layer.N; n++) {
    const byEmap = emapHasMoreZeros(occupancy, n);
    if (byEmap) imagesByEmap++;
    for (let group = 0; group < layer.groups; group++) {
      const emapSets: ChannelSet[] = [];
      for (let k = 0; byEmap && k < ks; k += columns) {
        const set = new ChannelSet(layer, Math.min(columns, ks - k));
        for (let i = 0; i < set.channels; i++) markEmap(set, i, occupancy, n, group * ks + k + i);
        emapSets.push(set);
      }
      for (let r = 0; r < layer.R; r++)
        for (let s = 0; s < layer.S; s++)
          for (let c = 0; c < channels; c += rows) {
            const together = Math.min(rows, channels - c);
            if (byEmap) {
              for (const set of emapSets) run(set, together);
              continue;
            }
            const set = new ChannelSet(layer, together);
            for (let i = 0; i < together; i++) markFmap(set, i, occupancy, n, group * channels + c + i, r, s);
            for (let k = 0; k < ks; k += columns) run(set, Math.min(columns, ks - k));
          }
    }
  }
  return {
    ...{ cycles, macs },
    breakdown: { busy, mapping, columnImbalance: cycles * macs - busy - mapping },
    mapping: `emap scheduled in ${imagesByEmap} of ${layer.N} images, fmap in the others`,
  };
}

/** Channels of the scheduled map that run in lockstep, one stream each, and what they take. */
class ChannelSet {
  readonly channels: number;
  nonzeros = 0;
  readonly #words: number;
  readonly #rows: Int32Array;
  readonly #results: ScheduledSet[] = [];

  constructor({ P, Q }: Layer, channels: number) {
    this.channels = channels;
    this.#words = Math.ceil(channels / 2);
    this.#rows = new Int32Array(Math.ceil((P * Q) / lanesPerStream) * this.#words);
  }

  /** The value of stream `channel` at `position` is not zero. */
  mark(channel: number, position: number): void {
    const row = Math.floor(position / lanesPerStream);
    this.#rows[row * this.#words + (channel >> 1)] |=
      1 << ((position % lanesPerStream) + (channel % 2) * lanesPerStream);
    this.nonzeros++;
  }

  /** What it takes when so many rows in succession were skipped before it. */
  after(skipped: number): ScheduledSet {
    this.#results[skipped] ??= scheduleSet(this.#rows.slice(), this.#words, skipped);
    return this.#results[skipped];
  }
}

/** Marks channel k of the emap, p fastest. */
function markEmap(set: ChannelSet, stream: number, { layer, emap }: Occupancy, n: number, k: number): void {
  const { K, P, Q } = layer;
  const plane = (n * K + k) * P * Q;
  for (let p = 0; p < P; p++)
    for (let q = 0; q < Q; q++) if (emap[plane + p * Q + q] === 1) set.mark(stream, q * P + p);
}

/** Marks what tap (r, s) sees of channel c of the fmap at each output position; the padding is zero. */
function markFmap(
  set: ChannelSet,
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
function emapHasMoreZeros({ layer, fmap, emap }: Occupancy, n: number): boolean {
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
