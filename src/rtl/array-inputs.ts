import type { DesignParameters } from "./design.ts";
import type { PeChunk, PeEmap } from "./pe-contents.ts";
import { type PortShape, putBits, Stimulus } from "./stimulus.ts";

/** A round in a PE: the emap of each of its k's, and the trace vectors that are wanted. */
export interface PeRound {
  readonly emaps: readonly PeEmap[];
  readonly mask: readonly number[];
}

/** Ports that are 0 in each cycle unless put. */
const pulses = [
  "reset",
  "table_write",
  "fmap_valid",
  "fmap_first",
  "fmap_last",
  "emap_valid",
  "emap_first",
  "emap_last",
  "drain_ready",
];

const log2 = (n: number): number => Math.ceil(Math.log2(n));

/** Widths of the fields that the ports of the module `swg` are made of, as its derived parameters say. */
export const fieldBits = (p: DesignParameters) => ({
  slice: p.ROWS > 1 ? log2(p.ROWS) : 1,
  sum: log2(p.ACCUMULATORS),
  offset: log2(Math.ceil(p.CHUNK_BYTES / 4)) + 5,
  left: log2(p.ACCUMULATORS + 1),
  chunk: log2(p.CHUNKS),
  index: log2(Math.floor((p.ROUND_BYTES * 8) / p.VALUE_BITS) + 1),
  pairs: log2(p.VECTOR_BITS * p.ACCUMULATORS + 1),
  counter: 24,
});

/** Puts chunks, rounds and orders on the ports of the module `swg`, a beat at a time. */
export class ArrayInputs {
  readonly stimulus: Stimulus;
  readonly bits: ReturnType<typeof fieldBits>;
  private readonly design: DesignParameters;

  constructor(ports: readonly PortShape[], design: DesignParameters) {
    this.stimulus = new Stimulus(ports, pulses);
    this.design = design;
    this.bits = fieldBits(design);
  }

  put(name: string, value: number | boolean, bit?: number, width?: number): void {
    this.stimulus.put(name, value, bit, width);
  }

  /** Beats that the chunks of all PEs take. */
  chunkBeats(chunks: readonly (PeChunk | undefined)[]): number {
    const { LOAD_WORDS, LOAD_FMAP_VALUES } = this.design;
    return chunks.reduce((most, chunk) => {
      if (!chunk) return most;
      const { words, values } = chunk;
      return Math.max(
        most,
        Math.ceil(words.length / LOAD_WORDS),
        Math.ceil(values.length / LOAD_FMAP_VALUES),
      );
    }, 1);
  }

  /** A beat of the chunks of all PEs, into place `place` of their buffers. */
  chunk(chunks: readonly (PeChunk | undefined)[], beat: number, beats: number, place: number): void {
    const { stimulus } = this;
    const { LOAD_WORDS, LOAD_FMAP_VALUES: VALUES, VALUE_BITS } = this.design;
    const wordBits = log2(LOAD_WORDS + 1);
    const valueBits = log2(VALUES + 1);
    stimulus.put("fmap_valid", 1);
    stimulus.put("fmap_first", beat === 0);
    stimulus.put("fmap_last", beat === beats - 1);
    stimulus.put("fmap_chunk", place);
    for (const [at, chunk] of chunks.entries()) {
      const words = chunk ? chunk.words.subarray(beat * LOAD_WORDS, (beat + 1) * LOAD_WORDS) : [];
      const values = chunk ? chunk.values.slice(beat * VALUES, (beat + 1) * VALUES) : [];
      stimulus.put("fmap_word_count", words.length, at * wordBits, wordBits);
      stimulus.putWords("fmap_words", at * LOAD_WORDS * 32, words.length * 32, words);
      stimulus.put("fmap_value_count", values.length, at * valueBits, valueBits);
      for (const [v, code] of values.entries())
        stimulus.put("fmap_values", code >>> 0, (at * VALUES + v) * VALUE_BITS, VALUE_BITS);
    }
  }

  /** Beats that a column's round takes. */
  roundBeats(pes: readonly PeRound[]): number {
    const counts = pes.map(({ emaps }) => emaps.reduce((sum, { codes }) => sum + codes.length, 0));
    return Math.max(1, ...counts.map((count) => Math.ceil(count / this.design.LOAD_EMAP_VALUES)));
  }

  /** A beat of a column's round; `about` are the ports that say with the last beat what the round is. */
  round(
    column: number,
    pes: readonly PeRound[],
    beat: number,
    beats: number,
    about: Readonly<Record<string, number>>,
  ): void {
    const { stimulus, bits } = this;
    const { ROWS, ROUND_KS, LOAD_EMAP_VALUES: VALUES, VALUE_BITS, ACCUMULATORS } = this.design;
    const countBits = log2(VALUES + 1);
    stimulus.put("emap_valid", 1, column, 1);
    stimulus.put("emap_first", beat === 0, column, 1);
    stimulus.put("emap_last", beat === beats - 1, column, 1);
    for (const [pe, { emaps, mask }] of pes.entries()) {
      const at = column * ROWS + pe;
      stimulus.put("emap_vectors", beat === 0 ? 2 ** emaps.length - 1 : 0, at * ROUND_KS, ROUND_KS);
      const values = emaps.flatMap(({ codes }) => codes).slice(beat * VALUES, (beat + 1) * VALUES);
      stimulus.put("emap_value_count", values.length, at * countBits, countBits);
      for (const [v, code] of values.entries())
        stimulus.put("emap_values", code >>> 0, (at * VALUES + v) * VALUE_BITS, VALUE_BITS);
      if (beat === 0) this.vectors(at, emaps);
      if (beat === beats - 1)
        stimulus.putWords("mask", at * ACCUMULATORS, ACCUMULATORS, bitmap(mask, ACCUMULATORS));
    }
    for (const [name, value] of Object.entries(about)) {
      const width = name === "round_chunk" ? bits.chunk : name === "round_base" ? bits.sum : bits.counter;
      stimulus.put(name, value, column * width, width);
    }
  }

  /** A PE's trace vectors, and where the values of each of their words begin. */
  private vectors(pe: number, emaps: readonly PeEmap[]): void {
    const { ROUND_KS, VECTOR_BITS } = this.design;
    const { index } = this.bits;
    const words = Math.ceil(VECTOR_BITS / 32);
    let base = 0;
    for (const [k, { bits }] of emaps.entries()) {
      const at = pe * ROUND_KS + k;
      this.stimulus.putWords("emap_bits", at * VECTOR_BITS, VECTOR_BITS, bitmap(bits, VECTOR_BITS));
      for (let word = 0; word < words; word++) {
        this.stimulus.put("emap_bases", base, (at * words + word) * index, index);
        base += bits.filter((bit) => bit >> 5 === word).length;
      }
    }
  }

  /** The next k that a team drains: `skipped` before it have nothing; [channelSlice] its wanted trace vectors. */
  order(column: number, skipped: number, base: number, wanted: readonly (readonly number[])[]): void {
    const { stimulus, bits } = this;
    const { ROWS, ACCUMULATORS } = this.design;
    stimulus.put("order_valid", 1, column, 1);
    stimulus.put("order_skipped", skipped, column * bits.counter, bits.counter);
    stimulus.put("order_base", base, column * bits.sum, bits.sum);
    for (let slice = 0; slice < ROWS; slice++) {
      const own = wanted[slice] ?? [];
      const at = column * ROWS + slice;
      stimulus.putWords("order_wanted", at * ACCUMULATORS, ACCUMULATORS, bitmap(own, ACCUMULATORS));
      stimulus.put("order_counts", own.length, at * bits.left, bits.left);
    }
  }
}

function bitmap(ones: readonly number[], width: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(width / 32));
  for (const bit of ones) putBits(words, bit, 1, 1);
  return words;
}
