import type { Chunk } from "../hardware/dataflow/geometry.ts";
import type { LoopNest, Mapping } from "../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { type Arithmetic, arithmetic, type MacFormat } from "../hardware/processing-element/arithmetic.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { ChunkLayout } from "./chunk-layout.ts";

/** A chunk's fmap in a PE: its bitmap, its values, and the code of every bit. */
export interface PeChunk {
  readonly words: Uint32Array;
  readonly values: readonly number[];
  /** code of each bit that is set; `none` elsewhere */
  readonly codes: Int32Array;
}

/** A k's emap in a chunk: the bits of its trace vector, and their codes. */
export interface PeEmap {
  readonly bits: readonly number[];
  readonly codes: readonly number[];
}

const none = -0x80000000;

/** A product, and the trace vector that it is of. */
export interface Pair {
  readonly vector: number;
  readonly product: number;
}

/** What lies in a PE's buffers, in the hardware's layout, and the pairs that follow from it. */
export class PeContents {
  readonly layout: ChunkLayout;
  readonly math: Arithmetic;
  /** sums of a k in a PE: channels x taps */
  readonly sumsOfK: number;
  private readonly trace: LayerTrace;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly fmapCodes: Int32Array;
  private readonly emapCodes: Int32Array;
  private readonly flags: { readonly fmap: Uint8Array; readonly emap: Uint8Array };
  private readonly chunkCache = new Map<Chunk, Map<string, PeChunk>>();
  private readonly emapCache = new Map<Chunk, Map<number, PeEmap>>();

  constructor(trace: LayerTrace, nest: LoopNest, mapping: Mapping, parameters: SwgParameters) {
    this.trace = trace;
    this.mapping = mapping;
    this.parameters = parameters;
    this.layout = new ChunkLayout(trace.layer, mapping, nest);
    this.math = arithmetic[parameters.format as MacFormat];
    this.fmapCodes = this.math.round(trace.fmap).codes;
    this.emapCodes = this.math.round(trace.emap).codes;
    this.flags = occupancy(trace);
    this.sumsOfK = mapping.channelsPerPe * mapping.tapRows * trace.layer.S;
  }

  /** Trace vectors of some k's that the mask wants in a PE that holds these channels. */
  maskOf(ks: readonly number[], channels: readonly number[], r0: number): number[] {
    const wanted = this.parameters.gradientSkip ? this.trace.mask : undefined;
    const vectors: number[] = [];
    const taps = this.mapping.tapRows * this.trace.layer.S;
    for (const [place, k] of ks.entries())
      for (const u of channels.keys())
        for (let tap = 0; tap < taps; tap++) {
          const vector = u * taps + tap;
          if (!wanted || wanted[this.element(k, channels, vector, r0)])
            vectors.push(place * this.sumsOfK + vector);
        }
    return vectors;
  }

  /** Place in [K][C/groups][R][S] of a vector of one k. */
  element(k: number, channels: readonly number[], vector: number, r0: number): number {
    const { C, groups, R, S } = this.trace.layer;
    const taps = this.mapping.tapRows * S;
    const c = channels[Math.floor(vector / taps)] % (C / groups);
    return (k * (C / groups) + c) * R * S + r0 * S + (vector % taps);
  }

  pairsOf(mask: readonly number[], emaps: readonly PeEmap[], chunk: PeChunk): Pair[] {
    const { layout, math } = this;
    const { S } = this.trace.layer;
    const taps = this.mapping.tapRows * S;
    const pairs: Pair[] = [];
    for (const vector of mask) {
      const within = vector % this.sumsOfK;
      const offset =
        Math.floor(within / taps) * layout.channelBits +
        layout.tapOffset(Math.floor((within % taps) / S), within % S);
      const { bits, codes } = emaps[Math.floor(vector / this.sumsOfK)];
      for (const [i, bit] of bits.entries()) {
        const code = chunk.codes[offset + bit];
        if (code !== none) pairs.push({ vector, product: math.multiply(code, codes[i]) });
      }
    }
    return pairs;
  }

  chunkOf(chunk: Chunk, channels: readonly number[], r0: number): PeChunk {
    const known = this.chunkCache.get(chunk) ?? new Map<string, PeChunk>();
    this.chunkCache.set(chunk, known);
    const key = `${channels.join(" ")}|${r0}`;
    let made = known.get(key);
    if (!made) {
      const { C, H, W } = this.trace.layer;
      const { channelBits } = this.layout;
      const words = new Uint32Array(Math.ceil((channels.length * channelBits) / 32));
      const codes = new Int32Array(words.length * 32 + this.parameters.vectorBits).fill(none);
      const values: number[] = [];
      const pixels = this.layout.pixels(chunk, r0);
      for (const [u, c] of channels.entries())
        for (const { bit, n, h, w } of pixels) {
          const at = ((n * C + c) * H + h) * W + w;
          if (!this.flags.fmap[at]) continue;
          const own = u * channelBits + bit;
          words[own >> 5] |= 1 << (own & 31);
          codes[own] = this.fmapCodes[at];
          values.push(this.fmapCodes[at]);
        }
      made = { words, values, codes };
      known.set(key, made);
    }
    return made;
  }

  emapOf(chunk: Chunk, k: number): PeEmap {
    const known = this.emapCache.get(chunk) ?? new Map<number, PeEmap>();
    this.emapCache.set(chunk, known);
    let made = known.get(k);
    if (!made) {
      const { K, P, Q } = this.trace.layer;
      const bits: number[] = [];
      const codes: number[] = [];
      this.layout.eachPosition(chunk, (bit, n, p, q) => {
        const at = ((n * K + k) * P + p) * Q + q;
        if (!this.flags.emap[at]) return;
        bits.push(bit);
        codes.push(this.emapCodes[at]);
      });
      made = { bits, codes };
      known.set(k, made);
    }
    return made;
  }
}
