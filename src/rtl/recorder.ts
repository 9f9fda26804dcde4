import { vcd, type Wave } from "../report/vcd.ts";
import type { Circuit, CircuitState } from "./circuit.ts";

/** A clock of 200 MHz. */
const cycleNs = 5;

/**
 * Clocks a circuit and can show its last cycles as a waveform. It keeps the inputs alone, and the circuit's state once in
 * so many cycles; the signals are worked out again when they are asked for.
 */
export class Recorder {
  readonly circuit: Circuit;
  /** the values of all inputs for each cycle since `states[0]` */
  private inputs: Uint32Array[] = [];
  /** the state before the inputs of the first cycle that is kept, and that of `cycles` later */
  private states: CircuitState[] = [];
  private readonly cycles: number;

  /** Keeps at least the last `cycles` cycles, at most twice as many. */
  constructor(circuit: Circuit, cycles = 64) {
    this.circuit = circuit;
    this.cycles = cycles;
  }

  /** The rising edge. */
  tick(): void {
    if (this.inputs.length % this.cycles === 0) this.states.push(this.circuit.save());
    if (this.states.length > 2) {
      this.states.shift();
      this.inputs.splice(0, this.cycles);
    }
    this.inputs.push(this.inputWords());
    this.circuit.tick();
  }

  /**
   * The recorded cycles and the present one, with its inputs as they are, as a VCD. `more` adds waves that are not the
   * circuit's, with their values by cycle. The circuit is left as it was found.
   */
  vcd(more: readonly Wave[] = [], valuesOf: (cycle: number) => (bigint | undefined)[] = () => []): string {
    const { circuit } = this;
    const now = circuit.save();
    const rows = [...this.inputs, this.inputWords()];
    circuit.restore(this.states[0] ?? now);
    const first = circuit.cycle;
    const samples = rows.map((row, i) => {
      let from = 0;
      for (const { direction, words } of circuit.ports)
        if (direction === "in") {
          words.set(row.subarray(from, from + words.length));
          from += words.length;
        }
      circuit.settle();
      const values = [...circuit.peekAll(), ...valuesOf(first + i)];
      if (i < rows.length - 1) circuit.tick();
      return { cycle: first + i, values };
    });
    circuit.restore(now);
    const own = circuit.signals.filter(({ depth }) => depth === undefined);
    const waves = own.map(({ name, width }) => ({ name: `circuit.${name}`, width }));
    return vcd([...waves, ...more], samples, first + rows.length, cycleNs);
  }

  private inputWords(): Uint32Array {
    const inputs = this.circuit.ports.filter(({ direction }) => direction === "in");
    return Uint32Array.from(inputs.flatMap(({ words }) => [...words]));
  }
}
