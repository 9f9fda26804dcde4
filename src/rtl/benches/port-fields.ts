import type { Circuit } from "../circuit.ts";

/** An input of a circuit as fields of the same width, at most 32 bits or whole words wide, that are written in place. */
export class PortFields {
  private readonly words: Uint32Array;
  private readonly width: number;

  constructor(circuit: Circuit, port: string, width: number) {
    this.words = circuit.port(port).words;
    this.width = width;
  }

  /** Sets field number `at`, whose bits are 0. */
  set(at: number, value: number | boolean): void {
    const from = at * this.width;
    const [word, bit] = [from >>> 5, from & 31];
    this.words[word] |= Number(value) << bit;
    if (bit + this.width > 32) this.words[word + 1] |= Number(value) >>> (32 - bit);
  }

  /** Sets field number `at`, of 64 bits. */
  setWord(at: number, value: bigint): void {
    this.words[2 * at] = Number(value & 0xffff_ffffn);
    this.words[2 * at + 1] = Number(value >> 32n);
  }

  /** All fields to 0. */
  clear(): void {
    this.words.fill(0);
  }
}

/** A field of at most 32 bits of a port's words. */
export function fieldOf(words: Uint32Array, at: number, width: number): number {
  const from = at * width;
  const [word, bit] = [from >>> 5, from & 31];
  const high = bit + width > 32 ? words[word + 1] << (32 - bit) : 0;
  return ((words[word] >>> bit) | high) & (width === 32 ? 0xffff_ffff : 2 ** width - 1);
}
