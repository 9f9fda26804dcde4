import type { EventCounts } from "../events.ts";
import type { swgParameters } from "../hardware/parameters.ts";
import type { ParameterValues } from "../parameter.ts";

/** How values of maps and gradients are stored and multiplied. */
export type Format = ParameterValues<typeof swgParameters>["format"];

/** Equal memories of a kind: registers, or SRAM macros of one port. */
export interface MemoryComponent {
  readonly count: number;
  /** of one of them */
  readonly bytes: number;
  /** what one access moves; a narrower one pays its share */
  readonly wordBits: number;
}

/** Memories by what they hold. */
export type MemoryName = "globalBuffer" | "fmapBuffers" | "emapBuffers" | "accumulators";

/** Blocks that logic is made of: of 32 bits, but a register of one bit and the adders of sums. */
export type LogicBlock =
  | "register"
  | "bitwise"
  | "shifter"
  | "popcount"
  | "counter"
  | "comparator"
  | "crossbar"
  | "sumAdder";

/** What logic serves. `validDataTrace`: finding pairs, by whatever means; `interconnect`: moving data, and control. */
type LogicPurpose = "accumulators" | "validDataTrace" | "balancer" | "interconnect";

/** Equal blocks of logic that serve one purpose: published ones, or as many gate equivalents each as were synthesised. */
export type LogicComponent = { readonly purpose: LogicPurpose; readonly count: number } & (
  | { readonly block: LogicBlock }
  | { readonly gateEquivalents: number }
);

/** Memories of a purpose; nothing is priced for using them. */
export interface TableComponent extends MemoryComponent {
  readonly purpose: LogicPurpose;
}

/** What a machine is built of; its energy and its area follow from this and from its events. */
export interface Components {
  readonly clockMhz: number;
  readonly format: Format;
  /** multipliers, each with an adder for sums of four bytes */
  readonly macs: number;
  /** MACs close together, among which pairs and sums travel before they are added up: a column */
  readonly groupMacs: number;
  /** a machine whose events move bytes at a memory has that memory */
  readonly memories: Readonly<Partial<Record<MemoryName, MemoryComponent>>>;
  readonly logic: readonly LogicComponent[];
  readonly tables?: readonly TableComponent[];
  /** crossbars of 1 to 4 that a routed pair passes each way */
  readonly crossbarLevels: number;
  /** DRAM's rate in MB/s; none where memory takes no time */
  readonly dramMbps?: number;
}

/** The global buffer as banks of eight bytes that a port of `portBytes` a cycle is made of. */
export const bankedBuffer = (bytes: number, portBytes: number): MemoryComponent => {
  const count = Math.ceil(portBytes / 8);
  return { count, bytes: bytes / count, wordBits: 64 };
};

/** Two operands and a sum in registers beside each MAC: what an array needs that shifts values through. */
export const registersOfMacs = (macs: number, valueBytes: number) => ({
  fmapBuffers: { count: macs, bytes: valueBytes, wordBits: 8 * valueBytes },
  emapBuffers: { count: macs, bytes: valueBytes, wordBits: 8 * valueBytes },
  accumulators: { count: macs, bytes: 4, wordBits: 32 },
});

/** What happens in them: every operand passes through a register for each MAC, and the sum is read and written. */
export const registerEvents = (macs: number, valueBytes: number): Partial<EventCounts> => ({
  ...{ fmapBufferWriteBytes: macs * valueBytes, fmapBufferReadBytes: macs * valueBytes },
  ...{ emapBufferWriteBytes: macs * valueBytes, emapBufferReadBytes: macs * valueBytes },
  ...{ accumulatorReadBytes: macs * 4, accumulatorWriteBytes: macs * 4 },
});
