import type { SwgParameters } from "../../hardware/parameters.ts";

/** How chunks and lists lie in the memories of a PE, in formats of 16 bits: what `chunk_writer`, `trace` and `list_reader` read. */

const rowBits = 20;
const slotsOfTrace = 18;
const valueBits = 16;
/** Values in a word of 64 bits: the nonzeros of a tile. */
export const valuesOfWord = 4;
/** Values that a chunk's place has room for, those where its row words are included: a base counts them. */
export const chunkValues = ({ chunkWords }: SwgParameters): number => valuesOfWord * chunkWords;

/** One bit of a row word, and the code of the value that it stands for. */
export interface RowBit {
  readonly at: number;
  readonly code: number;
}

/** A chunk in memory, and how its values are found there. */
export interface Chunk {
  readonly words: readonly bigint[];
  readonly couples: number;
  /** [row word] its bits, and the number of the first of its values: values of the chunk's memory before it */
  readonly bits: readonly number[];
  readonly bases: readonly number[];
  /** by number */
  readonly values: ReadonlyMap<number, number>;
}

/** A chunk of these row words, bits in their order, with the row word of each group's first lane. */
export function chunkOf(
  rowWords: readonly (readonly RowBit[])[],
  firstWords: readonly number[],
  p: SwgParameters,
): Chunk {
  const mostValues = chunkValues(p);
  const baseBits = Math.ceil(Math.log2(mostValues));
  const couples = Math.ceil(rowWords.length / 2);
  const bits: number[] = [];
  const bases: number[] = [];
  const values = new Map<number, number>();
  let number = couples * valuesOfWord;
  for (let w = 0; w < 2 * couples; w++) {
    const own = rowWords.at(w) ?? [];
    bases.push(number);
    bits.push(own.reduce((word, { at }) => word | (1 << at), 0));
    for (const { code } of own) values.set(number++, code);
  }
  if (number > mostValues) throw new Error(`a chunk must have ${mostValues} values at most, has ${number}`);
  const words = Array.from({ length: couples }, (_, couple) => {
    const at = (i: number) =>
      BigInt(bits[2 * couple + i]) | (BigInt(bases[2 * couple + i] % 2 ** baseBits) << BigInt(rowBits));
    const [first = 0, second = first] = firstWords.slice(2 * couple, 2 * couple + 2);
    const groups = BigInt(((second - first) << 4) | first) << BigInt(2 * (rowBits + baseBits));
    const isLast = couple === couples - 1 ? 1n << 63n : 0n;
    return at(0) | (at(1) << BigInt(rowBits + baseBits)) | groups | isLast;
  });
  for (let at = couples * valuesOfWord; at < number; at += valuesOfWord)
    words.push(packed([0, 1, 2, 3].map((i) => values.get(at + i) ?? 0)));
  return { words, couples, bits, bases, values };
}

/** A nonzero of a list: its position in the chunk, and its value's code. */
export interface Entry {
  readonly position: number;
  readonly code: number;
}

export function tilesOf(entries: readonly Entry[]): Entry[][] {
  const tiles: Entry[][] = [];
  for (let at = 0; at < entries.length; at += valuesOfWord) tiles.push(entries.slice(at, at + valuesOfWord));
  return tiles;
}

/** A list without a header: bitmap and values. */
export function listWordsOf(entries: readonly Entry[]): bigint[] {
  const bitmap = entries.reduce((word, { position }) => word | (1n << BigInt(position)), 0n);
  return [bitmap, ...tilesOf(entries).map((tile) => packed(tile.map(({ code }) => code)))];
}

/** A list with a header: the masks of a PE's traces, and how many words follow. */
export function headedWordsOf(entries: readonly Entry[], masks: readonly number[]): bigint[] {
  const words = entries.length > 0 ? listWordsOf(entries) : [];
  const header = masks.reduce(
    (word, mask, t) => word | (BigInt(mask) << BigInt(slotsOfTrace * t)),
    BigInt(words.length) << BigInt(slotsOfTrace * masks.length),
  );
  return [header, ...words];
}

const packed = (codes: readonly number[]): bigint =>
  codes.reduce((word, code, i) => word | (BigInt(code) << BigInt(valueBits * i)), 0n);
