/** What a point of a search found out: plain data, kept as a line of a store. Works stand in the order of the search. */
export interface PointResult {
  /** by label, in the order of the run */
  readonly machines: Readonly<Record<string, MachineResult>>;
  readonly works: readonly WorkResult[];
}

/** A machine of a point. */
export interface MachineResult {
  readonly clockMhz: number;
  readonly multipliers: number;
  readonly areaMm2: number;
  /** all layers of each work */
  readonly works: readonly {
    readonly cycles: number;
    readonly energyPj: number;
    /** without DRAM */
    readonly onChipPj: number;
  }[];
}

/** What a work is, on a point's machines. */
export interface WorkResult {
  readonly validMacs: number;
  /** of the machine that the search is about, as in a report */
  readonly boundCycles: number;
}

/** A point was simulated, or its parameters make no machine that can be, and why. */
export type PointOutcome = { readonly result: PointResult } | { readonly impossible: string };
