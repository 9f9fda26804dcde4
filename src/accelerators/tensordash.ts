import type { Activity } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import type { Compute } from "./array-ports.ts";
import { bankConflictsAreFree, bitmapSpreaders, localMemory, type MemoryComponent } from "./components.ts";
import { bufferedArray, gatingIsFree, sparseBytes, withMemory, zerosGatedIn } from "./memory-limits.ts";
import { sumScratchpads, type TensordashParameters, tensordashParameters } from "./tensordash-parameters.ts";
import { emapHasMoreZeros, emapRuns, fmapRuns, streamedPlanes } from "./tensordash-planes.ts";
import { lanesPerStream, type ScheduledRun } from "./tensordash-schedule.ts";
import { mapIsScheduled, windowRuns, windowTraffic } from "./tensordash-windows.ts";

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
 * FF and BP: `rows` windows of the map x `columns` filters, 16 channels each; `tensordash-windows.ts`. A product with a weight
 * that is masked is gated as one with a zero of a map.
 *
 * Memory: maps compressed, wanted gradients written, kept weights read; `memory-limits.ts`.
 */
export default accelerator({
  title: "TensorDash: one-sided skipping, look-ahead 2, look-aside 5",
  source:
    "Mahmoud et al., MICRO 2020; schedule: its authors' public simulator (2020), held to its counts; memory is ours",
  parameters: tensordashParameters,
  grows: "columns",
  free: [
    "A scratchpad gives three rows of 16 values a cycle at any place, taps and stride included: no bank conflicts.",
    "Values are put in the order of rows on their way into scratchpads.",
    "Which operand of an image is scheduled is known beforehand.",
    gatingIsFree,
    "Halos between parts of a plane that does not fit in a scratchpad, and between windows in FF and BP.",
    bankConflictsAreFree,
  ],
  simulate: (occupancy, p, kernel) => phaseOf("wg", occupancy, p, kernel),
  forward: (occupancy, p, kernel) => phaseOf("ff", occupancy, p, kernel),
  backward: (occupancy, p, kernel) => phaseOf("bp", occupancy, p, kernel),
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

/** Three rows of a stream in registers. */
const staging = (streams: number, valueBytes: number): MemoryComponent => ({
  count: streams * lanesPerStream * 3,
  words: 1,
  wordBits: 8 * valueBytes,
  ports: "readAndWrite",
});

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

function phaseOf(phase: Phase, occupancy: Occupancy, p: TensordashParameters, kernel: Kernel): Activity {
  const compute = schedule(phase, occupancy.layer.type === "linear" ? asOneImage(occupancy) : occupancy, p);
  const activity = withMemory(occupancy.layer, compute, sparseBytes(occupancy, p), p, phase);
  return zerosGatedIn(phase, activity, occupancy, kernel);
}

/** What of an image is scheduled, beside what, and how it comes and goes. */
interface Scheduled {
  /** whether the operand that `columns` streams hold is scheduled: the emap in WG, the weights in FF and BP */
  ofColumns(n: number): boolean;
  runs(n: number, ofColumns: boolean): Iterable<ScheduledRun>;
  readonly traffic: ReturnType<typeof windowTraffic>;
  readonly names: readonly [ofColumns: string, ofRows: string];
}

function gradientSchedule(occupancy: Occupancy, p: TensordashParameters): Scheduled {
  const { groups } = occupancy.layer;
  const ports = streamedPlanes(occupancy, p);
  return {
    ofColumns: (n) => emapHasMoreZeros(occupancy, n),
    *runs(n, ofColumns) {
      const runsOf = ofColumns ? emapRuns : fmapRuns;
      for (let group = 0; group < groups; group++) yield* runsOf(occupancy, p, n, group);
    },
    traffic: { ports, writtenBytes: ports.fmap + ports.emap },
    names: ["emap", "fmap"],
  };
}

const windowSchedule = (phase: "ff" | "bp", occupancy: Occupancy, p: TensordashParameters): Scheduled => ({
  ofColumns: (n) => !mapIsScheduled(phase, occupancy, n),
  runs: (n, ofColumns) => windowRuns(phase, occupancy, p, n, !ofColumns),
  traffic: windowTraffic(phase, occupancy, p),
  names: ["weights", phase === "ff" ? "fmap" : "emap"],
});

/** Cycles of the array alone, image by image and group by group; rows skipped in succession run on within an image. */
function schedule(phase: Phase, occupancy: Occupancy, p: TensordashParameters): Compute {
  const { N } = occupancy.layer;
  const macs = p.rows * p.columns * lanesPerStream;
  const order = phase === "wg" ? gradientSchedule(occupancy, p) : windowSchedule(phase, occupancy, p);
  let [cycles, busy, mapping, skipped, imagesByColumns] = [0, 0, 0, 0, 0];
  let [scheduledRows, selectedValues, peCycles, changedSums] = [0, 0, 0, 0];
  const staged = { rows: 0, columns: 0 };
  for (let n = 0; n < N; n++) {
    const ofColumns = order.ofColumns(n);
    if (ofColumns) imagesByColumns++;
    skipped = 0;
    for (const { set, others } of order.runs(n, ofColumns)) {
      const { streams } = set;
      const scheduled = set.after(skipped);
      scheduledRows += scheduled.cycles * streams;
      selectedValues += scheduled.cycles * lanesPerStream * streams * (1 + others);
      peCycles += scheduled.cycles * streams * others;
      changedSums += streams * others;
      staged.columns += set.rows * lanesPerStream * (ofColumns ? streams : others);
      staged.rows += set.rows * lanesPerStream * (ofColumns ? others : streams);
      skipped = scheduled.skipped;
      cycles += scheduled.cycles;
      busy += set.nonzeros * others;
      mapping += scheduled.cycles * (macs - lanesPerStream * streams * others);
    }
  }
  const bytes = formatBytes[p.format];
  const { ports, writtenBytes } = order.traffic;
  const [ofColumns, ofRows] = order.names;
  return {
    cycles,
    macs,
    breakdown: { busy, mapping, columnImbalance: cycles * macs - busy - mapping },
    mapping: `${ofColumns} scheduled in ${imagesByColumns} of ${N} images, ${ofRows} in the others`,
    ports,
    events: {
      scheduledRows,
      selectedValues,
      accumulatorReadBytes: 4 * peCycles,
      accumulatorWriteBytes: 4 * peCycles,
      fmapBufferWriteBytes: staged.rows * bytes,
      emapBufferWriteBytes: staged.columns * bytes,
      operandBufferReadBytes: (staged.rows + staged.columns) * bytes + 4 * changedSums,
      operandBufferWriteBytes: Math.ceil(writtenBytes) + 4 * changedSums,
    },
  };
}
