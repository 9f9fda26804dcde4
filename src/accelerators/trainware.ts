import { type CycleBreakdown, emptyBreakdown, type IdleCause, noEvents } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { denseMacs, emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { bankedBuffer, registerEvents, registersOfMacs } from "./components.ts";

/**
 * A dense weight-gradient engine whose array is not public, so it is given its best case (assumed, D20).
 *
 * Array: `columns` x `rows` MACs. Each axis unrolls one of K, channels of a group, taps (R x S) and positions
 * (N x P x Q), or the product of two of them packed without gaps; no dimension on both axes, or the same ones on
 * both, which then act as one long axis. K counts the k's of all groups: a depthwise layer can fill an axis with
 * them. The least cycles win, the first of equals; what the ceilings lose is booked as `mapping`.
 *
 * Memory: maps and gradients uncompressed in `format`, sums of 4 bytes. Each loop order below is tried, the one that
 * reads least from DRAM wins; what comes from DRAM crosses the read port once, for the array's registers have their
 * best case too. Gradients leave once, masked ones as well. Compute, ports and DRAM overlap perfectly: the slowest of
 * them is the time. Energy follows from the same best case: a value leaves the buffer once for each time it comes from
 * DRAM, sums leave the array once, operands and sums of a MAC are in registers.
 */
export default accelerator({
  title: "TrainWare: dense weight-gradient engine with a local buffer, at its best case",
  source:
    "Choi et al., ISLPED 2018, DOI 10.1145/3218603.3218625: abstract only; array, sizes and rates are those of swg",
  parameters: {
    columns: { value: 16, unit: "columns", about: "columns of the array" },
    rows: { value: 16, unit: "PEs", about: "PEs in a column, one MAC each" },
    unlimitedPorts: { value: false, about: "every transfer takes no time" },
    format: {
      value: "bf16",
      choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
      about: "values of maps and gradients; sums have 4 bytes",
    },
    clockMhz: { value: 200, unit: "MHz", about: "clock of array, buffer and ports", max: 10000 },
    localBufferKib: { value: 512, unit: "KiB", about: "buffer for maps and sums", max: 1048576 },
    globalBufferReadBytes: { value: 128, unit: "bytes a cycle", about: "buffer to array" },
    globalBufferWriteBytes: { value: 128, unit: "bytes a cycle", about: "array to buffer" },
    dramMbps: { value: 25600, unit: "MB/s", about: "DRAM, both ways together", max: 10000000 },
  },
  simulate({ layer }, p) {
    const macs = p.columns * p.rows;
    const work = denseMacs(layer);
    const bytes = formatBytes[p.format];
    const unrolling = bestUnrolling(layer, p.columns, p.rows);
    const order = bestLoopOrder(layer, bytes, p.localBufferKib * 1024);
    const written = gradientSize(layer) * bytes;
    const read = order.fmapBytes + order.emapBytes;
    const limits: [IdleCause, number][] = [
      ["dram", Math.ceil(((read + written) * p.clockMhz) / p.dramMbps)],
      [
        order.emapBytes > order.fmapBytes ? "emapLoad" : "fmapLoad",
        Math.ceil(read / p.globalBufferReadBytes),
      ],
      ["writeBack", Math.ceil(written / p.globalBufferWriteBytes)],
    ];
    const breakdown: CycleBreakdown = { ...emptyBreakdown(), busy: work };
    breakdown.mapping = unrolling.cycles * macs - work;
    let cycles = unrolling.cycles;
    if (!p.unlimitedPorts) {
      const [cause, slowest] = limits.reduce((worst, limit) => (limit[1] > worst[1] ? limit : worst));
      cycles = Math.max(cycles, slowest);
      breakdown[cause] = (cycles - unrolling.cycles) * macs;
    }
    return {
      ...{ cycles, macs, breakdown, mapping: `${unrolling.words}; ${order.words}` },
      events: {
        ...noEvents(),
        ...{ macs: work, fmapReadBytes: order.fmapBytes, emapReadBytes: order.emapBytes },
        ...{ gradientWriteBytes: written, dramReadBytes: read, dramWriteBytes: written },
        ...{ dramEmapReadBytes: order.emapBytes, dramRuns: order.passes + 1 },
        ...{ drainedSums: gradientSize(layer), ...registerEvents(work, bytes) },
      },
    };
  },
  components: (p) => ({
    ...{ clockMhz: p.clockMhz, format: p.format, ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }) },
    ...{ macs: p.columns * p.rows, groupMacs: p.rows, crossbarLevels: 0, logic: [] },
    memories: {
      ...registersOfMacs(p.columns * p.rows, formatBytes[p.format]),
      globalBuffer: bankedBuffer(p.localBufferKib * 1024, p.globalBufferReadBytes),
    },
  }),
});

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

/** Bytes read from DRAM under one loop order. */
interface LoopOrder {
  readonly words: string;
  readonly fmapBytes: number;
  readonly emapBytes: number;
  /** times that a map is read from its start */
  readonly passes: number;
}

/**
 * The loop order that reads least from DRAM, each group by itself:
 * - gradients held: sums of a block of k's x channels stay while all positions stream by, so the fmap is read once
 *   for each block of k's and the emap once for each block of channels (all block shapes that fit are tried)
 * - emap held: the emap of a block of k's stays with the sums of one channel; the fmap is read once for each block
 * - fmap held: the same with channels and k's exchanged
 */
function bestLoopOrder(layer: Layer, bytes: number, room: number): LoopOrder {
  const ks = layer.K / layer.groups;
  const channels = layer.C / layer.groups;
  const emap = emapSize(layer) * bytes;
  const fmap = fmapSize(layer) * bytes;
  const sums = layer.R * layer.S * 4;
  const order = (words: string, kBlocks: number, channelBlocks: number): LoopOrder => ({
    words,
    fmapBytes: fmap * kBlocks,
    emapBytes: emap * channelBlocks,
    passes: kBlocks + channelBlocks,
  });

  const total = ({ fmapBytes, emapBytes }: LoopOrder) => fmapBytes + emapBytes;

  const pairsHeld = Math.max(1, Math.floor(room / sums));
  let best = order("gradients held", ks, channels);
  for (let kBlocks = Math.ceil(ks / pairsHeld); kBlocks <= ks && kBlocks * fmap < total(best); kBlocks++) {
    const channelsHeld = Math.floor(pairsHeld / Math.ceil(ks / kBlocks));
    const next = order("gradients held", kBlocks, Math.ceil(channels / channelsHeld));
    if (total(next) < total(best)) best = next;
  }
  const ksHeld = Math.floor(room / (emap / layer.K + sums));
  const channelsHeld = Math.floor(room / (fmap / layer.C + sums));
  const alternatives = [
    ...(ksHeld > 0 ? [order("emap held", Math.ceil(ks / ksHeld), 1)] : []),
    ...(channelsHeld > 0 ? [order("fmap held", 1, Math.ceil(channels / channelsHeld))] : []),
  ];
  return alternatives.reduce((least, next) => (total(next) < total(least) ? next : least), best);
}
