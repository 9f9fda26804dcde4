import { onChipPj, type PartsPj, sparsityPj, topsPerWatt, totalPj } from "../energy/energy.ts";

/** What a layer, or all of them, cost on a machine. */
export interface EnergyResult {
  /** whole pJ by part; they add up to `totalPj` */
  readonly partsPj: PartsPj;
  readonly totalPj: number;
  /** without DRAM */
  readonly onChipPj: number;
  /** finding and moving pairs, and bitmaps on chip; wires and clock of these too */
  readonly sparsityPj: number;
  /** 2 operations for each valid MAC, over the energy with DRAM and without */
  readonly effectiveTopsPerWatt: number;
  readonly effectiveTopsPerWattOnChip: number;
  /** 2 operations for each dense MAC, whether it was done or skipped */
  readonly denseEquivalentTopsPerWatt: number;
  readonly denseEquivalentTopsPerWattOnChip: number;
}

export function energyResult(
  partsPj: PartsPj,
  { validMacs, denseMacs }: { readonly validMacs: number; readonly denseMacs: number },
): EnergyResult {
  const [total, onChip] = [totalPj(partsPj), onChipPj(partsPj)];
  return {
    partsPj,
    totalPj: total,
    onChipPj: onChip,
    sparsityPj: sparsityPj(partsPj),
    effectiveTopsPerWatt: topsPerWatt(validMacs, total),
    effectiveTopsPerWattOnChip: topsPerWatt(validMacs, onChip),
    denseEquivalentTopsPerWatt: topsPerWatt(denseMacs, total),
    denseEquivalentTopsPerWattOnChip: topsPerWatt(denseMacs, onChip),
  };
}
