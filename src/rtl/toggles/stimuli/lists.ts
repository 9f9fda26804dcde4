import type { SynthesisedPe, ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { drawnChunk, jobsOf, type ListEntry, listWords, valuesOfWord } from "./trace-jobs.ts";

const listsOfLayer = 60;
const listsWarmUp = 3;
/** Of lists that are written with pauses, behind what is measured: some are empty, which jobs are not. */
const pausedLists = 40;

const jobsOfChunk = 8;

type List = readonly ListEntry[];

/**
 * The lists of position slices as the emap has them, behind headers where the layer has a mask; then more of them, with headers and
 * without, to which bitmaps and values come late. Throws where the words are not those of the lists.
 */
export function driveListWriter(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): MeasuredUse {
  const { random, trace } = operands;
  const masked = trace.mask !== undefined;
  const bench = new ListBench(sim, operands, valueBits, masked);
  const [first, measuredOnes] = [listsWarmUp, listsOfLayer].map((n) => bench.lists(n));
  bench.write(first, () => true);
  sim.take();
  const measured = measuredUse(
    sim,
    bench.write(measuredOnes, () => true),
  );
  for (const headers of [masked, !masked]) {
    const other = new ListBench(sim, operands, valueBits, headers);
    const withEmpty = other
      .lists(pausedLists)
      .flatMap((list) => (random.below(4) === 0 ? [[], list] : [list]));
    other.write(withEmpty, () => random.below(2) === 0);
  }
  return measured;
}

class ListBench {
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly valueBits: ValueBits;
  private readonly headers: boolean;
  private readonly codes: Uint32Array;
  /** values of all lists, those that were not yet taken */
  private values: number[] = [];

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits, headers: boolean) {
    this.sim = sim;
    this.operands = operands;
    this.valueBits = valueBits;
    this.headers = headers;
    this.codes = operands.codesOf("emap", formatOfWidth[valueBits]);
    sim.set("headers", headers ? 1 : 0);
    reset(sim);
  }

  /** The next lists: their values follow those of the lists before. */
  lists(count: number): List[] {
    const lists: List[] = [];
    while (lists.length < count)
      for (const { entries } of jobsOf(
        this.operands,
        drawnChunk(this.operands),
        Math.min(jobsOfChunk, count - lists.length),
      )) {
        lists.push(entries);
        this.values.push(...entries.map(({ emap }) => this.codes[emap]));
      }
    return lists;
  }

  /** Writes lists, and says how many words they have. `comes`: whether a bitmap or values are there in a cycle. */
  write(lists: readonly List[], comes: () => boolean): number {
    const { sim, valueBits } = this;
    const expected = lists.flatMap((entries) => this.wordsOf(entries));
    let [bitmap, written, cycles] = [0, 0, 0];
    while (written < expected.length) {
      this.show(lists[bitmap] ?? [], bitmap < lists.length && comes(), comes());
      const word = this.written(expected[written]);
      if (word !== undefined && word !== shownWord(expected[written]))
        throw new Error(`list word ${written} must be ${shownWord(expected[written])}, is ${word}`);
      if (word !== undefined) written++;
      const [takesBitmap, takesValues] = [sim.number("bitmap_take"), sim.number("values_take")];
      sim.tick();
      bitmap += takesBitmap;
      if (takesValues === 1) this.values.splice(0, valuesOfWord(valueBits));
      if (++cycles > mostCycles * expected.length)
        throw new Error(`word ${written} must come within ${mostCycles} cycles a word, does not`);
    }
    return written;
  }

  /** The length in a header, positions and the list's length, or values: those of the list only, since any may follow. */
  private wordsOf(entries: List): Word[] {
    const words = listWords(entries, this.valueBits);
    const length = 1 + words.length;
    const values = words.map((word) => ({ values: word.map(({ emap }) => this.codes[emap]) }));
    const body = [{ bitmap: bitmapOf(entries), length }, ...values];
    if (!this.headers) return body;
    return words.length === 0 ? [{ header: 0 }] : [{ header: length }, ...body];
  }

  private show(entries: List, bitmapComes: boolean, valuesCome: boolean): void {
    const { sim, values, valueBits } = this;
    sim.set("bitmap_valid", bitmapComes ? 1 : 0);
    if (bitmapComes) sim.set("bitmap", bitmapOf(entries));
    sim.set("values_valid", valuesCome ? 1 : 0);
    if (!valuesCome) return;
    for (let i = 0; i < valuesOfWord(valueBits); i++)
      sim.set("values", values[i] ?? 0, i * valueBits, valueBits);
  }

  /** The word that is written in this cycle, as far as one like `word` goes. */
  private written({ values = [] }: Word): string | undefined {
    const { sim, valueBits } = this;
    if (sim.number("header_valid") === 1) return `header of ${sim.number("list_length")} words`;
    if (sim.number("list_valid") === 0) return undefined;
    if (values.length === 0)
      return `positions ${longNumber(sim, "list_word", positions)} of ${sim.number("list_length")} words`;
    return `values ${values.map((_, i) => sim.number("list_word", i * valueBits, valueBits)).join()}`;
  }
}

const positions = 64;
/** For each word while what it needs comes in every other cycle. */
const mostCycles = 10;

/** A word of a list: one of the three. */
interface Word {
  readonly header?: number;
  readonly bitmap?: bigint;
  readonly length?: number;
  readonly values?: readonly number[];
}

const shownWord = ({ header, bitmap, length, values }: Word): string =>
  header !== undefined
    ? `header of ${header} words`
    : bitmap !== undefined
      ? `positions ${bitmap} of ${length} words`
      : `values ${values}`;

const bitmapOf = (entries: List): bigint =>
  entries.reduce((bits, { position }) => bits | (1n << BigInt(position)), 0n);

const longNumber = (sim: GateSimulator, name: string, width: number): bigint =>
  (BigInt(sim.number(name, 32, width - 32)) << 32n) | BigInt(sim.number(name, 0, 32));

const chunksOfLayer = 40;
const activeWords = 6;
const valuesOfMemoryWord = 4;

/**
 * Chunks brought to a PE's traces in turn, a word a cycle, an episode for all of them; the chunks of an episode become active while those of
 * the next one come. Throws where a word does not go to its place, or a couple of row words does not come.
 */
export function driveChunkWriter(
  sim: GateSimulator,
  operands: LayerOperands,
  _: ValueBits,
  pe: SynthesisedPe,
): MeasuredUse {
  const { traces } = pe;
  const bench = new ChunkBench(sim, pe);
  let words = 0;
  for (let i = -traces; i < chunksOfLayer; i++) {
    if (i === 0) sim.take();
    const { values } = drawnChunk(operands);
    const own = activeWords + Math.ceil(values.length / valuesOfMemoryWord);
    bench.bring((i + traces) % traces, own);
    if (i >= 0) words += own;
  }
  return measuredUse(sim, words);
}

class ChunkBench {
  private readonly sim: GateSimulator;
  private readonly pe: SynthesisedPe;
  /** a bit for each trace */
  private readonly all: number;
  private episode = 0;
  /** cycle in which the traces' row words were asked for */
  private asked = Number.NEGATIVE_INFINITY;
  private now = 0;

  constructor(sim: GateSimulator, pe: SynthesisedPe) {
    this.sim = sim;
    this.pe = pe;
    this.all = 2 ** pe.traces - 1;
    reset(sim);
  }

  /** A trace's chunk; the last of an episode is followed by all traces' becoming active. */
  bring(trace: number, words: number): void {
    const { sim, episode, pe, all } = this;
    const isLast = trace === pe.traces - 1;
    sim.set("word_valid", 1);
    sim.set("word_trace", trace);
    for (let word = 0; word < words; word++) {
      sim.set("word_first", word === 0 ? 1 : 0);
      sim.set("chunk_comes", isLast && word === words - 1 ? 1 : 0);
      const place = 32 * (episode % pe.chunks) + word;
      if (sim.number("write_address") !== place || sim.number("write") !== 1 << trace)
        throw new Error(
          `word ${word} of a chunk must go to ${place}, goes to ${sim.number("write_address")}`,
        );
      this.cycle();
    }
    sim.set("chunk_comes", 0);
    if (!isLast) return;
    if (sim.number("chunks_there") !== episode % 4)
      throw new Error(`episode ${episode} must be there, is not`);
    if (sim.number("chunk_full") !== all) throw new Error("chunks with words must be full");
    this.episode++;
    this.asked = this.now;
  }

  private cycle(): void {
    const { sim, asked, all } = this;
    const since = this.now - asked;
    sim.set("activate", since === 0 ? all : 0);
    sim.set("is_last", since === activeWords ? all : 0);
    const couple = since >= 1 && since <= activeWords ? 1 << (since - 1) : 0;
    for (let trace = 0; trace < this.pe.traces; trace++) {
      const comes = sim.number("row_write", 6 * trace, 6);
      if (comes !== couple) throw new Error(`couple ${since - 1} of row words must come, ${comes} does`);
    }
    sim.tick();
    this.now++;
  }
}
