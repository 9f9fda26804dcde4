import { flipFlop, gateEquivalents } from "../../hardware/logic/gate-equivalents.ts";
import { logicLevels } from "../logic-levels.ts";
import type { Bit, Netlist } from "../netlist.ts";
import { enabledFlipFlop } from "./gate-netlist.ts";

/** A net's place among the values: 0 and 1 are the constants, which Yosys's numbers leave free; unknown counts as 0. */
const placeOf = (bit: Bit): number => (typeof bit === "number" ? bit : bit === "1" ? 1 : 0);

/** What a gate computes, as the bits of a table whose index is its inputs, the first lowest. */
const truthTables: Readonly<Record<string, { readonly inputs: readonly string[]; readonly table: number }>> =
  {
    $_NOT_: { inputs: ["A"], table: 0b01 },
    $_BUF_: { inputs: ["A"], table: 0b10 },
    $_NAND_: { inputs: ["A", "B"], table: 0b0111 },
    $_NOR_: { inputs: ["A", "B"], table: 0b0001 },
    $_AND_: { inputs: ["A", "B"], table: 0b1000 },
    $_OR_: { inputs: ["A", "B"], table: 0b1110 },
    $_XOR_: { inputs: ["A", "B"], table: 0b0110 },
    $_XNOR_: { inputs: ["A", "B"], table: 0b1001 },
    // S chooses B
    $_MUX_: { inputs: ["A", "B", "S"], table: 0b1100_1010 },
    // not (A and B or C), not ((A or B) and C)
    $_AOI3_: { inputs: ["A", "B", "C"], table: 0b0000_0111 },
    $_OAI3_: { inputs: ["A", "B", "C"], table: 0b0001_1111 },
  };

export interface Gate {
  readonly table: number;
  /** nets; an input that a gate does not have is the constant 0 */
  readonly inputs: readonly [number, number, number];
  readonly output: number;
  readonly weight: number;
}

/** A port through which a memory is read at once, or written at the clock. */
export interface ReadPort {
  readonly memory: number;
  readonly address: readonly number[];
  readonly data: readonly number[];
}
export interface WritePort extends ReadPort {
  readonly enable: readonly number[];
}

/** The constant 1: the enable of a flip-flop without one. */
export const alwaysEnabled = 1;

export interface FlipFlop {
  readonly d: number;
  readonly q: number;
  readonly enable: number;
}

/** A netlist taken apart; a step is gates whose inputs are known, then the memories that can be read after them. */
export interface OrderedNetlist {
  readonly netCount: number;
  readonly steps: readonly { readonly gates: readonly Gate[]; readonly reads: readonly ReadPort[] }[];
  readonly flipFlops: readonly FlipFlop[];
  readonly memories: readonly { readonly words: number; readonly width: number }[];
  readonly writes: readonly WritePort[];
  /** nets of what can be set and read: ports, and pins of boxes as `instance.pin` */
  readonly signals: ReadonlyMap<string, { readonly nets: readonly number[]; readonly settable: boolean }>;
}

/** Throws where gates wait for each other in a ring. */
export function ordered(netlist: Netlist): OrderedNetlist {
  const gates: Gate[] = [];
  const flipFlops: FlipFlop[] = [];
  const memories: { words: number; width: number }[] = [];
  const reads: ReadPort[] = [];
  const writes: WritePort[] = [];
  const signals: Signals = new Map();
  for (const [name, { direction, bits }] of Object.entries(netlist.ports))
    signals.set(name, { nets: bits.map(placeOf), settable: direction === "input" });
  for (const [name, cell] of Object.entries(netlist.cells)) {
    const { type, parameters, connections } = cell;
    const pin = (port: string) => placeOf(connections[port][0]);
    const gate = truthTables[type];
    if (gate) {
      const [a, b = 0, c = 0] = gate.inputs.map(pin);
      gates.push({ table: gate.table, inputs: [a, b, c], output: pin("Y"), weight: gateEquivalents[type] });
    } else if (type === flipFlop) flipFlops.push({ d: pin("D"), q: pin("Q"), enable: alwaysEnabled });
    else if (type === enabledFlipFlop) flipFlops.push({ d: pin("D"), q: pin("Q"), enable: pin("E") });
    else if (type === "$mem_v2") {
      const ports = memoryPorts(parameters, connections, memories.length);
      memories.push({ words: number(parameters.SIZE), width: number(parameters.WIDTH) });
      reads.push(...ports.reads);
      writes.push(...ports.writes);
    } else setBoxPins(signals, name, cell);
  }
  const nets = [...gates.map(({ output }) => output), ...flipFlops.flatMap(({ d, q }) => [d, q])];
  for (const { data } of reads) nets.push(...data);
  for (const signal of signals.values()) nets.push(...signal.nets);
  const netCount = nets.reduce((most, net) => Math.max(most, net), 1) + 1;
  return { netCount, steps: inSteps(gates, reads), flipFlops, memories, writes, signals };
}

type Signals = Map<string, { readonly nets: readonly number[]; readonly settable: boolean }>;

/** What a box drives is set from outside. */
function setBoxPins(
  signals: Signals,
  box: string,
  { connections, port_directions = {} }: Netlist["cells"][string],
): void {
  for (const [port, bits] of Object.entries(connections))
    signals.set(`${box}.${port}`, {
      nets: bits.map(placeOf),
      settable: port_directions[port] === "output",
    });
}

const number = (text: string): number => Number.parseInt(text, 2);

function memoryPorts(
  parameters: Readonly<Record<string, string>>,
  connections: Readonly<Record<string, readonly Bit[]>>,
  memory: number,
): { reads: ReadPort[]; writes: WritePort[] } {
  const width = number(parameters.WIDTH);
  const addressBits = number(parameters.ABITS);
  const part = (port: string, i: number, bits: number) =>
    connections[port].slice(i * bits, (i + 1) * bits).map(placeOf);
  if (/1/.test(parameters.RD_CLK_ENABLE))
    throw new Error("a memory must be read at once, is read at a clock");
  return {
    reads: Array.from({ length: number(parameters.RD_PORTS) }, (_, i) => ({
      memory,
      address: part("RD_ADDR", i, addressBits),
      data: part("RD_DATA", i, width),
    })),
    writes: Array.from({ length: number(parameters.WR_PORTS) }, (_, i) => ({
      memory,
      address: part("WR_ADDR", i, addressBits),
      data: part("WR_DATA", i, width),
      enable: part("WR_EN", i, width),
    })),
  };
}

/** Gates and reads level by level; levels with nothing to read join the one after. */
function inSteps(gates: readonly Gate[], reads: readonly ReadPort[]): OrderedNetlist["steps"] {
  const nodes = [
    ...gates.map(({ inputs, output }) => ({ inputs: inputs as readonly number[], outputs: [output] })),
    ...reads.map(({ address, data }) => ({ inputs: address, outputs: data })),
  ];
  const levels = logicLevels(nodes);
  const waiting = nodes.length - levels.reduce((sum, { length }) => sum + length, 0);
  if (waiting > 0) throw new Error(`gates must not form a ring, ${waiting} of them do`);
  const steps: { gates: Gate[]; reads: ReadPort[] }[] = [];
  let step = { gates: [] as Gate[], reads: [] as ReadPort[] };
  for (const level of levels) {
    for (const i of level) {
      if (i < gates.length) step.gates.push(gates[i]);
      else step.reads.push(reads[i - gates.length]);
    }
    if (step.reads.length === 0) continue;
    steps.push(step);
    step = { gates: [], reads: [] };
  }
  return step.gates.length > 0 ? [...steps, step] : steps;
}
