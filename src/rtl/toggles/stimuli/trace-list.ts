import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { type ListEntry, listWords } from "./trace-jobs.ts";

/** Words of a PE's list memory. */
const memoryWords = 64;

type ListWord =
  | { readonly kind: "header"; readonly mask: number; readonly set: number; readonly length: number }
  | { readonly kind: "bitmap"; readonly halves: readonly [number, number] }
  | { readonly kind: "values"; readonly values: readonly number[] };

interface List {
  readonly words: readonly ListWord[];
  readonly isJob: boolean;
}

/** A PE's list memory, filled with lists of one k after another as far as there is room. */
export class TraceList {
  private readonly sim: GateSimulator;
  private readonly emap: Uint32Array;
  private readonly valueBits: ValueBits;
  private readonly memory: (ListWord | undefined)[] = Array.from({ length: memoryWords });
  private readonly coming: List[] = [];
  private readonly held: List[] = [];
  private next = 0;
  private oldest = 0;

  /** `emap`: the bits of its values. */
  constructor(sim: GateSimulator, emap: Uint32Array, valueBits: ValueBits) {
    this.sim = sim;
    this.emap = emap;
    this.valueBits = valueBits;
  }

  /** A k's list. Without nonzeros it is a header; it is no job then, nor is it with a mask of 0. */
  add(entries: readonly ListEntry[], mask: number, set: number): void {
    const values = listWords(entries, this.valueBits).map(
      (tile): ListWord => ({ kind: "values", values: tile.map(({ emap }) => this.emap[emap]) }),
    );
    const halves: [number, number] = [0, 0];
    for (const { position } of entries) halves[position >> 5] += 2 ** (position % 32);
    const rest: ListWord[] = entries.length === 0 ? [] : [{ kind: "bitmap", halves }, ...values];
    const words: ListWord[] = [{ kind: "header", mask, set, length: rest.length }, ...rest];
    this.coming.push({ words, isJob: mask !== 0 && rest.length > 0 });
    this.fill();
  }

  /** The oldest job is done: its words may be others. Gives the number of those up to the next job's header. */
  endJob(): number {
    let words = 0;
    for (let ended = false; !ended; ) {
      const list = this.held.shift()!;
      ended = list.isJob;
      words = list.words.length;
      for (const _ of list.words) this.memory[this.oldest++ % memoryWords] = undefined;
    }
    const skipped = [...this.held, ...this.coming].findIndex(({ isJob }) => isJob);
    this.fill();
    return words + Math.max(0, skipped);
  }

  /** Whether there is a word at the address. */
  has(address: number): boolean {
    return this.memory[address % memoryWords] !== undefined;
  }

  /** The inputs become the word at the address; what a header or a value does not say stays as it was. */
  show(address: number): void {
    const { sim, valueBits } = this;
    const word = this.memory[address % memoryWords];
    if (word?.kind === "header") {
      sim.set("list_mask", word.mask);
      sim.set("list_set", word.set);
      sim.set("list_length", word.length);
    } else if (word?.kind === "bitmap") {
      for (const [i, half] of word.halves.entries()) sim.set("list_word", half, 32 * i, 32);
    } else
      for (const [i, value] of (word?.values ?? []).entries())
        sim.set("list_word", value, i * valueBits, valueBits);
  }

  private fill(): void {
    for (let list = this.coming[0]; list !== undefined; list = this.coming[0]) {
      if (this.next - this.oldest + list.words.length > memoryWords) return;
      for (const word of list.words) this.memory[this.next++ % memoryWords] = word;
      this.held.push(this.coming.shift()!);
    }
  }
}
