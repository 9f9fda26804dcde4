import { clockGatesOf } from "../../hardware/logic/gate-equivalents.ts";
import { unknownName } from "../../input-error.ts";
import type { Netlist } from "../netlist.ts";
import {
  alwaysEnabled,
  type FlipFlop,
  type Gate,
  type OrderedNetlist,
  ordered,
  type ReadPort,
} from "./gate-order.ts";

/** What switched in some cycles. */
export interface Toggles {
  /** gate equivalents of the gates whose output was another at the end of a cycle than at the end of the one before */
  readonly logic: number;
  /** flip-flops whose output changed */
  readonly flipFlops: number;
  /** flip-flops that had a clock edge: their enable was high, or they have no clock gate; clock gates, in every cycle */
  readonly clocked: number;
}

/**
 * Simulates a flat netlist with zero delay: a gate that would glitch counts once or not at all (D57).
 *
 * A cycle is: `set` the inputs, `settle`, read outputs, `tick`, as of a `Circuit`. `tick` counts what switched since the
 * last one, then is the rising edge of the clock; of a block without flip-flops it is the end of a use. All begins as 0.
 */
export class GateSimulator {
  private readonly order: OrderedNetlist;
  private readonly values: Uint8Array;
  private readonly before: Uint8Array;
  private readonly steps: readonly PackedStep[];
  private readonly outputs: Int32Array;
  private readonly weights: Float64Array;
  private readonly memories: readonly Uint8Array[];
  /** [flip-flop] */
  private readonly gated: readonly boolean[];
  private readonly clockGates: number;
  private settled = false;
  private logic = 0;
  private flipFlops = 0;
  private clocked = 0;

  constructor(netlist: Netlist) {
    this.order = ordered(netlist);
    this.values = new Uint8Array(this.order.netCount);
    this.values[1] = 1;
    this.steps = this.order.steps.map(packed);
    const gates = this.order.steps.flatMap((step) => step.gates);
    this.outputs = Int32Array.from(gates, ({ output }) => output);
    this.weights = Float64Array.from(gates, ({ weight }) => weight);
    this.memories = this.order.memories.map(({ words, width }) => new Uint8Array(words * width));
    const enabled = flipFlopsOfEnables(this.order.flipFlops);
    this.gated = this.order.flipFlops.map(({ enable }) => clockGatesOf(enabled.get(enable) ?? 0) > 0);
    this.clockGates = [...enabled.values()].reduce((sum, count) => sum + clockGatesOf(count), 0);
    this.settle();
    this.before = this.values.slice();
  }

  /** Names of inputs, and of pins that boxes drive, or of outputs and pins that they read. */
  names(settable: boolean): string[] {
    return [...this.order.signals].filter(([, signal]) => signal.settable === settable).map(([name]) => name);
  }

  /** Bits of an input or an output. */
  width(name: string): number {
    return this.nets(name).length;
  }

  /** Sets `width` bits of an input from bit `first` on; the whole of it where they are not said. Negative: two's complement. */
  set(name: string, value: number | bigint, first = 0, width = this.width(name) - first): void {
    const nets = this.nets(name);
    this.settled = false;
    if (width > 32) {
      let rest = BigInt(value);
      for (let i = first; i < first + width; i++, rest >>= 1n) this.values[nets[i]] = Number(rest & 1n);
      return;
    }
    const bits = Number(value);
    for (let i = 0; i < width; i++) this.values[nets[first + i]] = (bits >>> i) & 1;
  }

  /** A field of at most 32 bits, unsigned. */
  number(name: string, first = 0, width = this.width(name) - first): number {
    if (!this.settled) this.settle();
    const nets = this.nets(name);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 2 + this.values[nets[first + i]];
    return value;
  }

  /** Lets everything that depends on the inputs take its value. */
  settle(): void {
    for (const { tables, inputs, outputs, reads } of this.steps) {
      evaluate(this.values, tables, inputs, outputs);
      for (const read of reads) this.read(read);
    }
    this.settled = true;
  }

  /** Counts what switched since the last one, then is the rising edge of the clock. */
  tick(): void {
    if (!this.settled) this.settle();
    this.countLogic();
    const { flipFlops, writes } = this.order;
    const next = flipFlops.map(({ d, enable }) => (this.values[enable] === 1 ? this.values[d] : 2));
    for (const { memory, address, data, enable } of writes) {
      const { words, width } = this.order.memories[memory];
      const at = this.addressOf(address);
      if (at >= words) continue;
      for (let bit = 0; bit < width; bit++)
        if (this.values[enable[bit]] === 1) this.memories[memory][at * width + bit] = this.values[data[bit]];
    }
    this.clockEdge(flipFlops, next);
    this.settled = false;
  }

  /** What switched since the last call. */
  take(): Toggles {
    const taken = { logic: this.logic, flipFlops: this.flipFlops, clocked: this.clocked };
    [this.logic, this.flipFlops, this.clocked] = [0, 0, 0];
    return taken;
  }

  private countLogic(): void {
    const { values, before, outputs, weights } = this;
    let sum = 0;
    for (let i = 0; i < outputs.length; i++) if (values[outputs[i]] !== before[outputs[i]]) sum += weights[i];
    this.logic += sum;
    before.set(values);
  }

  private clockEdge(flipFlops: readonly FlipFlop[], next: readonly number[]): void {
    this.clocked += this.clockGates;
    for (let i = 0; i < next.length; i++) {
      if (next[i] !== 2 || !this.gated[i]) this.clocked++;
      if (next[i] === 2) continue;
      const { q } = flipFlops[i];
      if (this.values[q] === next[i]) continue;
      this.flipFlops++;
      this.values[q] = next[i];
    }
  }

  private read({ memory, address, data }: ReadPort): void {
    const { words, width } = this.order.memories[memory];
    const at = this.addressOf(address);
    for (let bit = 0; bit < width; bit++)
      this.values[data[bit]] = at < words ? this.memories[memory][at * width + bit] : 0;
  }

  private addressOf(nets: readonly number[]): number {
    let address = 0;
    for (let i = nets.length - 1; i >= 0; i--) address = address * 2 + this.values[nets[i]];
    return address;
  }

  private nets(name: string): readonly number[] {
    const signal = this.order.signals.get(name);
    if (!signal) throw unknownName("signal", name, this.order.signals.keys());
    return signal.nets;
  }
}

/** How many flip-flops each enable has. */
function flipFlopsOfEnables(flipFlops: readonly FlipFlop[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { enable } of flipFlops)
    if (enable !== alwaysEnabled) counts.set(enable, (counts.get(enable) ?? 0) + 1);
  return counts;
}

interface PackedStep {
  readonly tables: Uint8Array;
  /** three a gate */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  readonly reads: readonly ReadPort[];
}

const packed = ({ gates, reads }: { gates: readonly Gate[]; reads: readonly ReadPort[] }): PackedStep => ({
  tables: Uint8Array.from(gates, ({ table }) => table),
  inputs: Int32Array.from(gates.flatMap(({ inputs }) => inputs)),
  outputs: Int32Array.from(gates, ({ output }) => output),
  reads,
});

function evaluate(values: Uint8Array, tables: Uint8Array, inputs: Int32Array, outputs: Int32Array): void {
  for (let i = 0, j = 0; i < tables.length; i++, j += 3) {
    const index = values[inputs[j]] | (values[inputs[j + 1]] << 1) | (values[inputs[j + 2]] << 2);
    values[outputs[i]] = (tables[i] >> index) & 1;
  }
}
