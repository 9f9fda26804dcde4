import { csvTable } from "./csv-table.ts";

/** An operation as published: pJ and um2 at a node; empty where the source does not say. */
export interface OperationRow {
  readonly operation: string;
  readonly width: string;
  readonly node_nm: string;
  readonly voltage: string;
  readonly energy_pj: string;
  readonly area_um2: string;
  readonly source: string;
  /** how far the value was checked against its source */
  readonly verified: string;
}

/**
 * Energy and area of operations as published. Prices are not made of them: the energy of a toggle is fitted to the integer
 * adders, that of a flip-flop's clock follows from the register, and the others are what our own units are held against
 * (D59). The floating-point units of the Accelergy Aladdin plug-in run about ten times Horowitz's and are left out.
 */
export const operations = csvTable<OperationRow>(`
operation,width,node_nm,voltage,energy_pj,area_um2,source,verified
add,int8,45,0.9,0.03,36,Horowitz ISSCC 2014 (area: companion table),energy yes; area recalled
add,int16,45,0.9,0.05,67,Horowitz ISSCC 2014,energy yes; area recalled
add,int32,45,0.9,0.1,137,Horowitz ISSCC 2014,energy yes; area recalled
add,fp16,45,0.9,0.4,1360,Horowitz ISSCC 2014,energy yes; area recalled
add,fp32,45,0.9,0.9,4184,Horowitz ISSCC 2014,energy yes; area recalled
mul,int8,45,0.9,0.2,282,Horowitz ISSCC 2014,energy yes; area recalled
mul,int32,45,0.9,3.1,3495,Horowitz ISSCC 2014,energy yes; area recalled
mul,fp16,45,0.9,1.1,1640,Horowitz ISSCC 2014,energy yes; area recalled
mul,fp32,45,0.9,3.7,7700,Horowitz ISSCC 2014,energy yes; area recalled
mul,int8,7,,0.07,,Jouppi ISCA 2021 table 2,yes
mul,fp16,7,,0.34,,Jouppi ISCA 2021 table 2,yes
mul,fp32,7,,1.31,,Jouppi ISCA 2021 table 2,yes
add,int32,7,,0.03,,Jouppi ISCA 2021 table 2,yes
mac,fp8,28,,1.1,,arXiv 2604.04507 (2.13 mW at 1.94 GHz; PE 0.00396 mm2),derived
mul,fp8_over_fp16,65,,,,LNPU ISSCC 2019 abstract: ratio 0.25 (an FP8 operation costs about a quarter of FP16),yes
register,1 bit,45,,0.009,5.98,Accelergy Aladdin plug-in,yes
comparator,32 bit,45,,0.0295,71,Accelergy Aladdin plug-in,yes
counter,32 bit,45,,0.251,495.5,Accelergy Aladdin plug-in,yes
crossbar 1 to 4,32 bit,45,,0.68,569.5,Accelergy Aladdin plug-in,yes
bitwise,32 bit,45,,0.018,50.4,Accelergy Aladdin plug-in,yes
shifter,32 bit,45,,0.417,250,Accelergy Aladdin plug-in,yes
`);

/** Node and supply of the rows of 45 nm. Aladdin's state no voltage: taken as Horowitz's (assumed, D35). */
export const operationNm = 45;
export const operationVoltage = 0.9;

/** The one row of an operation at 45 nm. */
export function operationAt45(operation: string, width: string): { energyPj: number; areaUm2: number } {
  const row = operations.find(
    (r) => r.operation === operation && r.width === width && Number(r.node_nm) === operationNm,
  );
  if (!row) throw new Error(`no ${operation} of ${width} at ${operationNm} nm in the table`);
  return { energyPj: Number(row.energy_pj), areaUm2: Number(row.area_um2) };
}
