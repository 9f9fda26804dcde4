import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { countingCycles, pairsOf } from "../hardware/valid-data-trace/valid-data-trace.ts";
import { withValues } from "../parameter.ts";
import { seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";
import { designSource } from "./design.ts";

/** Small enough to compile in seconds; vectors of 24 positions, 10 of them in a round. */
const machine = withValues("swg", swgParameters, { traceBits: 24, traceTaps: 2, accumulators: 10 });
const size = { chunkBits: 8, offset: 8, sum: 4, index: 6, k: 1 };

/** A round: which vectors are wanted; the emap of its two k's; the fmap chunk that it works on. */
interface Round {
  readonly wanted: number;
  readonly emaps: readonly [number, number];
  readonly chunk: 0 | 1;
}

interface Case {
  readonly rounds: readonly Round[];
  /** of both chunks, `chunkBits` words of 32 bits: more than any window reaches */
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
const below = (word: number, bits: number): number => (bits === 0 ? 0 : word & (0xffffffff >>> (32 - bits)));
const ones = (word: number): number =>
  Array.from({ length: 32 }, (_, i) => bit(word, i)).filter(Boolean).length;

/** 24 positions of a chunk from any bit on. */
function windowOf({ fmap }: Case, chunk: number, offset: number): number {
  let word = 0;
  for (let i = 0; i < machine.traceBits; i++) {
    const at = (offset + i) % 2 ** size.offset;
    word |= bit(fmap[chunk * size.chunkBits + (at >> 5)], at & 31) << i;
  }
  return word;
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
    return Array.from(pairsOf(Uint32Array.of(window), Uint32Array.of(emap)), (position) => ({
      sum,
      fmap: (round.chunk << size.offset) | ((given.offsets[sum] + position) % 2 ** size.offset),
      emap: kOf(sum) * ones(round.emaps[0]) + ones(below(emap, position)),
    }));
  });

let trace: Circuit;
beforeAll(async () => {
  const source = designSource("valid_data_trace", {});
  const parameters = {
    ...{ TRACE_BITS: machine.traceBits, TRACE_TAPS: machine.traceTaps, ACCUMULATORS: machine.accumulators },
    ...{ K_BITS: size.k, ADDRESS_BITS: size.offset + 1, EMAP_INDEX_BITS: size.index },
  };
  // Yosys 0.55 stops when this module is the top and is given parameters, so its defaults are others
  const text = Object.entries(parameters).reduce(
    (all, [name, value]) => all.replace(new RegExp(`(parameter int ${name} =) \\d+`), `$1 ${value}`),
    source.files["valid_data_trace.sv"],
  );
  trace = await Circuit.compile({ ...source, files: { ...source.files, "valid_data_trace.sv": text } });
}, 120_000);

const field = (name: string, i: number, width: number): number =>
  Number((trace.get(name) >> BigInt(i * width)) & ((1n << BigInt(width)) - 1n));
const packed = (values: readonly number[], width: number): bigint =>
  values.reduceRight((all, value) => (all << BigInt(width)) | BigInt(value >>> 0), 0n);

/** Lets the circuit look at bitmaps: what it asks for does not depend on what it gets. */
function answerReads(given: Case, slots: readonly (Round | undefined)[]): void {
  trace.settle();
  const reads = Array.from({ length: machine.traceTaps + 2 }, (_, i) => i);
  const chunkOf = (address: number) => address >> size.offset;
  const windows = reads.map((i) => {
    const address = field("window_address", i, size.offset + 1);
    return windowOf(given, chunkOf(address), address % 2 ** size.offset);
  });
  const roundOf = (i: number): [Round | undefined, number] => {
    const address = field("vector_address", i, 2 + size.k);
    return [slots[address >> size.k], address % 2 ** size.k];
  };
  const vectors = reads.map((i) => {
    const [round, k] = roundOf(i);
    return round?.emaps[k] ?? 0;
  });
  const bases = reads.slice(machine.traceTaps).map((i) => {
    const [round, k] = roundOf(i);
    return round && k === 1 ? ones(round.emaps[0]) : 0;
  });
  trace.set("window", packed(windows, machine.traceBits));
  trace.set("vector", packed(vectors, machine.traceBits));
  trace.set("vector_base", packed(bases, size.index));
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

/** Runs a case: rounds arrive, are counted and handed out side by side, with pauses; every output is compared. */
function run(given: Case): void {
  const random = seededRandom(given.seed);
  const all = given.rounds.map((round) => pairsOfRound(given, round));
  const slots: (Round | undefined)[] = [undefined, undefined, undefined];
  /** rounds that have arrived, were counted, and are done; cycles for which the next was counted */
  let [arrived, counted, done, counting] = [0, 0, 0, 0];
  let taken = 0;
  let leaving: (Pair & { readonly slot: number })[] = [];
  reset(given);
  while (done < all.length) {
    const arrives = arrived < all.length && arrived < done + 3 && random.below(3) > 0;
    trace.set("arrive", arrives);
    trace.set("arrive_slot", arrived % 3);
    trace.set("arrive_wanted", arrives ? given.rounds[arrived].wanted : 0);

    const toCount = counted < arrived && random.below(4) > 0;
    trace.set("count", toCount);
    trace.set("count_slot", counted % 3);
    trace.set("count_chunk", given.rounds[Math.min(counted, all.length - 1)].chunk);

    const left = done < counted ? all[done].length - taken : 0;
    const granted = Math.min(left, random.below(3));
    const leaves = done < counted && granted === left;
    trace.set("active_slot", done % 3);
    trace.set("active_chunk", given.rounds[done].chunk);
    trace.set("grant", granted);
    trace.set("leave", leaves);
    answerReads(given, slots);

    if (done < counted) expect(trace.number("pairs_left")).toBe(left);
    const needed = (round: number) => countingCycles(wantedOf(given.rounds[round]).length, machine);
    for (let round = done; round < arrived; round++) {
      const begun = round === counted ? counting : 0;
      const rest = round < counted ? 0 : needed(round) - begun;
      expect([round, bit(trace.number("uncounted"), round % 3)]).toEqual([round, Number(rest > 0)]);
    }
    expect(trace.number("pair_valid")).toBe(2 ** leaving.length - 1);
    for (const [i, pair] of leaving.entries())
      expect({
        sum: field("pair_sum", i, size.sum),
        fmap: field("pair_fmap", i, size.offset + 1),
        emap: field("pair_emap", i, 2 + size.index),
      }).toEqual({ sum: pair.sum, fmap: pair.fmap, emap: (pair.slot << size.index) | pair.emap });

    leaving =
      done < counted ? all[done].slice(taken, taken + granted).map((p) => ({ ...p, slot: done % 3 })) : [];
    taken = leaves ? 0 : taken + granted;
    if (leaves) done++;
    if (toCount) counting++;
    trace.tick();
    if (arrives) slots[arrived++ % 3] = given.rounds[arrived - 1];
    while (counted < arrived && counting >= needed(counted)) {
      counted++;
      counting = 0;
    }
  }
}

/** Words of 0, of ones, and of anything between. */
const word = (bits: number) =>
  fc.oneof(
    fc.constant(0),
    fc.constant(2 ** bits - 1),
    fc.nat(2 ** bits - 1),
    fc.tuple(fc.nat(2 ** bits - 1), fc.nat(2 ** bits - 1)).map(([a, b]) => (a & b) >>> 0),
  );
const anyRound: fc.Arbitrary<Round> = fc.record({
  wanted: word(machine.accumulators),
  emaps: fc.tuple(word(machine.traceBits), word(machine.traceBits)),
  chunk: fc.constantFrom(0, 1),
});
const anyCase: fc.Arbitrary<Case> = fc.record({
  rounds: fc.array(anyRound, { minLength: 1, maxLength: 8 }),
  fmap: fc.array(word(32), { minLength: 2 * size.chunkBits, maxLength: 2 * size.chunkBits }),
  offsets: fc.array(fc.nat(2 ** size.offset - 1 - machine.traceBits), {
    minLength: machine.accumulators,
    maxLength: machine.accumulators,
  }),
  seed: fc.nat(1000),
});

describe("does the valid-data trace in SystemVerilog find, count and hand out what the model's does?", () => {
  it("any rounds, with pauses", () => {
    fc.assert(fc.property(anyCase, run), { numRuns: 60 });
  });

  const full = 2 ** machine.traceBits - 1;
  const allWanted = 2 ** machine.accumulators - 1;
  const offsets = Array.from({ length: machine.accumulators }, (_, i) => i * 7);
  const dense = Array.from({ length: 2 * size.chunkBits }, () => 0xffffffff);
  it.each<[string, number, number, readonly number[]]>([
    ["all zero", allWanted, full, dense.map(() => 0)],
    ["all dense", allWanted, full, dense],
    ["everything masked", 0, full, dense],
    ["one nonzero", 0b100, 0b1000, dense],
  ])("%s", (_, wanted, emap, fmap) => {
    const round = { wanted, emaps: [emap, emap], chunk: 0 } as const;
    run({ rounds: [round, { ...round, chunk: 1 }, round, round], fmap, offsets, seed: 1 });
  });
});
