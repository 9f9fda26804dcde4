import { formatBytes } from "../hardware/parameters.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { type Compute, leastAtPorts, type PortBytes } from "./array-ports.ts";
import { bankConflictsAreFree, bitmapSpreaders, localMemory, type MemoryComponent } from "./components.ts";
import {
  bufferedArray,
  gatingIsFree,
  type MemoryParameters,
  memoryParameters,
  sparseBytes,
  withMemory,
  zerosGated,
} from "./memory-limits.ts";
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
 * Operands: each channel has a stream of its own with a scratchpad, from which every row of 16 values, zeros too, is read
 * into three rows of registers once for each set that it is part of; lanes choose their two operands there. A channel's
 * plane (or the part of it that fits in a scratchpad) stays for all taps. A PE adds 16 products and its running sum in a
 * cycle, and changes the sum after each set. Of these orders of loops the one that the ports like best:
 * - the channels of one map held in scratchpads, those of the other stream by: emap x ceil(C / rows) + fmap, or fmap x
 *   ceil(K / columns) + emap; sums leave, and come again, with each image, or the part of it that scratchpads hold
 * - all images for one set of channels and k's: both maps come as often, and once more for each further 48 taps; sums of
 *   48 taps a PE stay in one more scratchpad for 16 PEs, until they are finished
 *
 * Memory: maps compressed, wanted gradients written; `memory-limits.ts`.
 */
export default accelerator({
  title: "TensorDash: one-sided skipping, look-ahead 2, look-aside 5",
  source:
    "Mahmoud et al., MICRO 2020; schedule: held to the counts of its authors' simulator (2020); memory is ours",
  parameters: {
    rows: { value: 4, unit: "channels", about: "fmap channels at a time" },
    columns: { value: 4, unit: "k's", about: "emap channels at a time; rows x columns x 16 lanes multiply" },
    scratchpadBytes: {
      value: 3072,
      unit: "bytes",
      about: "scratchpad of a channel: three banks of 1 KiB, as recalled of its paper",
      max: 1048576,
    },
    ...memoryParameters,
  },
  grows: "columns",
  free: [
    "A scratchpad gives three rows of 16 values a cycle at any place, taps and stride included: no bank conflicts.",
    "Values are put in the order of rows on their way into scratchpads.",
    "Which map of an image is scheduled is known beforehand.",
    gatingIsFree,
    "Halos between parts of a plane that does not fit in a scratchpad.",
    bankConflictsAreFree,
  ],
  simulate(occupancy, p, kernel) {
    const compute = schedule(occupancy.layer.type === "linear" ? asOneImage(occupancy) : occupancy, p);
    return zerosGated(withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p), occupancy, kernel);
  },
  components(p) {
    const streams = p.rows + p.columns;
    const macs = p.rows * p.columns * lanesPerStream;
    const bytes = formatBytes[p.format];
    // a scheduler for each stream of the map that is scheduled, whichever has more
    const schedulers = Math.max(p.rows, p.columns);
    const chosen = lanesPerStream * (schedulers + p.rows * p.columns);
    const purpose = "validDataTrace";
    return bufferedArray(
      p,
      macs,
      lanesPerStream,
      {
        fmapBuffers: staging(p.rows, bytes),
        emapBuffers: staging(p.columns, bytes),
        accumulators: { count: p.rows * p.columns, words: 1, wordBits: 32, ports: "readAndWrite" },
        operandBuffers: localMemory(
          3 * (streams + sumScratchpads(p)),
          p.scratchpadBytes / 3,
          lanesPerStream * bytes,
        ),
      },
      [
        bitmapSpreaders(p.globalBufferReadBytes),
        { purpose, count: schedulers, netlist: "tensordashScheduler" },
        // a lane of the table chooses both operands
        { purpose, count: chosen / 2, netlist: "tensordashLane" },
      ],
    );
  },
});

/** PEs whose sums share a scratchpad, and how many sums each of them has there. */
const pesOfScratchpad = 16;
const sumsOfPe = ({ scratchpadBytes }: TensordashParameters): number =>
  Math.max(1, Math.floor(scratchpadBytes / (4 * pesOfScratchpad)));
const sumScratchpads = ({ rows, columns }: TensordashParameters): number =>
  Math.ceil((rows * columns) / pesOfScratchpad);

/** Three rows of a stream in registers. */
const staging = (streams: number, valueBytes: number): MemoryComponent => ({
  count: streams * lanesPerStream * 3,
  words: 1,
  wordBits: 8 * valueBytes,
  ports: "readAndWrite",
});

type TensordashParameters = MemoryParameters & {
  readonly rows: number;
  readonly columns: number;
  readonly scratchpadBytes: number;
};

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
function schedule(occupancy: Occupancy, p: TensordashParameters): Compute {
  const { rows, columns } = p;
  const { layer } = occupancy;
  const macs = rows * columns * lanesPerStream;
  let [cycles, busy, mapping, skipped, imagesByEmap] = [0, 0, 0, 0, 0];
  let [scheduledRows, selectedValues, peCycles, changedSums] = [0, 0, 0, 0];
  const staged = { fmap: 0, emap: 0 };
  const rowsOfSet = Math.ceil((layer.P * layer.Q) / lanesPerStream);
  const run = (set: ChannelSet, others: number, byEmap: boolean) => {
    const scheduled = set.after(skipped);
    scheduledRows += scheduled.cycles * set.channels;
    selectedValues += scheduled.cycles * lanesPerStream * set.channels * (1 + others);
    peCycles += scheduled.cycles * set.channels * others;
    changedSums += set.channels * others;
    staged.emap += rowsOfSet * lanesPerStream * (byEmap ? set.channels : others);
    staged.fmap += rowsOfSet * lanesPerStream * (byEmap ? others : set.channels);
    skipped = scheduled.skipped;
    cycles += scheduled.cycles;
    busy += set.nonzeros * others;
    mapping += scheduled.cycles * (macs - lanesPerStream * set.channels * others);
  };
  for (let n = 0; n < layer.N; n++) {
    const byEmap = emapHasMoreZeros(occupancy, n);
    if (byEmap) imagesByEmap++;
    for (let group = 0; group < layer.groups; group++)
      for (const { set, others } of byEmap
        ? emapRuns(occupancy, p, n, group)
        : fmapRuns(occupancy, p, n, group))
        run(set, others, byEmap);
  }
  const bytes = formatBytes[p.format];
  const ports = streamedPlanes(occupancy, p);
  return {
    cycles,
    macs,
    breakdown: { busy, mapping, columnImbalance: cycles * macs - busy - mapping },
    mapping: `emap scheduled in ${imagesByEmap} of ${layer.N} images, fmap in the others`,
    ports,
    events: {
      scheduledRows,
      selectedValues,
      accumulatorReadBytes: 4 * peCycles,
      accumulatorWriteBytes: 4 * peCycles,
      fmapBufferWriteBytes: staged.fmap * bytes,
      emapBufferWriteBytes: staged.emap * bytes,
      operandBufferReadBytes: (staged.fmap + staged.emap) * bytes + 4 * changedSums,
      operandBufferWriteBytes: Math.ceil(ports.fmap + ports.emap) + 4 * changedSums,
    },
  };
}

/** A set of channels that is scheduled beside so many of the other map. */
interface ScheduledRun {
  readonly set: ChannelSet;
  readonly others: number;
}

/** Sets of the emap's channels, of one image and group, again for each tap and each set of the fmap's channels. */
function* emapRuns(
  occupancy: Occupancy,
  { rows, columns }: TensordashParameters,
  n: number,
  group: number,
): Generator<ScheduledRun> {
  const { layer } = occupancy;
  const [channels, ks] = [layer.C / layer.groups, layer.K / layer.groups];
  const sets = setStarts(ks, columns).map((k) => {
    const set = new ChannelSet(layer, Math.min(columns, ks - k));
    for (let i = 0; i < set.channels; i++) markEmap(set, i, occupancy, n, group * ks + k + i);
    return set;
  });
  for (let tap = 0; tap < layer.R * layer.S; tap++)
    for (const c of setStarts(channels, rows))
      for (const set of sets) yield { set, others: Math.min(rows, channels - c) };
}

/** Sets of the fmap's channels as each tap sees them, of one image and group, each for every set of the emap's channels. */
function* fmapRuns(
  occupancy: Occupancy,
  { rows, columns }: TensordashParameters,
  n: number,
  group: number,
): Generator<ScheduledRun> {
  const { layer } = occupancy;
  const [channels, ks] = [layer.C / layer.groups, layer.K / layer.groups];
  for (let tap = 0; tap < layer.R * layer.S; tap++)
    for (const c of setStarts(channels, rows)) {
      const set = new ChannelSet(layer, Math.min(rows, channels - c));
      const [r, s] = [Math.floor(tap / layer.S), tap % layer.S];
      for (let i = 0; i < set.channels; i++) markFmap(set, i, occupancy, n, group * channels + c + i, r, s);
      for (const k of setStarts(ks, columns)) yield { set, others: Math.min(columns, ks - k) };
    }
}

/** First channels of sets of so many each; the last set may have fewer. */
const setStarts = (channels: number, ofSet: number): number[] =>
  Array.from({ length: Math.ceil(channels / ofSet) }, (_, i) => i * ofSet);

/** What the scratchpads are filled with, and the sums that each image, or part of one, adds to. */
function streamedPlanes(occupancy: Occupancy, p: TensordashParameters): PortBytes {
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
