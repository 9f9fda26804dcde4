import { leastSquares } from "../../../hardware/logic/least-squares.ts";
import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import {
  drawnRound,
  type PeRound,
  pairsOfRound,
  peSize,
  roundOfWords,
  wordsOf,
  wordsOfVector,
} from "./pe-round.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

/** What a PE does with values, of any width, and what it does with bits alone. */
export const peValueUses = ["peCycle", "handedPair", "fmapWordLoaded", "emapWordLoaded"] as const;
export const peTraceUses = ["traceVector", "traceWord"] as const;
type Uses<Names extends readonly string[]> = Record<Names[number], MeasuredUse>;

const rounds = 8;
const words = peSize.vectorBits / 32;
/** What a PE takes in a cycle of loading: words of bitmap, and bits of values. */
const beatWords = 4;
const beatValueBits = 128;

/**
 * Rounds of a PE, one phase after the other, so that what switches in a phase is its own: a chunk is loaded, a round is
 * loaded, its vectors are counted, its pairs are handed out. Flip-flops that are clocked in every cycle count with the
 * cycle alone. Throws where the pairs are not those of the round.
 */
export function driveProcessingElement(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Uses<typeof peValueUses> {
  const pe = new ProcessingElement(sim, operands, valueBits);
  const peCycle = pe.idle();
  const total = { handedPair: none, fmapWordLoaded: none, emapWordLoaded: none };
  for (let i = 0; i <= rounds; i++) {
    const { counted: _, ...measured } = pe.work(drawnRound(operands, valueBits), i % 2, i % 3);
    // the first one warms up
    if (i > 0) for (const use of phases) total[use] = sum(total[use], measured[use]);
  }
  return { peCycle, ...total };
}

const phases = ["handedPair", "fmapWordLoaded", "emapWordLoaded"] as const;

const roundsOfLength = 6;

/** A round whose vectors have positions in so many words, and what counting them switched; a use is a vector. */
interface CountedRound {
  readonly words: number;
  readonly use: MeasuredUse;
}

/**
 * What is counted of rounds with trace vectors of every length that fits the buffers: least squares split what they switch
 * into what a vector takes, however short, and what each of its words adds. Flip-flops are clocked once a vector.
 */
export function driveTrace(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): Uses<typeof peTraceUses> {
  const pe = new ProcessingElement(sim, operands, valueBits);
  pe.idle();
  const counted: CountedRound[] = [];
  for (let i = 0; i < words * roundsOfLength; i++) {
    const round = roundOfWords(operands, 1 + (i % words), valueBits);
    if (!round) continue;
    const use = pe.work(round, i % 2, i % 3).counted;
    if (use.uses > 0) counted.push({ words: wordsOfVector(round), use });
  }
  if (new Set(counted.map(({ words }) => words)).size < 2)
    throw new Error("a layer must have rounds with trace vectors of two lengths");
  const total = (of: (round: CountedRound) => number) => counted.reduce((all, round) => all + of(round), 0);
  const split = (of: (use: MeasuredUse) => number) =>
    leastSquares(counted.map(({ words, use }) => ({ terms: [1, words], value: of(use) / use.uses })));
  const [logic, flipFlops] = [split((use) => use.logic), split((use) => use.flipFlops)];
  const part = (uses: number, i: number, clocked: number): MeasuredUse => ({
    uses,
    logic: uses * logic[i],
    flipFlops: uses * flipFlops[i],
    clocked,
  });
  const vectors = total(({ use }) => use.uses);
  const clocked = total(({ use }) => use.clocked);
  return {
    traceVector: part(vectors, 0, clocked),
    traceWord: part(
      total(({ words, use }) => words * use.uses),
      1,
      0,
    ),
  };
}

const idleCycles = 100;
const none: MeasuredUse = { uses: 0, logic: 0, flipFlops: 0, clocked: 0 };
const sum = (a: MeasuredUse, b: MeasuredUse): MeasuredUse => ({
  uses: a.uses + b.uses,
  logic: a.logic + b.logic,
  flipFlops: a.flipFlops + b.flipFlops,
  clocked: a.clocked + b.clocked,
});

class ProcessingElement {
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly fmap: Uint32Array;
  private readonly emap: Uint32Array;
  private readonly valueBits: ValueBits;
  private clockedIdle = 0;
  private cycles = 0;

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.operands = operands;
    this.valueBits = valueBits;
    this.fmap = operands.codesOf("fmap", formatOfWidth[valueBits]);
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    sim.set("ring_sums", peSize.accumulators);
    reset(sim);
  }

  /** Cycles in which nothing is done. */
  idle(): MeasuredUse {
    this.sim.take();
    for (let i = 0; i < idleCycles; i++) this.sim.tick();
    const measured = measuredUse(this.sim, idleCycles);
    this.clockedIdle = measured.clocked / idleCycles;
    return measured;
  }

  /** What switched since `begin`, but for the flip-flops that every cycle clocks. */
  private measured(uses: number): MeasuredUse {
    const all = measuredUse(this.sim, uses);
    return { ...all, clocked: all.clocked - this.cycles * this.clockedIdle };
  }

  /** Of either map, in a cycle. */
  private get beatValues(): number {
    return beatValueBits / this.valueBits;
  }

  private begin(): void {
    this.sim.take();
    this.cycles = 0;
  }

  private tick(): void {
    this.sim.tick();
    this.cycles++;
  }

  /** All phases of a round, in place `chunk` of the fmap buffer and `slot` of the emap buffer. */
  work(
    round: PeRound,
    chunk: number,
    slot: number,
  ): Record<(typeof phases)[number] | "counted", MeasuredUse> {
    this.writeTable(round);
    const fmapWordLoaded = this.loadChunk(round, chunk);
    const emapWordLoaded = this.loadRound(round, slot);
    const counted = this.count(round, chunk, slot);
    return { fmapWordLoaded, emapWordLoaded, counted, handedPair: this.handOut(round, chunk, slot) };
  }

  private writeTable({ vectors }: PeRound): void {
    const { sim } = this;
    sim.set("table_write", 1);
    for (const [i, { offset, k }] of vectors.entries()) {
      sim.set("table_vector", i);
      sim.set("table_offset", offset);
      sim.set("table_k", k);
      this.tick();
    }
    sim.set("table_write", 0);
    this.tick();
  }

  private loadChunk({ chunk, chunkBits }: PeRound, place: number): MeasuredUse {
    const { sim, fmap } = this;
    const bitmap = wordsOf(chunk.keys(), chunkBits);
    const values = [...chunk].sort(([a], [b]) => a - b).map(([, index]) => fmap[index]);
    const beats = Math.max(Math.ceil(bitmap.length / beatWords), Math.ceil(values.length / this.beatValues));
    this.begin();
    sim.set("fmap_load", 1);
    sim.set("fmap_chunk", place);
    for (let b = 0; b < beats; b++) {
      sim.set("fmap_first", b === 0 ? 1 : 0);
      const ownWords = bitmap.subarray(b * beatWords, (b + 1) * beatWords);
      sim.set("fmap_word_count", ownWords.length);
      for (const [i, word] of ownWords.entries()) sim.set("fmap_words", word, 32 * i, 32);
      this.setValues("fmap", values.slice(b * this.beatValues, (b + 1) * this.beatValues));
      this.tick();
    }
    sim.set("fmap_load", 0);
    this.tick();
    return this.measured(bitmap.length);
  }

  private setValues(map: "fmap" | "emap", values: readonly number[]): void {
    this.sim.set(`${map}_value_count`, values.length);
    for (const [i, value] of values.entries())
      this.sim.set(`${map}_values`, value, this.valueBits * i, this.valueBits);
  }

  private loadRound({ emaps, vectors }: PeRound, slot: number): MeasuredUse {
    const { sim, emap } = this;
    const values = emaps.flatMap((bits) => Array.from(bits.values(), (index) => emap[index]));
    const beats = Math.max(1, Math.ceil(values.length / this.beatValues));
    this.begin();
    sim.set("emap_load", 1);
    sim.set("emap_slot", slot);
    this.setVectors(emaps);
    for (let b = 0; b < beats; b++) {
      sim.set("emap_first", b === 0 ? 1 : 0);
      sim.set("emap_last", b === beats - 1 ? 1 : 0);
      sim.set("emap_vectors", b === 0 ? 2 ** emaps.length - 1 : 0);
      this.setValues("emap", values.slice(b * this.beatValues, (b + 1) * this.beatValues));
      const wanted = vectors.flatMap((vector, i) => (vector.wanted ? [i] : []));
      for (const [i, word] of wordsOf(wanted, peSize.accumulators).entries())
        sim.set("mask", word, 32 * i, Math.min(32, peSize.accumulators - 32 * i));
      this.tick();
    }
    sim.set("emap_load", 0);
    this.tick();
    return this.measured(emaps.length * words);
  }

  private setVectors(emaps: PeRound["emaps"]): void {
    const { sim } = this;
    const indexBits = sim.width("emap_bases") / (peSize.roundKs * words);
    let base = 0;
    for (const [k, bits] of emaps.entries())
      for (const [w, word] of wordsOf(bits.keys(), peSize.vectorBits).entries()) {
        sim.set("emap_bits", word, k * peSize.vectorBits + 32 * w, 32);
        sim.set("emap_bases", base, (k * words + w) * indexBits, indexBits);
        base += [...bits.keys()].filter((bit) => bit >> 5 === w).length;
      }
  }

  private count({ vectors }: PeRound, chunk: number, slot: number): MeasuredUse {
    const { sim } = this;
    this.begin();
    sim.set("count_slot", slot);
    sim.set("count_chunk", chunk);
    sim.set("count", 1);
    while (((sim.number("uncounted") >> slot) & 1) === 1) this.tick();
    sim.set("count", 0);
    return this.measured(vectors.filter(({ wanted }) => wanted).length);
  }

  /** The pairs that leave in this cycle. */
  private handedPairs(): HandedPair[] {
    const { sim, valueBits } = this;
    return [0, 1]
      .filter((i) => sim.number("pair_valid", i, 1) === 1)
      .map((i) => ({
        fmap: sim.number("pair_fmap", valueBits * i, valueBits),
        emap: sim.number("pair_emap", valueBits * i, valueBits),
      }));
  }

  private handOut(round: PeRound, chunk: number, slot: number): MeasuredUse {
    const { sim, operands } = this;
    const expected = pairsOfRound(round);
    const pairs: HandedPair[] = [];
    sim.set("active_slot", slot);
    sim.set("active_chunk", chunk);
    this.tick();
    this.begin();
    for (let left = expected.length, idle = 0; idle < 4; ) {
      const grant = Math.min(left, drawnGrant(operands.random.below(70)));
      sim.set("grant", grant);
      sim.set("leave", grant > 0 && grant === left ? 1 : 0);
      if (left > 0 && sim.number("pairs_left") !== left)
        throw new Error(`pairs left must be ${left}, are ${sim.number("pairs_left")}`);
      pairs.push(...this.handedPairs());
      this.tick();
      left -= grant;
      if (left === 0) idle++;
    }
    const wanted = expected.map((pair) => ({ fmap: this.fmap[pair.fmap], emap: this.emap[pair.emap] }));
    if (JSON.stringify(pairs) !== JSON.stringify(wanted))
      throw new Error(`the PE must hand out the ${wanted.length} pairs of its round, hands out others`);
    return this.measured(pairs.length);
  }
}

/** Bits of a pair's values. */
interface HandedPair {
  readonly fmap: number;
  readonly emap: number;
}

/** One pair in most cycles, two in every seventh, none in every tenth (assumed, D58); `drawn` is below 70. */
function drawnGrant(drawn: number): number {
  if (drawn < 7) return 0;
  return drawn < 17 ? 2 : 1;
}
