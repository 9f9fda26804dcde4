import type { Mapping } from "../hardware/dataflow/mapping.ts";
import type { DesignParameters } from "./design.ts";
import type { DrainLane } from "./drain-beats.ts";
import type { Pair, PeContents } from "./pe-contents.ts";

/** The sums that the PEs of the array hold, in the machine's order of additions. A team's k's are numbered. */
export class ArraySums {
  private readonly contents: PeContents;
  private readonly mapping: Mapping;
  private readonly design: DesignParameters;
  /** [column * rows + PE] sums by (number of the team's k) * sumsOfK + vector */
  private readonly sums: readonly Map<number, number>[];

  constructor(contents: PeContents, mapping: Mapping, design: DesignParameters) {
    this.contents = contents;
    this.mapping = mapping;
    this.design = design;
    this.sums = Array.from({ length: design.COLUMNS * design.ROWS }, () => new Map());
  }

  /**
   * Adds a cycle's one or two products to the sums of a PE (column * rows + PE); those of one vector are added to each
   * other first. Vectors count from the k numbered `firstK`.
   */
  add(pe: number, firstK: number, [one, two]: readonly Pair[]): void {
    const { math, sumsOfK } = this.contents;
    const sums = this.sums[pe];
    const addTo = (vector: number, product: number) => {
      const key = firstK * sumsOfK + vector;
      sums.set(key, math.add(sums.get(key) ?? 0, product));
    };
    if (two && one.vector === two.vector) {
      addTo(one.vector, math.add(one.product, two.product));
      return;
    }
    if (one) addTo(one.vector, one.product);
    if (two) addTo(two.vector, two.product);
  }

  /** 32 bits of a sum of the team that begins at `column`, which is then 0: added up along each column, then over columns. */
  take(column: number, number: number, { slice, vector }: DrainLane): number {
    const { math, sumsOfK } = this.contents;
    const key = number * sumsOfK + vector;
    const ofColumns = Array.from({ length: this.mapping.teamColumns }, (_, c) =>
      this.takeOfColumn(column + c, slice, key),
    );
    return math.bitsOf(ofColumns.reduce((a, b) => math.add(a, b)));
  }

  private takeOfColumn(column: number, slice: number, key: number): number {
    const { math } = this.contents;
    const { ROWS } = this.design;
    const parts: number[] = [];
    for (let pe = slice; pe < ROWS; pe += this.mapping.channelSlices) {
      const sums = this.sums[column * ROWS + pe];
      parts.push(sums.get(key) ?? 0);
      sums.delete(key);
    }
    return parts.reduce((a, b) => math.add(a, b));
  }
}
