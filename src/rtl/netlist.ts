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

/** Size x width of all memories. */
export const memoryBits = ({ cells }: Netlist): number =>
  Object.values(cells).reduce(
    (sum, { type, parameters }) =>
      sum + (type === "$mem_v2" ? binary(parameters.SIZE) * binary(parameters.WIDTH) : 0),
    0,
  );

const binary = (text: string): number => Number.parseInt(text, 2);

/** Cells on the longest way through those that `isGate` says are gates. */
export function logicDepth({ cells }: Netlist, isGate: (type: string) => boolean): number {
  const gates = Object.values(cells).filter(({ type }) => isGate(type));
  const nodes = gates.map((gate) => ({ inputs: bitsOf(gate, "input"), outputs: bitsOf(gate, "output") }));
  return logicLevels(nodes).length;
}
