import type { EventCounts } from "../events.ts";
import { adderSize, blockSize, multiplierSize } from "../hardware/logic/block-use.ts";
import { broadcastSize } from "../hardware/logic/broadcast.ts";
import type { BlockName, ValueBits } from "../hardware/logic/toggled-blocks.ts";
import { formatBytes, type swgParameters } from "../hardware/parameters.ts";
import type { ParameterValues } from "../parameter.ts";

/** How values of maps and gradients are stored and multiplied. */
export type Format = ParameterValues<typeof swgParameters>["format"];

/**
 * How many words are reached in a cycle. `shared`: one, read or written. `readAndWrite`: one read and one written. More than
 * that no macro has, and the memory is made of flip-flops.
 */
export type MemoryPorts = "shared" | "readAndWrite" | ManyPorts;

export interface ManyPorts {
  readonly read: number;
  readonly write: number;
  /** of the ports that write, those that reach any one word; all, if it is left out */
  readonly writersOfWord?: number;
}

/** Equal memories of a kind: SRAM macros, or registers. */
export interface MemoryComponent {
  readonly count: number;
  /** of one of them */
  readonly words: number;
  /** what one access moves; a narrower one pays its share */
  readonly wordBits: number;
  readonly ports: MemoryPorts;
}

/** Memories by what they hold, and the part of area and energy that they belong to. */
export const memoryParts = {
  globalBuffer: "globalBuffer",
  fmapBuffers: "fmapBuffers",
  emapBuffers: "emapBuffers",
  accumulators: "accumulators",
  operandBuffers: "operandBuffers",
  productRegisters: "mac",
  drainBuffers: "interconnect",
} as const;
/** A memory by what it holds. */
export type MemoryName = keyof typeof memoryParts;

/** What logic serves. `validDataTrace`: finding pairs, by whatever means; `interconnect`: moving data, and control. */
type LogicPurpose = "accumulators" | "validDataTrace" | "balancer" | "interconnect";

/**
 * Equal blocks of logic that serve one purpose: adders of sums, as many gate equivalents each as were synthesised, or a
 * block whose netlist is in the table of toggles. Of the last a share may be meant: half a block with two multiplexers.
 */
export type LogicComponent = { readonly purpose: LogicPurpose; readonly count: number } & (
  | { readonly block: "sumAdder" }
  | { readonly gateEquivalents: number }
  | { readonly netlist: BlockName }
);

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
  /** MACs of a PE: how far it is to the one beside it */
  readonly peMacs: number;
  /** valid-data traces of the PE whose blocks it has, where it has such; the default's if left out */
  readonly peTraces?: number;
  /** gates on the longest way between two registers, which limits the clock; none of them is a memory's */
  readonly longestWayGates: number;
  /** DRAM's rate in MB/s; none where memory takes no time */
  readonly dramMbps?: number;
}

/**
 * The global buffer as banks of eight bytes with one port each, as many as its port to read and its port to write move in a
 * cycle together: what is read and what is written meet in no bank (assumed, D72).
 */
export const bankedBuffer = (bytes: number, readBytes: number, writeBytes: number): MemoryComponent => {
  const count = Math.ceil((readBytes + writeBytes) / 8);
  return { count, words: bytes / count / 8, wordBits: 64, ports: "shared" };
};

/** What that leaves perfect, for the list of what is free. */
export const bankConflictsAreFree =
  "What is read from the global buffer, written to it and moved by DRAM meets without conflicts in its banks.";

/** What takes the words of the global buffer's read port to `receivers`: a tree of buffers, the same for every machine. */
export const broadcastTree = (portBytes: number, receivers: number): LogicComponent => ({
  purpose: "interconnect",
  count: 1,
  gateEquivalents: broadcastSize(8 * portBytes, receivers).gateEquivalents,
});

/** Of a machine that moves compressed maps: for each word of the port, what spreads its bitmap and counts the ones before it. */
export const bitmapSpreaders = (portBytes: number): LogicComponent => ({
  purpose: "interconnect",
  count: Math.ceil(portBytes / 4),
  netlist: "spreadWord",
});

/** Bits of a value in a format. */
export const valueBitsOf = (format: Format): ValueBits => (8 * formatBytes[format]) as ValueBits;

/**
 * The longest way of a machine of these blocks. The MAC is everybody's: a stage for the multiplier and one for the adder of
 * sums, so that the adder is the longest way where no block has more gates in succession.
 */
export const longestWayGates = (format: Format, blocks: readonly BlockName[] = [], traces?: number): number =>
  Math.max(
    multiplierSize(format).gates,
    adderSize(format).gates,
    ...blocks.map((block) => blockSize(block, valueBitsOf(format), traces).gates),
  );

/** So many words of a register each: one word is read and written in a cycle. */
const registers = (count: number, wordBits: number): MemoryComponent => ({
  count,
  words: 1,
  wordBits,
  ports: "readAndWrite",
});

/** A register between each multiplier and its adder, which shortens the longest way to that of the adder. */
export const productRegisters = (macs: number) => ({ productRegisters: registers(macs, 32) });

/** A sum in a register beside each MAC. */
export const sumRegisters = (macs: number) => ({ accumulators: registers(macs, 32) });

/** What happens in them: a sum is read and written for each product. */
export const sumEvents = (products: number): Partial<EventCounts> => ({
  accumulatorReadBytes: products * 4,
  accumulatorWriteBytes: products * 4,
});

/** Two operands and a sum in registers beside each MAC: what an array needs that shifts values through. */
export const registersOfMacs = (macs: number, valueBytes: number) => ({
  fmapBuffers: registers(macs, 8 * valueBytes),
  emapBuffers: registers(macs, 8 * valueBytes),
  ...sumRegisters(macs),
});

/** What happens in them: every operand passes through a register for each MAC, and the sum is read and written. */
export const registerEvents = (macs: number, valueBytes: number): Partial<EventCounts> => ({
  fmapBufferWriteBytes: macs * valueBytes,
  fmapBufferReadBytes: macs * valueBytes,
  emapBufferWriteBytes: macs * valueBytes,
  emapBufferReadBytes: macs * valueBytes,
  ...sumEvents(macs),
});

/** `count` memories of so many bytes, whose accesses are `wordBytes` wide; one is read and one written in a cycle (assumed, D67). */
export const localMemory = (count: number, bytes: number, wordBytes: number): MemoryComponent => ({
  count,
  words: Math.max(1, Math.ceil(bytes / wordBytes)),
  wordBits: 8 * wordBytes,
  ports: "readAndWrite",
});
