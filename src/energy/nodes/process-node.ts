import { csvTable } from "../csv-table.ts";
import type { ScalingPlace } from "../scaling.ts";

/** A process node: all that energy and area depend on beside the machine. */
export interface ProcessNode {
  readonly nm: number;
  /** of logic and wires */
  readonly voltage: number;
  readonly scaling: ScalingPlace;
  readonly sram: readonly SramRow[];
  /** where its numbers come from, and what of them is interpolated or assumed */
  readonly about: string;
}

/** One SRAM macro: one bank, one read-write port. */
export interface SramRow {
  readonly wordBits: number;
  readonly bytes: number;
  readonly readPj: number;
  readonly writePj: number;
  readonly leakMw: number;
  readonly areaMm2: number;
}

type CactiColumn = "word_bits" | "KB" | "read_pJ" | "write_pJ" | "leak_mW" | "area_mm2";

/** Rows of CACTI's table as it was written. */
export const sramRows = (csv: string): readonly SramRow[] =>
  csvTable<Readonly<Record<CactiColumn, string>>>(csv).map((row) => ({
    wordBits: Number(row.word_bits),
    bytes: 1024 * Number(row.KB),
    readPj: Number(row.read_pJ),
    writePj: Number(row.write_pJ),
    leakMw: Number(row.leak_mW),
    areaMm2: Number(row.area_mm2),
  }));
