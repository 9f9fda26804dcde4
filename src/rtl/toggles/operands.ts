import { type Random, seededRandom } from "../../random.ts";
import { occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace, Trace } from "../../trace/trace.ts";
import { codesOf } from "./number-codes.ts";

/** Formats that stand for a width where only the width matters: fp8, bf16 and fp32, as machines train in. */
export const formatOfWidth = { 8: "fp8", 16: "bf16", 32: "fp32" } as const;

/** A nonzero of a map: its place in the plane and its index in the tensor. */
export interface Nonzero {
  readonly row: number;
  readonly column: number;
  readonly index: number;
}

/** One layer's operands: where both maps are not zero, their values' bits, and a stream of random choices. */
export class LayerOperands {
  readonly trace: LayerTrace;
  readonly random: Random;
  readonly fmap: Uint8Array;
  readonly emap: Uint8Array;
  private readonly codes = new Map<string, Uint32Array>();

  constructor(trace: LayerTrace, seed: number) {
    this.trace = trace;
    this.random = seededRandom(seed);
    const flags = occupancy(trace);
    this.fmap = flags.fmap;
    this.emap = flags.emap;
  }

  get layer() {
    return this.trace.layer;
  }

  /** Bits of a map's values; each format is made once. */
  codesOf(map: "fmap" | "emap", format: Parameters<typeof codesOf>[1]): Uint32Array {
    const key = `${map} ${format}`;
    if (!this.codes.has(key)) this.codes.set(key, codesOf(this.trace[map], format));
    return this.codes.get(key)!;
  }

  /** The map with the larger share of zeros. */
  sparser(): "fmap" | "emap" {
    const share = (map: Uint8Array) => map.reduce((sum, flag) => sum + flag, 0) / map.length;
    return share(this.emap) < share(this.fmap) ? "emap" : "fmap";
  }

  /** Channels, rows and columns of a map; those of a linear layer are N x channels, a row of 32 to a plane. */
  planeOf(map: "fmap" | "emap"): {
    readonly channels: number;
    readonly rows: number;
    readonly columns: number;
  } {
    const { C, H, W, K, P, Q } = this.layer;
    return map === "fmap" ? { channels: C, rows: H, columns: W } : { channels: K, rows: P, columns: Q };
  }

  /** Nonzeros of a plane (n, channel) in row-major order, from row `first` to before `end`. */
  nonzeros(map: "fmap" | "emap", n: number, channel: number, first = 0, end?: number): Nonzero[] {
    const { channels, rows, columns } = this.planeOf(map);
    const flags = this[map];
    const found: Nonzero[] = [];
    for (let row = first; row < (end ?? rows); row++)
      for (let column = 0; column < columns; column++) {
        const index = ((n * channels + channel) * rows + row) * columns + column;
        if (flags[index] === 1) found.push({ row, column, index });
      }
    return found;
  }
}

/** Layers of a trace that operands are taken from: spread evenly over its convolutions with kernels larger than 1x1. */
export function chosenLayers(trace: Trace, most = 4): LayerOperands[] {
  const windows = trace.layers.filter(({ R, S }) => R * S > 1);
  const layers = windows.length > 0 ? windows : trace.layers;
  const count = Math.min(most, layers.length);
  return Array.from({ length: count }, (_, i) => {
    const { name } = layers[Math.floor(((i + 0.5) * layers.length) / count)];
    return new LayerOperands(trace.read(name), i + 1);
  });
}

/** A valid pair: indices of both operands, and the gradient that their product is of. */
export interface ValidPair {
  readonly fmap: number;
  readonly emap: number;
  readonly k: number;
  readonly channel: number;
  readonly r: number;
  readonly s: number;
}

/** A gradient: its indices, c among the channels of its group. */
interface Gradient {
  readonly k: number;
  readonly c: number;
  readonly r: number;
  readonly s: number;
}

/** Valid pairs of one gradient after another, drawn at random; each gradient's in the order of positions. */
export function* gradients(operands: LayerOperands): Generator<readonly ValidPair[]> {
  const { trace, random } = operands;
  const { C, K, R, S, groups } = trace.layer;
  const channels = C / groups;
  for (;;) {
    const [k, c, r, s] = [K, channels, R, S].map((limit) => random.below(limit));
    if (trace.mask && trace.mask[((k * channels + c) * R + r) * S + s] === 0) continue;
    const pairs = validPairs(operands, { k, c, r, s });
    if (pairs.length > 0) yield pairs;
  }
}

function validPairs({ layer, fmap, emap }: LayerOperands, { k, c, r, s }: Gradient): ValidPair[] {
  const { N, C, H, W, K, P, Q, stride, padding, dilation, groups } = layer;
  const channel = Math.floor(k / (K / groups)) * (C / groups) + c;
  const pairs: ValidPair[] = [];
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++) {
      const h = p * stride[0] - padding[0] + r * dilation[0];
      if (!isBelow(h, H)) continue;
      for (let q = 0; q < Q; q++) {
        const w = q * stride[1] - padding[1] + s * dilation[1];
        const e = ((n * K + k) * P + p) * Q + q;
        const f = ((n * C + channel) * H + h) * W + w;
        if (isBelow(w, W) && emap[e] === 1 && fmap[f] === 1)
          pairs.push({ fmap: f, emap: e, k, channel, r, s });
      }
    }
  return pairs;
}

/** Whether an index is within a map; those around it are zeros of the padding. */
const isBelow = (index: number, size: number): boolean => index >= 0 && index < size;
