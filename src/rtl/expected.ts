import { bitsAt, Frame, type PortShape, putBits } from "./stimulus.ts";

/** The first output of a circuit that is not what it should be. */
export interface Difference {
  /** cycle of the model */
  readonly cycle: number;
  /** port, and which of its bits */
  readonly signal: string;
  readonly expected: number;
  readonly actual: number;
}

/** What must come out of a circuit, cycle by cycle; bits that nothing is said of may be anything. */
export class Expected {
  readonly frame: Frame;
  readonly cycles: number;
  /** values compared so far: bits */
  private readonly values: Uint32Array;
  private readonly cares: Uint32Array;
  private readonly start: number;
  private readonly widths = new Map<string, number>();

  /** Cycle 0 of the model is cycle `start` of the circuit; from there on the ports `always` are 0 unless put. */
  constructor(ports: readonly PortShape[], cycles: number, start: number, always: readonly string[]) {
    this.frame = new Frame(ports, "out");
    this.cycles = cycles;
    this.start = start;
    this.values = new Uint32Array(cycles * this.frame.words);
    this.cares = new Uint32Array(cycles * this.frame.words);
    for (const name of always) {
      const { word, width } = this.frame.place(name);
      for (let cycle = start; cycle < cycles; cycle++)
        for (let bit = 0; bit < width; bit += 32)
          putBits(
            this.cares,
            (cycle * this.frame.words + word) * 32 + bit,
            Math.min(32, width - bit),
            0xffffffff,
          );
    }
  }

  put(
    cycle: number,
    name: string,
    value: number | boolean,
    bit = 0,
    width = this.frame.place(name).width,
  ): void {
    const at = this.bit(cycle, name) + bit;
    putBits(this.values, at, width, Number(value));
    putBits(this.cares, at, width, 0xffffffff);
    this.widths.set(`${name} ${bit}`, width);
  }

  /** Adds to what was put before. */
  add(cycle: number, name: string, value: number, bit: number, width: number): void {
    this.put(cycle, name, bitsAt(this.values, this.bit(cycle, name) + bit, width) + value, bit, width);
  }

  /** Nothing is said of a port from a cycle on. */
  endOf(name: string, from: number): void {
    const { width } = this.frame.place(name);
    for (let cycle = this.start + from; cycle < this.cycles; cycle++)
      for (let bit = 0; bit < width; bit++)
        putBits(this.cares, this.bit(cycle - this.start, name) + bit, 1, 0);
  }

  /** The first difference in the outputs of a run, as words of each cycle. */
  compare(record: Uint32Array): Difference | undefined {
    const { words } = this.frame;
    for (let cycle = this.start; cycle < this.cycles; cycle++)
      for (const name of this.frame.names()) {
        const { word, width } = this.frame.place(name);
        for (let w = 0; w * 32 < width; w++) {
          const at = cycle * words + word + w;
          const wrong = (record[at] ^ this.values[at]) & this.cares[at];
          if (wrong === 0) continue;
          const bit = w * 32 + 31 - Math.clz32(wrong & -wrong);
          return {
            cycle: cycle - this.start,
            ...this.field(name, bit, (name === "gradient" ? bit >> 5 : bit) + 0),
            expected: bitsAt(this.values, (cycle * words + word + w) * 32, 32),
            actual: bitsAt(record, (cycle * words + word + w) * 32, 32),
          };
        }
      }
    return undefined;
  }

  private field(name: string, bit: number, _index: number): { signal: string } {
    return { signal: `${name}[${bit}]` };
  }

  private bit(cycle: number, name: string): number {
    return ((this.start + cycle) * this.frame.words + this.frame.place(name).word) * 32;
  }
}
