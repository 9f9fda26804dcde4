import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { drawnChunk, jobsOf, type ListEntry, listWords } from "./trace-jobs.ts";

const listsOfLayer = 60;
/** Of `list_writer`, whatever the width of values. */
const writtenEntries = 3;
const listsWarmUp = 3;
const valuesOfWord = 8;
const bitmapBits = 32;

/** The lists of position slices as the emap has them. Throws where the words are not those of the lists. */
export function driveListWriter(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: ValueBits,
): MeasuredUse {
  const codes = operands.codesOf("emap", formatOfWidth[valueBits]);
  const lists: (readonly ListEntry[])[] = [];
  while (lists.length < listsWarmUp + listsOfLayer)
    lists.push(...jobsOf(operands, drawnChunk(operands), 8).map(({ entries }) => entries));
  const values = lists.flatMap((entries) => entries.map(({ emap }) => codes[emap]));
  const bitmaps = lists.flatMap(bitmapsOf);
  const expected = lists.flatMap((entries) => wordsOf(entries, codes));
  const warmUp = lists.slice(0, listsWarmUp).flatMap((list) => listWords(list, writtenEntries)).length;
  reset(sim);
  let [bitmap, first, written] = [0, 0, 0];
  while (written < expected.length) {
    showBitmap(sim, bitmaps[bitmap]);
    sim.set("values_valid", 1);
    for (let i = 0; i < valuesOfWord; i++)
      sim.set("values", values[first + i] ?? 0, i * valueBits, valueBits);
    if (sim.number("list_valid") === 1) {
      const word = readWord(sim, valueBits);
      if (word !== expected[written])
        throw new Error(`list word ${written} must be ${expected[written]}, is ${word}`);
      if (++written === warmUp) sim.take();
    }
    const [takesBitmap, takesValues] = [sim.number("bitmap_take"), sim.number("values_take")];
    sim.tick();
    bitmap += takesBitmap;
    first += valuesOfWord * takesValues;
  }
  return measuredUse(sim, expected.length - warmUp);
}

/** Words of a list as text, as `readWord` has them. */
const wordsOf = (entries: readonly ListEntry[], codes: Uint32Array): string[] =>
  listWords(entries, writtenEntries).map((word) =>
    word.map(({ distance, entry }) => [distance, entry ? codes[entry.emap] : "none"].join()).join(" "),
  );

interface Bitmap {
  readonly bits: number;
  readonly last: boolean;
}

function showBitmap(sim: GateSimulator, bitmap: Bitmap | undefined): void {
  sim.set("bitmap_valid", bitmap ? 1 : 0);
  sim.set("bitmap", bitmap?.bits ?? 0);
  sim.set("bitmap_last", bitmap?.last ? 1 : 0);
}

/** 32 positions each, as many as reach the list's last nonzero. */
function bitmapsOf(entries: readonly ListEntry[]): Bitmap[] {
  const count = 1 + Math.floor((entries.at(-1)?.position ?? 0) / bitmapBits);
  return Array.from({ length: count }, (_, i) => ({
    bits: entries
      .filter(({ position }) => Math.floor(position / bitmapBits) === i)
      .reduce((bits, { position }) => bits | (1 << (position % bitmapBits)), 0),
    last: i === count - 1,
  }));
}

function readWord(sim: GateSimulator, valueBits: number): string {
  return [0, 1, 2]
    .map((i) => {
      const distance = sim.number("list_word", i * (valueBits + 5), 5);
      const value = sim.number("list_word", i * (valueBits + 5) + 5, valueBits);
      return [distance, distance === 31 ? "none" : value].join();
    })
    .join(" ");
}

const chunksOfLayer = 40;
const activeWords = 6;
const valuesOfMemoryWord = 4;

/** Chunks brought to three traces in turn, a word a cycle, each made active after its last. */
export function driveChunkWriter(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  reset(sim);
  let words = 0;
  for (let i = -1; i < chunksOfLayer; i++) {
    if (i === 0) sim.take();
    const { values } = drawnChunk(operands);
    const own = activeWords + Math.ceil(values.length / valuesOfMemoryWord);
    const trace = (i + 3) % 3;
    sim.set("word_valid", 1);
    sim.set("word_trace", trace);
    for (let word = 0; word < own; word++) {
      sim.set("word_first", word === 0 ? 1 : 0);
      const at = sim.number("write_address") % 2 ** (sim.width("write_address") - 1);
      if (at !== word || sim.number("write") !== 1 << trace)
        throw new Error(`word ${word} of a chunk must go to place ${word} of trace ${trace}, goes to ${at}`);
      sim.tick();
      sim.set("activate", 0);
    }
    // while the next chunk comes
    sim.set("activate", 1);
    sim.set("activate_trace", trace);
    if (i >= 0) words += own;
  }
  return measuredUse(sim, words);
}
