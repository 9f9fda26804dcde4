import { formatBytes } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, type Layer } from "../workload/layer.ts";
import { type Compute, leastAtPorts, type PortBytes } from "./array-ports.ts";
import { axisWindows, slidOver, type WindowPhase } from "./convolution-windows.ts";
import { tapsOfPixels, tapsOfPositions } from "./joined-taps.ts";
import { sparseBytes } from "./memory-limits.ts";
import { type GroupsOfPes, groupWordBytes, type RowParameters, segmentBytes } from "./row-operands.ts";

/**
 * FF and BP as 1-D convolutions: a row of the map with a dense row of the kernel gives a part of a row of the result. The map's
 * nonzeros stream by, each a cycle for every tap that joins it with the result's row; those that no tap joins, and empty rows,
 * take none. The PEs of a group take neighbouring rows of one filter's result, over all channels and kernel rows, and meet when
 * the slowest is done. Masked weights are multiplied, and so are errors where a ReLU would throw them away, since a trace does
 * not say that one stands before the layer (assumed, D27).
 *
 * The sums that a row pair changes leave the PE's registers for the group's memory and come from there, as the window of the
 * kernel passes over them. Groups have other filters of the same rows, so a row of the map is broadcast. Weights: those of as
 * many channels as fit are held for all rows, and sums leave the array for each such part; or they come again for each block of
 * rows. Without local memories all of it comes from the port each time.
 */
export function rowKernels(
  phase: WindowPhase,
  occupancy: Occupancy,
  pes: number,
  groups: GroupsOfPes,
  p: RowParameters,
): Compute {
  const { layer } = occupancy;
  const filters = slidOver(phase, layer).filters / layer.groups;
  const work = blocksOfRows(phase, rowLoads(phase, occupancy), layer, groups.pes);
  const groupCycles = work.slowest * filters;
  const products = work.products * filters;
  const bytes = formatBytes[p.format];
  const { ports, writtenBytes } = traffic(phase, occupancy, work, groups, p);
  const ofMemory = {
    operandBufferReadBytes: filters * (work.streamed * bytes + work.pairs * layer.S * bytes + 4 * work.sums),
    operandBufferWriteBytes: Math.ceil(writtenBytes) + filters * 4 * work.sums,
  };
  const local = p.rows === "local";
  const atMemory = Math.max(...Object.values(ofMemory)) / (groups.count * groupWordBytes(groups.pes, bytes));
  const atPes = Math.max(work.longest, Math.ceil(groupCycles / groups.count));
  const cycles = local ? Math.max(atPes, Math.ceil(atMemory)) : atPes;
  return {
    cycles,
    macs: pes,
    mapping: `${phase === "ff" ? "fmap" : "emap"} streams by rows of the kernel`,
    breakdown: {
      busy: products,
      columnImbalance: groupCycles * groups.pes - products,
      betweenColumns: (atPes * groups.count - groupCycles) * groups.pes,
      mapping: cycles * pes - atPes * groups.count * groups.pes,
    },
    ports,
    events: {
      matchedValues: products,
      streamedNonzeros: filters * work.streamed,
      ...(local && ofMemory),
    },
  };
}

/** What a row of the map takes of a PE, all of a group's channels together: [N][groups][rows]. */
interface RowLoads {
  readonly rows: number;
  /** products; nonzeros that a tap joins; rows that have some; sums that they change */
  readonly products: Float64Array;
  readonly streamed: Float64Array;
  readonly pairs: Float64Array;
  readonly sums: Float64Array;
}

function rowLoads(phase: WindowPhase, { layer, fmap, emap }: Occupancy): RowLoads {
  const { channels, height, width } = slidOver(phase, layer);
  const [map, taps] = phase === "ff" ? [fmap, tapsOfPixels(layer, 1)] : [emap, tapsOfPositions(layer, 1)];
  const resultWidth = phase === "ff" ? layer.Q : layer.W;
  const ofGroup = channels / layer.groups;
  const size = layer.N * layer.groups * height;
  const loads = {
    rows: height,
    products: new Float64Array(size),
    streamed: new Float64Array(size),
    pairs: new Float64Array(size),
    sums: new Float64Array(size),
  };
  for (let plane = 0; plane < layer.N * channels; plane++)
    for (let y = 0; y < height; y++) {
      let [products, streamed] = [0, 0];
      for (let x = 0, at = (plane * height + y) * width; x < width; x++, at++) {
        products += map[at] * taps[x];
        if (taps[x] > 0) streamed += map[at];
      }
      const row = Math.floor(plane / ofGroup) * height + y;
      loads.products[row] += products;
      loads.streamed[row] += streamed;
      loads.pairs[row] += products > 0 ? 1 : 0;
      loads.sums[row] += Math.min(products, resultWidth);
    }
  return loads;
}

/** All rows of the result of one filter of each group, in blocks of as many as a group has PEs. */
interface BlockWork {
  /** cycles of the slowest PE of each block, added up, and the most of one block */
  readonly slowest: number;
  readonly longest: number;
  readonly products: number;
  readonly streamed: number;
  readonly pairs: number;
  readonly sums: number;
  readonly blocks: number;
  /** rows of the map that blocks need, those of a block once */
  readonly rowsRead: number;
}

function blocksOfRows(phase: WindowPhase, loads: RowLoads, layer: Layer, groupPes: number): BlockWork {
  const images = layer.N * layer.groups;
  const work = {
    slowest: 0,
    longest: 0,
    products: 0,
    streamed: 0,
    pairs: 0,
    sums: 0,
    blocks: 0,
    rowsRead: 0,
  };
  for (const { places } of axisWindows(phase, layer, 0))
    for (let first = 0; first < places.length; first += groupPes) {
      const block = places
        .slice(first, first + groupPes)
        .map((rows) => rows.filter((y) => y >= 0 && y < loads.rows));
      work.blocks += images;
      work.rowsRead += images * new Set(block.flat()).size;
      for (let image = 0; image < images; image++) {
        let slowest = 0;
        for (const rows of block) slowest = Math.max(slowest, addRows(work, loads, image * loads.rows, rows));
        work.slowest += slowest;
        work.longest = Math.max(work.longest, slowest);
      }
    }
  return work;
}

/** Adds what one row of the result takes, and gives its cycles. */
function addRows(
  work: { products: number; streamed: number; pairs: number; sums: number },
  loads: RowLoads,
  first: number,
  rows: readonly number[],
): number {
  let cycles = 0;
  for (const y of rows) {
    cycles += loads.products[first + y];
    work.streamed += loads.streamed[first + y];
    work.pairs += loads.pairs[first + y];
    work.sums += loads.sums[first + y];
  }
  work.products += cycles;
  return cycles;
}

function traffic(
  phase: WindowPhase,
  occupancy: Occupancy,
  { blocks, rowsRead }: BlockWork,
  groups: GroupsOfPes,
  p: RowParameters,
): { ports: PortBytes; writtenBytes: number } {
  const { layer } = occupancy;
  const { channels, height, filters } = slidOver(phase, layer);
  const bytes = formatBytes[p.format];
  const tensors = sparseBytes(occupancy, p);
  const map = phase === "ff" ? "fmap" : "emap";
  const [depth, ofGroup] = [channels / layer.groups, filters / layer.groups];
  const readOnce = (tensors[map] * rowsRead) / (layer.N * layer.groups * height);
  const streamedMap = readOnce * Math.ceil(ofGroup / groups.count);
  const sharing = Math.max(1, Math.floor(groups.count / ofGroup));
  const streamedWeights = tensors.gradient * Math.ceil(blocks / layer.groups / sharing);
  const room = p.groupBufferBytes - (layer.R + 3) * segmentBytes(bytes);
  const held = Math.floor(room / (layer.R * layer.S * bytes));
  const nothing: PortBytes = { fmap: 0, emap: 0, weights: 0, sums: 0 };
  const again = { ...nothing, [map]: streamedMap, weights: streamedWeights };
  const results = phase === "ff" ? emapSize(layer) : fmapSize(layer);
  const sums = (Math.ceil(depth / held) - 1) * results * 4;
  const kept = { ...nothing, [map]: streamedMap, weights: tensors.gradient, sums };
  const ports = p.rows === "local" && held >= 1 ? leastAtPorts([kept, again], p) : again;
  const written =
    readOnce * ofGroup + (ports === kept ? tensors.gradient * sharing : tensors.gradient * blocks);
  return { ports, writtenBytes: written };
}
