import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { type ListEntry, listWords } from "./trace-jobs.ts";

/** Words of a PE's list memory, and lists that it has at most. */
const memoryWords = 64;
const mostLists = 8;

type ListWord =
  | { readonly kind: "header"; readonly mask: number; readonly length: number }
  | { readonly kind: "bitmap"; readonly halves: readonly [number, number] }
  | { readonly kind: "values"; readonly values: readonly number[] };

/** A list, the episode of its chunk and the set of its sums. */
interface List {
  readonly words: readonly ListWord[];
  readonly episode: number;
  readonly set: number;
}

/** A PE's list memory, filled with lists of one k after another as far as there is room. */
export class TraceList {
  private readonly sim: GateSimulator;
  private readonly emap: Uint32Array;
  private readonly valueBits: ValueBits;
  private readonly memory: (ListWord | undefined)[] = Array.from({ length: memoryWords });
  private readonly coming: List[] = [];
  /** [number] */
  private readonly lists: List[] = [];
  private next = 0;
  private oldest = 0;
  /** lists that are done */
  private done = 0;

  /** `emap`: the bits of its values. */
  constructor(sim: GateSimulator, emap: Uint32Array, valueBits: ValueBits) {
    this.sim = sim;
    this.emap = emap;
    this.valueBits = valueBits;
  }

  /** A k's list. Without nonzeros it is a header; it is no job then, nor is it with a mask of 0. */
  add(entries: readonly ListEntry[], mask: number, { episode, set }: Omit<List, "words">): void {
    const values = listWords(entries, this.valueBits).map(
      (tile): ListWord => ({ kind: "values", values: tile.map(({ emap }) => this.emap[emap]) }),
    );
    const halves: [number, number] = [0, 0];
    for (const { position } of entries) halves[position >> 5] += 2 ** (position % 32);
    const rest: ListWord[] = entries.length === 0 ? [] : [{ kind: "bitmap", halves }, ...values];
    this.coming.push({ words: [{ kind: "header", mask, length: rest.length }, ...rest], episode, set });
    this.fill();
  }

  /** What the trace is told of the lists whose numbers it shows. */
  tell(): void {
    const { sim } = this;
    sim.set("lists_in", this.lists.length % 16);
    sim.set("read_episode", (this.listOf("read_index")?.episode ?? 0) % 4);
    sim.set("next_episode", (this.listOf("next")?.episode ?? 0) % 4);
    sim.set("work_set", this.listOf("work_index")?.set ?? 0);
  }

  /** Number of the list at work. */
  get atWork(): number {
    return this.numberOf("work_index");
  }

  /** All lists up to this one are done: their words may be others. */
  endJob(last: number): void {
    for (; this.done <= last; this.done++)
      for (const _ of this.lists[this.done].words) this.memory[this.oldest++ % memoryWords] = undefined;
    this.fill();
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
      sim.set("list_length", word.length);
    } else if (word?.kind === "bitmap") {
      for (const [i, half] of word.halves.entries()) sim.set("list_word", half, 32 * i, 32);
    } else
      for (const [i, value] of (word?.values ?? []).entries())
        sim.set("list_word", value, i * valueBits, valueBits);
  }

  /** The number of a list that the trace shows modulo 16: none is further than that from those that are done. */
  private numberOf(port: string): number {
    return this.done + ((((this.sim.number(port) - this.done) % 16) + 16) % 16);
  }

  private listOf(port: string): List | undefined {
    return this.lists.at(this.numberOf(port));
  }

  private fill(): void {
    for (let list = this.coming[0]; list !== undefined; list = this.coming[0]) {
      if (this.lists.length - this.done >= mostLists) return;
      if (this.next - this.oldest + list.words.length > memoryWords) return;
      for (const word of list.words) this.memory[this.next++ % memoryWords] = word;
      this.lists.push(this.coming.shift()!);
    }
  }
}
