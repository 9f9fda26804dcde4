import type { Circuit } from "./circuit.ts";
import { Recorder } from "./recorder.ts";

/** Values by port. */
export type PortValues = Readonly<Record<string, bigint | number | boolean>>;

/**
 * What a circuit must do: given a cycle's inputs, its outputs in that cycle, before the rising edge. Outputs that it leaves
 * out may have any value.
 */
export type CycleModel = (inputs: PortValues, cycle: number) => PortValues;

/** The first cycle in which a circuit and its model do not agree. */
export interface Difference {
  readonly cycle: number;
  readonly signal: string;
  readonly circuit: bigint;
  readonly model: bigint;
  /** the cycles around, with the model's outputs beside the circuit's, as a VCD */
  readonly vcd: string;
}

/** `cycle 17: in_ready is 1 in the circuit, 0 in the model` */
export const describeDifference = ({ cycle, signal, circuit, model }: Difference): string =>
  `cycle ${cycle}: ${signal} is ${circuit} in the circuit, ${model} in the model`;

/**
 * Gives circuit and model the same inputs, cycle by cycle, until an output differs or the stimulus ends. `around` cycles
 * before a difference, and a quarter as many after it, are in its waveform.
 */
export function firstDifference(
  circuit: Circuit,
  model: CycleModel,
  stimulus: Iterable<PortValues>,
  around = 32,
): Difference | undefined {
  const recorder = new Recorder(circuit, around);
  const expected = new Map<number, PortValues>();
  let found: Omit<Difference, "vcd"> | undefined;
  for (const inputs of stimulus) {
    if (found && circuit.cycle > found.cycle + around / 4) break;
    if (circuit.cycle > 0 && expected.size > 0) expected.delete(circuit.cycle - 3 * around);
    for (const [name, value] of Object.entries(inputs)) circuit.set(name, value);
    circuit.settle();
    const outputs = model(inputs, circuit.cycle);
    expected.set(circuit.cycle, outputs);
    found ??= differenceIn(circuit, outputs);
    recorder.tick();
  }
  if (!found) return undefined;
  const outputs = circuit.ports.filter(({ direction }) => direction === "out");
  const waves = outputs.map(({ name, width }) => ({ name: `model.${name}`, width }));
  const valuesOf = (cycle: number) =>
    outputs.map(({ name, width }) => {
      const value = expected.get(cycle)?.[name];
      return value === undefined ? undefined : BigInt.asUintN(width, BigInt(value));
    });
  return { ...found, vcd: recorder.vcd(waves, valuesOf) };
}

function differenceIn(circuit: Circuit, outputs: PortValues): Omit<Difference, "vcd"> | undefined {
  for (const [signal, value] of Object.entries(outputs)) {
    const [actual, expected] = [
      circuit.get(signal),
      BigInt.asUintN(circuit.port(signal).width, BigInt(value)),
    ];
    if (actual !== expected) return { cycle: circuit.cycle, signal, circuit: actual, model: expected };
  }
  return undefined;
}
