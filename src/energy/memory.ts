import type { ManyPorts, MemoryComponent } from "../accelerators/components.ts";
import {
  type RegisterFileAccess,
  registerFileGateEquivalents,
  registerFileRead,
  registerFileWrite,
} from "../hardware/logic/register-file.ts";
import { nand2Um2 } from "./arithmetic.ts";
import type { ProcessNode, SramRow } from "./nodes/process-node.ts";
import { areaScale, energyScale } from "./scaling.ts";
import { femtojoulesPerClock, femtojoulesPerToggle } from "./toggle-energy.ts";

/** What a memory costs at a node: to move a byte, and to have it. */
export interface MemoryCost {
  readonly readPjPerByte: number;
  readonly writePjPerByte: number;
  /** of all of them together */
  readonly leakMw: number;
  readonly areaMm2: number;
  readonly made: "SRAM" | "registers";
}

/**
 * What a macro with a port for reading and one for writing costs beside one with one port for both: between what the cell
 * of eight transistors takes beside that of six, 1.3, and what macros take of which each port reads and writes, 1.9 (D36).
 * Lines get longer by the root of the area.
 */
export const twoPortFactors = { area: 1.6, energy: Math.sqrt(1.6) } as const;

/**
 * A memory as SRAM macros or as registers, whichever takes less area; registers win only far below the smallest macro. With
 * more ports than a read and a write it is registers, for no macro has them, however large.
 * SRAM: the grid's narrowest word that holds an access, sizes interpolated in their logarithm; a memory smaller than the
 * smallest macro takes that one, one larger than the largest is cut into several. A byte costs its share of a word's
 * energy, narrower accesses too, since in the grid energy goes with width (assumed, D36).
 */
export function memoryCost(memory: MemoryComponent, node: ProcessNode): MemoryCost {
  if (memory.words * memory.wordBits === 0) return nothing;
  const registers = asRegisters(memory, node);
  if (typeof memory.ports === "object") return registers;
  const sram = asSram(memory, node);
  return sram.areaMm2 < registers.areaMm2 ? sram : registers;
}

/** Words of no bits, such as the place of a value in a buffer of one. */
const nothing: MemoryCost = { readPjPerByte: 0, writePjPerByte: 0, leakMw: 0, areaMm2: 0, made: "registers" };

/** Flip-flops, with what picks the words that are read and written beside them (D61). */
function asRegisters({ count, words, wordBits, ports }: MemoryComponent, node: ProcessNode): MemoryCost {
  const { read, write, writersOfWord = write } = typeof ports === "object" ? ports : onePortEach;
  const file = { words, width: wordBits, reads: read, writes: writersOfWord };
  const pjPerByte = ({ toggledGateEquivalents, clockedFlipFlops }: RegisterFileAccess) => {
    const femtojoules =
      toggledGateEquivalents * femtojoulesPerToggle + clockedFlipFlops * femtojoulesPerClock;
    return ((8 / wordBits) * femtojoules * energyScale(node.scaling, node.voltage)) / 1000;
  };
  const um2 = registerFileGateEquivalents(file) * nand2Um2 * areaScale(node.nm);
  return {
    readPjPerByte: pjPerByte(registerFileRead(file)),
    writePjPerByte: pjPerByte(registerFileWrite(file)),
    leakMw: 0,
    areaMm2: count * um2 * 1e-6,
    made: "registers",
  };
}

const onePortEach: ManyPorts = { read: 1, write: 1 };

function asSram({ count, words, wordBits, ports }: MemoryComponent, { sram }: ProcessNode): MemoryCost {
  const widths = [...new Set(sram.map((row) => row.wordBits))].sort((a, b) => a - b);
  const width = widths.find((bits) => bits >= wordBits) ?? widths[widths.length - 1];
  const rows = sram.filter((row) => row.wordBits === width).sort((a, b) => a.bytes - b.bytes);
  const bytes = (words * wordBits) / 8;
  const cuts = Math.ceil(bytes / rows[rows.length - 1].bytes);
  const macro = interpolate(rows, bytes / cuts);
  const factor = ports === "readAndWrite" ? twoPortFactors : { area: 1, energy: 1 };
  return {
    readPjPerByte: (8 * macro.readPj * factor.energy) / width,
    writePjPerByte: (8 * macro.writePj * factor.energy) / width,
    leakMw: count * cuts * macro.leakMw * factor.area,
    areaMm2: count * cuts * macro.areaMm2 * factor.area,
    made: "SRAM",
  };
}

/** A macro between two of the grid, linear in the logarithm of its size; the smallest one below them. */
function interpolate(rows: readonly SramRow[], bytes: number): SramRow {
  const above = rows.findIndex((row) => row.bytes >= bytes);
  if (above === 0) return rows[0];
  const [low, high] = [rows[above - 1], rows[above]];
  const share = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes);
  const between = (a: number, b: number) => a + share * (b - a);
  return {
    wordBits: low.wordBits,
    bytes,
    readPj: between(low.readPj, high.readPj),
    writePj: between(low.writePj, high.writePj),
    leakMw: between(low.leakMw, high.leakMw),
    areaMm2: between(low.areaMm2, high.areaMm2),
  };
}
