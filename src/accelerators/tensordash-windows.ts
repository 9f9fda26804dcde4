import { formatBytes } from "../hardware/parameters.ts";
import { countOnes, type Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { leastAtPorts, type PortBytes } from "./array-ports.ts";
import { type AxisWindows, axisWindows, slidOver, type WindowPhase } from "./convolution-windows.ts";
import { sparseBytes } from "./memory-limits.ts";
import { sumsOfPe, type TensordashParameters } from "./tensordash-parameters.ts";
import { LockstepStreams, lanesPerStream, type ScheduledRun, setStarts } from "./tensordash-schedule.ts";

/** The windows of one remainder of pixels along both axes; FF has no other. */
interface Windows {
  readonly down: AxisWindows;
  readonly across: AxisWindows;
}

const allWindows = (phase: WindowPhase, layer: Layer): Windows[] =>
  axisWindows(phase, layer, 0).flatMap((down) =>
    axisWindows(phase, layer, 1).map((across) => ({ down, across })),
  );
const windowCount = ({ down, across }: Windows): number => down.windows * across.windows;
const tapCount = ({ down, across }: Windows): number => down.taps.length * across.taps.length;

/**
 * FF and BP of one image. A row of a window, or of a filter, is 16 channels at a tap: all blocks of channels at one tap after
 * another, r fastest; windows follow each other along H, then along W. With a stride BP runs once for each remainder of
 * pixels, with the taps that it sees. Windows or filters are scheduled, and each set of windows meets all filters in turn.
 */
export function* windowRuns(
  phase: WindowPhase,
  occupancy: Occupancy,
  p: TensordashParameters,
  n: number,
  byMap: boolean,
): Generator<ScheduledRun> {
  const { layer } = occupancy;
  const filters = slidOver(phase, layer).filters / layer.groups;
  for (let group = 0; group < layer.groups; group++) {
    const blocks = channelBlocks(phase, occupancy, n, group);
    for (const windows of allWindows(phase, layer))
      yield* byMap
        ? eachBesideAll(windowSets(blocks, windows, p.rows), filters, p.columns)
        : allBesideEach(
            filterSets(phase, occupancy, group, windows, p.columns),
            windowCount(windows),
            p.rows,
          );
  }
}

/** Each set beside all sets of the other operand's streams, one set after another. */
function* eachBesideAll(
  sets: Iterable<LockstepStreams>,
  others: number,
  ofSet: number,
): Generator<ScheduledRun> {
  for (const set of sets)
    for (const first of setStarts(others, ofSet)) yield { set, others: Math.min(ofSet, others - first) };
}

/** All sets beside a set of the other operand's streams, and again beside the next one. */
function* allBesideEach(
  sets: readonly LockstepStreams[],
  others: number,
  ofSet: number,
): Generator<ScheduledRun> {
  for (const first of setStarts(others, ofSet))
    for (const set of sets) yield { set, others: Math.min(ofSet, others - first) };
}

/** A group's channels at each place of one image, 16 to a block: [height x width][blocks], a bit each. */
interface ChannelBlocks {
  readonly height: number;
  readonly width: number;
  readonly blocks: number;
  readonly lanes: Uint16Array;
}

function channelBlocks(
  phase: WindowPhase,
  { layer, fmap, emap }: Occupancy,
  n: number,
  group: number,
): ChannelBlocks {
  const { channels, height, width } = slidOver(phase, layer);
  const map = phase === "ff" ? fmap : emap;
  const ofGroup = channels / layer.groups;
  const blocks = Math.ceil(ofGroup / lanesPerStream);
  const lanes = new Uint16Array(height * width * blocks);
  for (let c = 0; c < ofGroup; c++) {
    const plane = (n * channels + group * ofGroup + c) * height * width;
    const block = Math.floor(c / lanesPerStream);
    for (let at = 0; at < height * width; at++)
      lanes[at * blocks + block] |= map[plane + at] << (c % lanesPerStream);
  }
  return { height, width, blocks, lanes };
}

/** Sets of windows in their order; the last one may have fewer. */
function* windowSets(map: ChannelBlocks, windows: Windows, ofSet: number): Generator<LockstepStreams> {
  const count = windowCount(windows);
  for (const first of setStarts(count, ofSet)) {
    const set = new LockstepStreams(Math.min(ofSet, count - first), tapCount(windows) * map.blocks);
    for (let i = 0; i < set.streams; i++) markWindow(set, i, map, windows, first + i);
    yield set;
  }
}

function markWindow(
  set: LockstepStreams,
  stream: number,
  { height, width, blocks, lanes }: ChannelBlocks,
  { down, across }: Windows,
  window: number,
): void {
  const ys = down.places[window % down.windows];
  const xs = across.places[Math.floor(window / down.windows)];
  let row = 0;
  for (const x of xs)
    for (const y of ys) {
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const at = (y * width + x) * blocks;
      for (let block = 0; inside && block < blocks; block++)
        set.markRow(stream, row + block, lanes[at + block]);
      row += blocks;
    }
}

/** Sets of a group's filters, which are not zero where the mask keeps a weight. */
function filterSets(
  phase: WindowPhase,
  { layer, mask }: Occupancy,
  group: number,
  { down, across }: Windows,
  ofSet: number,
): LockstepStreams[] {
  const { C, K, R, S, groups } = layer;
  const [channels, ks] = [C / groups, K / groups];
  const [filters, depth] = phase === "ff" ? [ks, channels] : [channels, ks];
  const blocks = Math.ceil(depth / lanesPerStream);
  const kept = (filter: number, d: number, r: number, s: number) => {
    const [k, c] = phase === "ff" ? [filter, d] : [d, filter];
    return mask === undefined || mask[(((group * ks + k) * channels + c) * R + r) * S + s] === 1;
  };
  const taps = across.taps.flatMap((s) => down.taps.map((r) => [r, s] as const));
  return setStarts(filters, ofSet).map((first) => {
    const set = new LockstepStreams(Math.min(ofSet, filters - first), taps.length * blocks);
    for (let i = 0; i < set.streams; i++)
      for (const [tap, [r, s]] of taps.entries())
        for (let d = 0; d < depth; d++)
          if (kept(first + i, d, r, s)) set.mark(i, tap * blocks * lanesPerStream + d);
    return set;
  });
}

/** Whether the map has the larger share of zeros in this image, its padding counted; else the weights are scheduled. */
export function mapIsScheduled(
  phase: WindowPhase,
  { layer, fmap, emap, mask }: Occupancy,
  n: number,
): boolean {
  const { channels, height, width } = slidOver(phase, layer);
  const map = phase === "ff" ? fmap : emap;
  const [rows, columns] = [height, width].map((extent, axis) =>
    reached(axisWindows(phase, layer, axis as 0 | 1), extent),
  );
  let nonzeros = 0;
  for (let c = 0; c < channels; c++)
    for (let y = rows.first; y < rows.end; y++) {
      const row = ((n * channels + c) * height + y) * width;
      nonzeros += countOnes(map.subarray(row + columns.first, row + columns.end));
    }
  const weights = gradientSize(layer);
  const kept = mask ? countOnes(mask) : weights;
  return nonzeros * weights < kept * channels * rows.places * columns.places;
}

/** Of an axis the places that windows read, padding counted, and which of them lie in the map. */
function reached(
  axis: readonly AxisWindows[],
  extent: number,
): { first: number; end: number; places: number } {
  const places = axis.flatMap((windows) => windows.places.flat());
  if (places.length === 0) return { first: 0, end: 0, places: 0 };
  const [least, most] = [Math.min(...places), Math.max(...places)];
  return { first: Math.max(0, least), end: Math.min(extent, most + 1), places: most - least + 1 };
}

/** What a phase moves at the ports, and into scratchpads, each receiver of a broadcast counted. */
export interface WindowTraffic {
  readonly ports: PortBytes;
  readonly writtenBytes: number;
}

/**
 * Of these orders of loops the one that the ports like best:
 * - the filters of a set held in scratchpads, or the part of them that fits, the map streams by for each set; sums leave, and
 *   come again, with each part
 * - the windows of a set held, filters stream by
 * - neither: both come as often, weights once for as many sets of windows as a PE has sums
 * A pixel crosses the port once for all windows that it is part of.
 */
export function windowTraffic(
  phase: WindowPhase,
  occupancy: Occupancy,
  p: TensordashParameters,
): WindowTraffic {
  const { layer } = occupancy;
  const bytes = formatBytes[p.format];
  const { channels, filters } = slidOver(phase, layer);
  const windows = allWindows(phase, layer);
  const ofGroup = channels / layer.groups;
  const windowSetCount =
    layer.N * windows.reduce((sum, some) => sum + Math.ceil(windowCount(some) / p.rows), 0);
  const filterSetCount = Math.ceil(filters / layer.groups / p.columns);
  const longest = Math.max(1, ...windows.map(tapCount)) * ofGroup * bytes;
  const parts = Math.ceil(longest / p.scratchpadBytes);
  const tensors = sparseBytes(occupancy, p);
  const map = phase === "ff" ? "fmap" : "emap";
  const sums = (parts - 1) * 4 * (phase === "ff" ? emapSize(layer) : fmapSize(layer));
  const times = [
    { map: filterSetCount, weights: 1, sums },
    { map: 1, weights: windowSetCount, sums },
    { map: filterSetCount, weights: Math.ceil(windowSetCount / sumsOfPe(p)), sums: 0 },
  ];
  const orders = times.map((order): PortBytes => {
    const nothing: PortBytes = { fmap: 0, emap: 0, weights: 0, sums: 0 };
    const weights = tensors.gradient * order.weights;
    return { ...nothing, [map]: tensors[map] * order.map, weights, sums: order.sums };
  });
  const ports = leastAtPorts(orders, p);
  const chosen = times[orders.indexOf(ports)];
  const windowValues =
    layer.N * channels * windows.reduce((sum, some) => sum + windowCount(some) * tapCount(some), 0);
  const writtenBytes = (windowValues * chosen.map + gradientSize(layer) * chosen.weights) * bytes;
  return { ports, writtenBytes };
}
