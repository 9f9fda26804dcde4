import type { MemoryComponent } from "../accelerators/components.ts";
import { logicBlock } from "./logic.ts";
import type { ProcessNode, SramRow } from "./nodes/process-node.ts";
import { areaScale, energyScale } from "./scaling.ts";

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
 * A memory as SRAM macros or as registers, whichever takes less area; registers win only far below the smallest macro.
 * SRAM: the grid's narrowest word that holds an access, sizes interpolated in their logarithm; a memory smaller than the
 * smallest macro takes that one, one larger than the largest is cut into several. A byte costs its share of a word's
 * energy, narrower accesses too, since in the grid energy goes with width (assumed, D36).
 */
export function memoryCost(memory: MemoryComponent, node: ProcessNode): MemoryCost {
  const registers = asRegisters(memory, node);
  const sram = asSram(memory, node);
  return sram.areaMm2 < registers.areaMm2 ? sram : registers;
}

function asRegisters({ count, bytes }: MemoryComponent, node: ProcessNode): MemoryCost {
  const bit = logicBlock("register", "int8");
  const pjPerByte = 8 * bit.energyPj * energyScale(node.scaling, node.voltage);
  const areaMm2 = count * 8 * bytes * bit.areaUm2 * areaScale(node.nm) * 1e-6;
  return { readPjPerByte: pjPerByte, writePjPerByte: pjPerByte, leakMw: 0, areaMm2, made: "registers" };
}

function asSram({ count, bytes, wordBits }: MemoryComponent, { sram }: ProcessNode): MemoryCost {
  const widths = [...new Set(sram.map((row) => row.wordBits))].sort((a, b) => a - b);
  const width = widths.find((bits) => bits >= wordBits) ?? widths[widths.length - 1];
  const rows = sram.filter((row) => row.wordBits === width).sort((a, b) => a.bytes - b.bytes);
  const cuts = Math.ceil(bytes / rows[rows.length - 1].bytes);
  const macro = interpolate(rows, bytes / cuts);
  return {
    readPjPerByte: (8 * macro.readPj) / width,
    writePjPerByte: (8 * macro.writePj) / width,
    leakMw: count * cuts * macro.leakMw,
    areaMm2: count * cuts * macro.areaMm2,
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
    ...{ wordBits: low.wordBits, bytes },
    readPj: between(low.readPj, high.readPj),
    writePj: between(low.writePj, high.writePj),
    leakMw: between(low.leakMw, high.leakMw),
    areaMm2: between(low.areaMm2, high.areaMm2),
  };
}
