import { csvTable } from "./csv-table.ts";

/** pJ per bit as published; rows of the facts' table. */
export const dramRows = csvTable<Readonly<Record<"memory" | "pj_per_bit" | "source", string>>>(`
memory,pj_per_bit,source
LPDDR4,8,Accelergy CACTI plug-in ("public data")
LPDDR4,13.5,DramDSE (13 to 14)
LPDDR3 per pin,3.7,T-REX ISSCC 2025
DDR3,70,Accelergy CACTI plug-in
GDDR5,14,Accelergy CACTI plug-in
HBM2,3.9,Accelergy CACTI plug-in
HMC,4.2,Accelergy CACTI plug-in
`);

/** A kind of DRAM. */
export interface Dram {
  readonly title: string;
  /** of a long stream, its rows opened in turn */
  readonly pjPerBit: number;
  readonly source: string;
  /** bytes that one activation opens, and that one access moves; recalled from data sheets */
  readonly rowBytes: number;
  readonly accessBytes: number;
  /** tRP + tRCD: closing a row and opening another; recalled */
  readonly rowOpenNs: number;
}

function kind(row: number, rowBytes: number, accessBytes: number, rowOpenNs: number): Dram {
  const { memory, pj_per_bit, source } = dramRows[row];
  return { title: memory, pjPerBit: Number(pj_per_bit), source, rowBytes, accessBytes, rowOpenNs };
}

/**
 * By the name that `--dram` knows it by. The default is the LPDDR4 row of Accelergy's plug-in, which other accelerators'
 * energies were computed with; DramDSE's is 1.7 times that (assumed, D38).
 */
export const drams: Readonly<Record<string, Dram>> = {
  lpddr4: kind(0, 2048, 32, 36),
  "lpddr4-dramdse": kind(1, 2048, 32, 36),
  lpddr3: kind(2, 2048, 32, 36),
  ddr3: kind(3, 8192, 64, 27.5),
  gddr5: kind(4, 2048, 32, 28),
  hbm2: kind(5, 1024, 32, 28),
  hmc: kind(6, 256, 32, 27.5),
};

/**
 * Opening a row costs 909 pJ a KiB: HBM2, O'Connor et al., "Fine-Grained DRAM", MICRO 2017, as quoted by others; taken
 * for every kind by the bytes of its row: derived.
 */
export const activationPj = ({ rowBytes }: Dram): number => (909 * rowBytes) / 1024;
