import type { Circuit } from "../circuit.ts";

/** What an output must be in a cycle: `value` in the bits of `mask`. */
export interface Expected {
  readonly port: string;
  readonly value: bigint;
  /** undefined: all bits count */
  readonly mask?: bigint;
}

/** What a bench drives: a circuit that is checked, or a record of what such a circuit gets and must answer. */
export interface Subject {
  set(port: string, value: number | bigint | boolean): void;
  /** Ends a cycle with the rising edge, after a look at the outputs. */
  cycle(expected: readonly Expected[]): void;
}

/** A circuit did what the cycle model does not. */
export class ColumnDifference extends Error {}

/** A circuit that is held to what its bench expects. Begins in the state of power-on. */
export class CheckedCircuit implements Subject {
  private readonly circuit: Circuit;
  private now = 0;

  constructor(circuit: Circuit) {
    this.circuit = circuit;
    circuit.powerOn();
  }

  set(port: string, value: number | bigint | boolean): void {
    this.circuit.set(port, value);
  }

  /** Throws a `ColumnDifference` that names cycle, port and bit. */
  cycle(expected: readonly Expected[]): void {
    const { circuit } = this;
    circuit.settle();
    for (const { port, value, mask } of expected) {
      const all = circuit.get(port) ^ value;
      const wrong = mask === undefined ? all : all & mask;
      if (wrong === 0n) continue;
      const bit = wrong.toString(2).match(/0*$/)![0].length;
      const must = (value >> BigInt(bit)) & 1n;
      throw new ColumnDifference(`cycle ${this.now}: bit ${bit} of ${port} must be ${must}, is ${1n - must}`);
    }
    circuit.tick();
    this.now++;
  }
}
