import { logicLevels } from "./logic-levels.ts";

/** A module as gates: what Yosys's `write_json` says of it, as far as it is used here. */
export interface Netlist {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, NetlistCell>>;
  readonly netnames: Readonly<
    Record<
      string,
      {
        readonly hide_name?: number;
        readonly bits: readonly Bit[];
        readonly attributes?: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A net by its number, or a constant. */
export type Bit = number | string;

interface NetlistCell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly port_directions?: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

/** Bits that a cell reads or drives. */
export const bitsOf = (
  { connections, port_directions = {} }: NetlistCell,
  direction: "input" | "output",
): readonly Bit[] =>
  Object.keys(connections).flatMap((port) => (port_directions[port] === direction ? connections[port] : []));

/** How many cells there are of each type. */
export function cellCounts({ cells }: Netlist): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of Object.values(cells)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Equal memories of a module: a macro that a memory compiler makes. */
export interface NetlistMemory {
  readonly words: number;
  readonly wordBits: number;
  /** addresses that are read and written in a cycle */
  readonly reads: number;
  readonly writes: number;
}

/** The memories of a module; parts of a word that are written at one address have one port together. */
export const memoriesOf = ({ cells }: Netlist): NetlistMemory[] =>
  Object.values(cells)
    .filter(({ type }) => type === "$mem_v2")
    .map(({ parameters, connections }) => {
      const ports = (addresses: readonly Bit[]) => {
        const bits = binary(parameters.ABITS);
        const each = Array.from({ length: addresses.length / bits }, (_, port) =>
          addresses.slice(port * bits, (port + 1) * bits).join(" "),
        );
        return new Set(each).size;
      };
      return {
        words: binary(parameters.SIZE),
        wordBits: binary(parameters.WIDTH),
        reads: ports(connections.RD_ADDR),
        writes: ports(connections.WR_ADDR),
      };
    });

/** Size x width of all memories. */
export const memoryBits = (netlist: Netlist): number =>
  memoriesOf(netlist).reduce((sum, { words, wordBits }) => sum + words * wordBits, 0);

const binary = (text: string): number => Number.parseInt(text, 2);

/** Cells on the longest way through those that `isGate` says are gates. */
export function logicDepth({ cells }: Netlist, isGate: (type: string) => boolean): number {
  const gates = Object.values(cells).filter(({ type }) => isGate(type));
  const nodes = gates.map((gate) => ({ inputs: bitsOf(gate, "input"), outputs: bitsOf(gate, "output") }));
  return logicLevels(nodes).length;
}
