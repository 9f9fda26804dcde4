import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { countingCycles, pairsOf } from "../hardware/valid-data-trace/valid-data-trace.ts";
import { withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";
import { designSource } from "./design.ts";

/** Small enough to compile in seconds; vectors of 72 positions, the last word short; 10 vectors in a round. */
const machine = withValues("swg", swgParameters, { vectorBits: 72, vectorTaps: 2, accumulators: 10 });
const words = 3;
const size = { chunkWords: 8, offset: 8, sum: 4, index: 8, k: 1, word: 2 };

/** Bits of a vector, 32 to a word. */
type Bits = readonly number[];

/** A round: which vectors are wanted; the emap of its two k's; the fmap chunk that it works on. */
interface Round {
  readonly wanted: number;
  readonly emaps: readonly [Bits, Bits];
  readonly chunk: 0 | 1;
}

interface Case {
  readonly rounds: readonly Round[];
  /** of both chunks, `chunkWords` words of 32 bits: more than any window reaches */
  readonly fmap: readonly number[];
  /** where each vector's window begins */
  readonly offsets: readonly number[];
  /** draws how many pairs are asked for, and when rounds arrive */
  readonly seed: number;
}

/** A pair as it leaves: its sum, where its fmap bit lies, which of the round's emap values it takes. */
interface Pair {
  readonly sum: number;
  readonly fmap: number;
  readonly emap: number;
}

const bit = (word: number, at: number): number => (word >>> at) & 1;
/** Ones of a vector below a position. */
const below = (bits: Bits, position: number): number =>
  Array.from({ length: position }, (_, i) => bit(bits[i >> 5], i & 31)).filter(Boolean).length;
const ones = (bits: Bits): number => below(bits, 32 * words);

/** Positions of a chunk from any bit on. */
function windowOf({ fmap }: Case, chunk: number, offset: number): Bits {
  const window = Array.from({ length: words }, () => 0);
  for (let i = 0; i < machine.vectorBits; i++) {
    const at = (offset + i) % 2 ** size.offset;
    window[i >> 5] |= bit(fmap[chunk * size.chunkWords + (at >> 5)], at & 31) << (i & 31);
  }
  return window;
}

/** K of a vector: those of a round's first k come first. */
const kOf = (vector: number): 0 | 1 => (vector < machine.accumulators / 2 ? 0 : 1);

const wantedOf = ({ wanted }: Round): number[] =>
  Array.from({ length: machine.accumulators }, (_, vector) => vector).filter((vector) => bit(wanted, vector));

/** The pairs of a round in the order in which the model's trace hands them out. */
const pairsOfRound = (given: Case, round: Round): Pair[] =>
  wantedOf(round).flatMap((sum) => {
    const emap = round.emaps[kOf(sum)];
    const window = windowOf(given, round.chunk, given.offsets[sum]);
    return Array.from(pairsOf(Uint32Array.from(window), Uint32Array.from(emap)), (position) => ({
      sum,
      fmap: (round.chunk << size.offset) | ((given.offsets[sum] + position) % 2 ** size.offset),
      emap: kOf(sum) * ones(round.emaps[0]) + below(emap, position),
    }));
  });

let trace: Circuit;
beforeAll(async () => {
  const source = designSource("valid_data_trace", {});
  const parameters = {
    VECTOR_BITS: machine.vectorBits,
    VECTOR_TAPS: machine.vectorTaps,
    ACCUMULATORS: machine.accumulators,
    K_BITS: size.k,
    ADDRESS_BITS: size.offset + 1,
    EMAP_INDEX_BITS: size.index,
  };
  // Yosys 0.55 stops when this module is the top and is given parameters, so its defaults are others
  const text = Object.entries(parameters).reduce(
    (all, [name, value]) => all.replace(new RegExp(`(parameter int ${name} =) \\d+`), `$1 ${value}`),
    source.files["valid_data_trace.sv"],
  );
  trace = await Circuit.compile({ ...source, files: { ...source.files, "valid_data_trace.sv": text } });
});

const field = (name: string, i: number, width: number): number =>
  Number((trace.get(name) >> BigInt(i * width)) & ((1n << BigInt(width)) - 1n));
const packed = (values: readonly number[], width: number): bigint =>
  values.reduceRight((all, value) => (all << BigInt(width)) | BigInt(value >>> 0), 0n);

const concatenated = (vectors: readonly Bits[]): bigint =>
  vectors.reduceRight(
    (all, bits) =>
      (all << BigInt(machine.vectorBits)) | (packed(bits, 32) & (2n ** BigInt(machine.vectorBits) - 1n)),
    0n,
  );

/** Lets the circuit look at bitmaps: what it asks for does not depend on what it gets. */
function answerReads(given: Case, slots: readonly (Round | undefined)[]): void {
  trace.settle();
  const windowAt = (address: number) => windowOf(given, address >> size.offset, address % 2 ** size.offset);
  const emapsOf = (slot: number) =>
    slots[slot]?.emaps ?? [
      [0, 0, 0],
      [0, 0, 0],
    ];
  const counted = Array.from({ length: machine.vectorTaps }, (_, i) => i);
  const windows = counted.map((i) => windowAt(field("window_address", i, size.offset + 1)));
  const vectors = counted.map((i) => {
    const address = field("vector_address", i, 2 + size.k);
    return emapsOf(address >> size.k)[address % 2 ** size.k];
  });
  const handedOut = [0, 1].map((i) => {
    const address = field("emap_address", i, 2 + size.k + size.word);
    const emaps = emapsOf(address >> (size.k + size.word));
    const [k, word] = [(address >> size.word) % 2 ** size.k, address % 2 ** size.word];
    return {
      fmap: windowAt(field("fmap_address", i, size.offset + 1))[0],
      emap: emaps[k][word] ?? 0,
      base: k * ones(emaps[0]) + below(emaps[k], 32 * Math.min(word, words)),
    };
  });
  trace.set("window", concatenated(windows));
  trace.set("vector", concatenated(vectors));
  trace.set(
    "fmap_word",
    packed(
      handedOut.map(({ fmap }) => fmap),
      32,
    ),
  );
  trace.set(
    "emap_word",
    packed(
      handedOut.map(({ emap }) => emap),
      32,
    ),
  );
  trace.set(
    "emap_base",
    packed(
      handedOut.map(({ base }) => base),
      size.index,
    ),
  );
  trace.settle();
}

function reset({ offsets }: Case): void {
  trace.powerOn();
  trace.set("reset", 1);
  for (const [vector, offset] of offsets.entries()) {
    trace.set("table_write", 1);
    trace.set("table_vector", vector);
    trace.set("table_offset", offset);
    trace.set("table_k", kOf(vector));
    trace.tick();
  }
  trace.set("table_write", 0);
  trace.set("reset", 0);
}

/** How far the model is with a case: which rounds have arrived, were counted and are done, and which pairs leave. */
class Progress {
  private readonly given: Case;
  private readonly pairs: readonly (readonly Pair[])[];
  readonly slots: (Round | undefined)[] = [undefined, undefined, undefined];
  /** rounds that have arrived, were counted, and are done */
  arrived = 0;
  counted = 0;
  done = 0;
  /** cycles for which the next round was counted */
  private counting = 0;
  /** pairs of the active round that were handed out */
  private taken = 0;
  /** pairs that leave in this cycle, and the slot of their round */
  leaving: readonly (Pair & { readonly slot: number })[] = [];

  constructor(given: Case) {
    this.given = given;
    this.pairs = given.rounds.map((round) => pairsOfRound(given, round));
  }

  get ended(): boolean {
    return this.done === this.pairs.length;
  }

  /** Whether another round finds a slot. */
  get room(): boolean {
    return this.arrived < this.pairs.length && this.arrived < this.done + 3;
  }

  /** Whether a round was counted and is not done. */
  get active(): boolean {
    return this.done < this.counted;
  }

  /** Pairs of the active round that were not handed out. */
  get left(): number {
    return this.active ? this.pairs[this.done].length - this.taken : 0;
  }

  /** Whether a round in its slot is not counted to its end. */
  isUncounted(round: number): boolean {
    if (round < this.counted) return false;
    return this.needed(round) > (round === this.counted ? this.counting : 0);
  }

  /** Hands out pairs of the active round, and lets it go. */
  handOut(granted: number, leaves: boolean): void {
    const slot = this.done % 3;
    const pairs = this.active ? this.pairs[this.done] : [];
    this.leaving = pairs.slice(this.taken, this.taken + granted).map((pair) => ({ ...pair, slot }));
    this.taken = leaves ? 0 : this.taken + granted;
    if (leaves) this.done++;
  }

  /** The clock's edge, with a round that arrives and one that is counted. */
  tick(arrives: boolean, counts: boolean): void {
    if (counts) this.counting++;
    if (arrives) {
      this.slots[this.arrived % 3] = this.given.rounds[this.arrived];
      this.arrived++;
    }
    while (this.counted < this.arrived && this.counting >= this.needed(this.counted)) {
      this.counted++;
      this.counting = 0;
    }
  }

  private needed(round: number): number {
    return countingCycles(wantedOf(this.given.rounds[round]).length, machine);
  }
}

/** Runs a case: rounds arrive, are counted and handed out side by side, with pauses; every output is compared. */
function run(given: Case): void {
  const { rounds } = given;
  const random = seededRandom(given.seed);
  const model = new Progress(given);
  reset(given);
  while (!model.ended) {
    const { arrived, counted, done } = model;
    const arrives = model.room && random.below(3) > 0;
    trace.set("arrive", arrives);
    trace.set("arrive_slot", arrived % 3);
    trace.set("arrive_wanted", arrives ? rounds[arrived].wanted : 0);

    const counts = counted < arrived && random.below(4) > 0;
    trace.set("count", counts);
    trace.set("count_slot", counted % 3);
    trace.set("count_chunk", rounds[Math.min(counted, rounds.length - 1)].chunk);

    const granted = Math.min(model.left, random.below(3));
    const leaves = model.active && granted === model.left;
    trace.set("active_slot", done % 3);
    trace.set("active_chunk", rounds[done].chunk);
    trace.set("grant", granted);
    trace.set("leave", leaves);
    answerReads(given, model.slots);

    compare(model);
    model.handOut(granted, leaves);
    trace.tick();
    model.tick(arrives, counts);
  }
}

/** Holds what the circuit shows in a cycle against the model. */
function compare(model: Progress): void {
  if (model.active) expect(trace.number("pairs_left")).toBe(model.left);
  for (let round = model.done; round < model.arrived; round++)
    expect([round, bit(trace.number("uncounted"), round % 3)]).toEqual([
      round,
      Number(model.isUncounted(round)),
    ]);
  expect(trace.number("pair_valid")).toBe(2 ** model.leaving.length - 1);
  for (const [i, { sum, fmap, emap, slot }] of model.leaving.entries())
    expect({
      sum: field("pair_sum", i, size.sum),
      fmap: field("pair_fmap", i, size.offset + 1),
      emap: field("pair_emap", i, 2 + size.index),
    }).toEqual({ sum, fmap, emap: (slot << size.index) | emap });
}

/** Words of 0, of ones, of a single one, and of anything between. */
const word = (bits: number) =>
  fc.oneof(
    fc.constant(0),
    fc.constant(2 ** bits - 1),
    fc.nat(2 ** bits - 1),
    fc.nat(bits - 1).map((at) => 2 ** at),
    fc.tuple(fc.nat(2 ** bits - 1), fc.nat(2 ** bits - 1)).map(([a, b]) => (a & b) >>> 0),
  );
const vector = fc.tuple(word(32), word(32), word(machine.vectorBits - 64));
const anyRound: fc.Arbitrary<Round> = fc.record({
  wanted: word(machine.accumulators),
  emaps: fc.tuple(vector, vector),
  chunk: fc.constantFrom(0, 1),
});
const anyCase: fc.Arbitrary<Case> = fc.record({
  rounds: fc.array(anyRound, { minLength: 1, maxLength: 8 }),
  fmap: fc.array(word(32), { minLength: 2 * size.chunkWords, maxLength: 2 * size.chunkWords }),
  offsets: fc.array(fc.nat(2 ** size.offset - 1 - machine.vectorBits), {
    minLength: machine.accumulators,
    maxLength: machine.accumulators,
  }),
  seed: fc.nat(1000),
});

describe("does the valid-data trace in SystemVerilog find, count and hand out what the model's does?", () => {
  it("any rounds, with pauses", () => {
    fc.assert(fc.property(anyCase, run), { numRuns: 60 });
  });

  const full = [2 ** 32 - 1, 2 ** 32 - 1, 2 ** (machine.vectorBits - 64) - 1];
  const allWanted = 2 ** machine.accumulators - 1;
  const offsets = Array.from({ length: machine.accumulators }, (_, i) => i * 7);
  const dense = Array.from({ length: 2 * size.chunkWords }, () => 0xffffffff);
  it.each<[string, number, Bits, readonly number[]]>([
    ["all zero", allWanted, full, dense.map(() => 0)],
    ["all dense", allWanted, full, dense],
    ["everything masked", 0, full, dense],
    ["one nonzero", 0b100, [0, 0b1000, 0], dense],
  ])("%s", (_, wanted, emap, fmap) => {
    const round = { wanted, emaps: [emap, emap], chunk: 0 } as const;
    run({ rounds: [round, { ...round, chunk: 1 }, round, round], fmap, offsets, seed: 1 });
  });
});
