import type { Circuit } from "../src/rtl/circuit.ts";

/** Brings a circuit of a design with switches to where it was made, with one of its faults switched on, or none. */
export function switchedTo(circuit: Circuit, fault?: number): Circuit {
  const switches = circuit.signals.filter(({ name, depth }) => depth === 1 && /\bfault_\d+$/.test(name));
  circuit.powerOn();
  for (const { name } of switches) circuit.memory(name)[0] = Number(name.endsWith(`fault_${fault}`));
  circuit.setPowerOn();
  if (fault !== undefined && !switches.some(({ name }) => name.endsWith(`fault_${fault}`)))
    throw new Error(`there must be a fault ${fault} in the circuit, there is none`);
  return circuit;
}
