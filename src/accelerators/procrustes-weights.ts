import { formatBytes } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, type Layer } from "../workload/layer.ts";
import { type Compute, leastAtPorts, type PortBytes } from "./array-ports.ts";
import { sumEvents } from "./components.ts";
import { slidOver, type WindowPhase } from "./convolution-windows.ts";
import { type Halves, pairedSteps } from "./half-tiles.ts";
import { positionsOfTaps } from "./joined-taps.ts";
import { sparseBytes } from "./memory-limits.ts";
import { type ProcrustesParameters, roomOfPe } from "./procrustes-parameters.ts";

/**
 * FF and BP of Procrustes: the kept weights stay in the PEs, the map is dense. A tile is what one result channel needs: a k's
 * weights in FF, a channel's in BP; its halves are the lower and the upper half of what is summed up. Rows of PEs take tiles,
 * columns positions of all images without gaps. A weight takes a cycle for each position that its tap joins with a pixel.
 *
 * A sum stays in a register for all weights of a half tile, or is fetched and put back for each product, whichever is less; in
 * the first case the row finds the half tile's weights in its bitmap again for each position. Of the orders of loops the one
 * that the ports like best:
 * - weights held, the map streams by once for each step of tiles; sums leave, and come again, with each part of a tile that fits
 * - sums of as many positions as a PE has room for held, weights and the map stream by
 */
export function weightsHeld(phase: WindowPhase, occupancy: Occupancy, p: ProcrustesParameters): Compute {
  const { rows, columns, format } = p;
  const { layer } = occupancy;
  const tiles = weightTiles(phase, occupancy);
  const loads = tiles.flat();
  const products = loads.reduce((sum, load) => sum + load, 0);
  const cycles = pairedSteps(tiles, rows, columns);
  const positions = layer.N * layer.P * layer.Q;
  const changedSums = loads.reduce((sum, load) => sum + Math.min(load, positions), 0);
  const bytes = formatBytes[format];
  const ports = weightPorts(phase, occupancy, p);
  return {
    cycles,
    macs: rows * columns,
    mapping: `weights held, ${phase === "ff" ? "K" : "channels"} over rows, positions over columns`,
    breakdown: { busy: products, columnImbalance: cycles * rows * columns - products },
    ports,
    events: {
      ...sumEvents(products),
      operandBufferReadBytes: 2 * products * bytes + 4 * changedSums,
      // a tile is written by the PEs of a row, a value of the map by those of a column
      operandBufferWriteBytes:
        Math.ceil(ports.weights * columns + (ports.fmap + ports.emap) * rows) + 4 * changedSums,
      sortedLoads: 2 * tiles.length,
      streamedNonzeros: Math.ceil(products / columns),
    },
  };
}

/** Products that the weights of each tile's halves make. */
function weightTiles(phase: WindowPhase, { layer, mask }: Occupancy): Halves[] {
  const { C, K, R, S, groups } = layer;
  const [channels, ks, taps] = [C / groups, K / groups, R * S];
  const ofTaps = productsOfTaps(layer);
  const all = ofTaps.reduce((sum, products) => sum + products, 0);
  const tiles = Array.from({ length: slidOver(phase, layer).filters }, (): [number, number] => [0, 0]);
  for (let k = 0, at = 0; k < K; k++)
    for (let c = 0; c < channels; c++, at += taps) {
      const ofGroup = Math.floor(k / ks) * channels;
      const tile = tiles[phase === "ff" ? k : ofGroup + c];
      const isLower = phase === "ff" ? c < Math.ceil(channels / 2) : k % ks < Math.ceil(ks / 2);
      tile[isLower ? 0 : 1] += mask ? wantedProducts(mask, at, ofTaps) : all;
    }
  return tiles;
}

/** [R][S] products that a weight makes: the positions of all images that its tap joins with a pixel. */
function productsOfTaps(layer: Layer): number[] {
  const [ofRows, ofColumns] = [positionsOfTaps(layer, 0), positionsOfTaps(layer, 1)];
  return Array.from(ofRows).flatMap((rows) => Array.from(ofColumns, (columns) => layer.N * rows * columns));
}

/** Of the kernel whose flags begin at `first`. */
function wantedProducts(mask: Uint8Array, first: number, ofTaps: readonly number[]): number {
  let products = 0;
  for (let tap = 0; tap < ofTaps.length; tap++) products += mask[first + tap] * ofTaps[tap];
  return products;
}

function weightPorts(phase: WindowPhase, occupancy: Occupancy, p: ProcrustesParameters): PortBytes {
  const { layer } = occupancy;
  const { N, P, Q, groups } = layer;
  const tensors = sparseBytes(occupancy, p);
  const { filters } = slidOver(phase, layer);
  const room = roomOfPe(p);
  const map = phase === "ff" ? "fmap" : "emap";
  const parts = Math.max(1, Math.ceil(tensors.gradient / filters / room.operands));
  const results = phase === "ff" ? emapSize(layer) : fmapSize(layer);
  const blocks = Math.ceil((N * P * Q) / (p.columns * Math.max(1, Math.floor(room.sums / 4))));
  const streamed = tensors[map] * Math.ceil(filters / groups / p.rows);
  const nothing: PortBytes = { fmap: 0, emap: 0, weights: 0, sums: 0 };
  return leastAtPorts(
    [
      { ...nothing, [map]: streamed, weights: tensors.gradient, sums: (parts - 1) * results * 4 },
      { ...nothing, [map]: streamed, weights: tensors.gradient * blocks, sums: 0 },
    ],
    p,
  );
}
