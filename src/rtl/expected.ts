import { bitsAt, Frame, type PortShape, putBits } from "./stimulus.ts";

/** The first output of a circuit that is not what it should be. */
export interface Difference {
  /** cycle of the model */
  readonly cycle: number;
  /** a port, and which bits of it */
  readonly signal: string;
  readonly expected: number;
  readonly actual: number;
}

/** What must come out of a circuit, cycle by cycle; bits that nothing is said of may be anything. */
export class Expected {
  readonly frame: Frame;
  readonly cycles: number;
  private readonly values: Uint32Array;
  private readonly cares: Uint32Array;
  private readonly start: number;
  /** [port] bits of one of its fields: a column's, a PE's, a lane's */
  private readonly fields = new Map<string, number>();

  /** Cycle 0 of the model is cycle `start` of the circuit; from there on the ports `always` are 0 unless put. */
  constructor(ports: readonly PortShape[], cycles: number, start: number, always: readonly string[]) {
    this.frame = new Frame(ports, "out");
    this.cycles = cycles;
    this.start = start;
    this.values = new Uint32Array(cycles * this.frame.words);
    this.cares = new Uint32Array(cycles * this.frame.words);
    for (const name of always) this.care(name, 0, true);
  }

  /** Bits of a port in a cycle, from `bit` on. */
  put(
    cycle: number,
    name: string,
    value: number | boolean,
    bit = 0,
    width = this.frame.place(name).width,
  ): void {
    const at = this.bit(this.start + cycle, name) + bit;
    putBits(this.values, at, width, Number(value));
    putBits(this.cares, at, width, 0xffffffff);
    this.fields.set(name, width);
  }

  /** Nothing is said of a port from a cycle on. */
  endOf(name: string, from: number): void {
    this.care(name, from, false);
  }

  /** What is compared in a cycle of the circuit: words of the outputs. */
  caredFor(cycle: number): { word: number; mask: number; value: number }[] {
    const { words } = this.frame;
    const places = Array.from({ length: words }, (_, word) => word);
    return places
      .map((word) => ({
        word,
        mask: this.cares[cycle * words + word],
        value: this.values[cycle * words + word],
      }))
      .filter(({ mask }) => mask !== 0);
  }

  /** The first difference in what came out of a run: the words of every output for each cycle. */
  compare(record: Uint32Array): Difference | undefined {
    const { words } = this.frame;
    for (let cycle = this.start; cycle < this.cycles; cycle++)
      for (let word = cycle * words; word < (cycle + 1) * words; word++) {
        const wrong = (record[word] ^ this.values[word]) & this.cares[word];
        if (wrong !== 0) return this.difference(record, cycle, word * 32 + 31 - Math.clz32(wrong & -wrong));
      }
    return undefined;
  }

  /** [bit of a port] cycles of a run in which it is 1. */
  cyclesOf(record: Uint32Array, name: string): number[] {
    const { width } = this.frame.place(name);
    const counts = Array.from({ length: width }, () => 0);
    for (let cycle = this.start; cycle < this.cycles; cycle++)
      for (let bit = 0; bit < width; bit++) counts[bit] += bitsAt(record, this.bit(cycle, name) + bit, 1);
    return counts;
  }

  private difference(record: Uint32Array, cycle: number, at: number): Difference {
    const names = [...this.frame.names()];
    const name = names.findLast((port) => this.bit(cycle, port) <= at)!;
    const field = Math.min(32, this.fields.get(name) ?? 1);
    const index = Math.floor((at - this.bit(cycle, name)) / field);
    const from = this.bit(cycle, name) + index * field;
    return {
      cycle: cycle - this.start,
      signal: this.frame.place(name).width === field ? name : `${name}[${index}]`,
      expected: bitsAt(this.values, from, field),
      actual: bitsAt(record, from, field),
    };
  }

  private care(name: string, from: number, cares: boolean): void {
    const { width } = this.frame.place(name);
    for (let cycle = this.start + from; cycle < this.cycles; cycle++)
      for (let bit = 0; bit < width; bit += 32)
        putBits(this.cares, this.bit(cycle, name) + bit, Math.min(32, width - bit), cares ? 0xffffffff : 0);
  }

  private bit(cycle: number, name: string): number {
    return (cycle * this.frame.words + this.frame.place(name).word) * 32;
  }
}
