import { formatBytes } from "../hardware/parameters.ts";
import { emapSize, fmapSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import type { Format } from "./components.ts";

/** Bytes that a layer's tensors have where they are read, and gradients where they are written; weights have as many. */
export interface TensorBytes {
  readonly fmap: number;
  readonly emap: number;
  readonly gradient: number;
  /** of the maps' bytes, those of bitmaps */
  readonly bitmaps: { readonly fmap: number; readonly emap: number };
  /** a bit for each gradient or weight, where some are masked and not moved */
  readonly mask: number;
}

/** A tensor that a phase reads, in units of which each sum needs one. */
interface Operand {
  readonly name: "fmap" | "emap" | "weights";
  /** of one group */
  readonly units: number;
  /** of all groups */
  readonly bytes: number;
}

/** A phase as a product: each unit of one operand with each unit of the other, within a group. */
interface Product {
  readonly operands: readonly [Operand, Operand];
  /** of the sums that belong to a unit of each */
  readonly sumBytes: number;
  readonly written: number;
}

/**
 * WG: channels of the fmap x k's of the emap. FF: output positions of the fmap x k's of the weights. BP: input pixels of
 * the emap x channels of the weights. What positions and pixels share (halos) is not read twice. Maps that FF and BP
 * compute are written uncompressed: a trace does not say where they are zero.
 */
export function productOf(phase: Phase, layer: Layer, tensors: TensorBytes, format: Format): Product {
  const { N, H, W, P, Q, R, S, groups } = layer;
  const [channels, ks] = [layer.C / groups, layer.K / groups];
  const bytes = formatBytes[format];
  const fmap = (units: number): Operand => ({ name: "fmap", units, bytes: tensors.fmap });
  const emap = (units: number): Operand => ({ name: "emap", units, bytes: tensors.emap });
  const weights = (units: number): Operand => ({ name: "weights", units, bytes: tensors.gradient });
  switch (phase) {
    case "ff":
      return { operands: [fmap(N * P * Q), weights(ks)], sumBytes: 4, written: emapSize(layer) * bytes };
    case "bp":
      return {
        operands: [emap(N * H * W), weights(channels)],
        sumBytes: 4,
        written: fmapSize(layer) * bytes,
      };
    case "wg":
      return { operands: [fmap(channels), emap(ks)], sumBytes: R * S * 4, written: tensors.gradient };
  }
}

/** Bytes read from DRAM under one loop order. */
interface LoopOrder {
  readonly words: string;
  /** times that an operand is read from its start, both together */
  readonly passes: number;
  readonly bytes: Readonly<Partial<Record<Operand["name"], number>>>;
}

/**
 * The loop order that reads least from DRAM, each group by itself; in the words of WG, whose sums are gradients, and whose
 * operands are the fmap, in channels, and the emap, in k's:
 * - gradients held: sums of a block of k's x channels stay while all positions stream by, so the fmap is read once
 *   for each block of k's and the emap once for each block of channels (all block shapes that fit are tried)
 * - emap held: the emap of a block of k's stays with the sums of one channel; the fmap is read once for each block
 * - fmap held: the same with channels and k's exchanged
 */
export function bestLoopOrder(
  [a, b]: readonly [Operand, Operand],
  sumBytes: number,
  groups: number,
  room: number,
): LoopOrder {
  const order = (words: string, blocksOfB: number, blocksOfA: number) => ({
    words,
    passes: blocksOfA + blocksOfB,
    total: a.bytes * blocksOfB + b.bytes * blocksOfA,
    bytes: { [a.name]: a.bytes * blocksOfB, [b.name]: b.bytes * blocksOfA },
  });

  const sumsHeld = b.name === "weights" ? "sums held" : "gradients held";
  const pairsHeld = Math.max(1, Math.floor(room / sumBytes));
  let best = order(sumsHeld, b.units, a.units);
  for (
    let blocks = Math.ceil(b.units / pairsHeld);
    blocks <= b.units && blocks * a.bytes < best.total;
    blocks++
  ) {
    const unitsOfA = Math.floor(pairsHeld / Math.ceil(b.units / blocks));
    const next = order(sumsHeld, blocks, Math.ceil(a.units / unitsOfA));
    if (next.total < best.total) best = next;
  }
  const held = ({ bytes, units }: Operand) => Math.floor(room / (bytes / (units * groups) + sumBytes));
  const alternatives = [
    ...(held(b) > 0 ? [order(`${b.name} held`, Math.ceil(b.units / held(b)), 1)] : []),
    ...(held(a) > 0 ? [order(`${a.name} held`, 1, Math.ceil(a.units / held(a)))] : []),
  ];
  return alternatives.reduce((least, next) => (next.total < least.total ? next : least), best);
}
