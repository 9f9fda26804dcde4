import { defaults } from "../../parameter.ts";
import { type SwgParameters, swgParameters, valueBytes } from "../parameters.ts";
import { leastSquares } from "./least-squares.ts";
import { logicPointsCsv } from "./logic-points.ts";

/**
 * Blocks of the machine whose logic was synthesised, and the terms that their gate equivalents are fitted with. A block is
 * a module with all that is in it but the modules left out.
 */
export const logicBlocks = {
  /** of a PE: `vectorTaps` vectors are ANDed and counted bit by bit, wanted ones searched; two words are handed out from */
  validDataTrace: {
    module: "valid_data_trace",
    without: [],
    terms: (p) => [
      1,
      p.vectorBits,
      p.vectorBits * p.vectorTaps,
      p.accumulators,
      p.accumulators * p.vectorTaps,
    ],
  },
  /** of a PE: a window of the fmap for each vector that is counted, words to hand out, and the values of pairs from bitmaps */
  windows: {
    module: "processing_element",
    without: ["valid_data_trace", "accumulators"],
    terms: (p) => [1, p.vectorBits, p.vectorBits * p.vectorTaps],
  },
  /** of a PE: which sums are in use, and who adds to them */
  accumulation: {
    module: "accumulators",
    without: ["adder"],
    terms: (p) => [1, p.accumulators],
  },
  /** of a cluster: each PE's pairs are held against the others' */
  balancer: {
    module: "balancer",
    without: [],
    terms: (p) => [1, p.clusterSize, p.clusterSize ** 2],
  },
  /** of a cluster: the way of any PE's pair to any MAC, and of its product back */
  crossbar: {
    module: "cluster",
    without: ["balancer", "multiplier", "processing_element"],
    terms: (p) => [p.clusterSize, p.clusterSize ** 2, p.clusterSize ** 2 * 8 * valueBytes(p)],
  },
  /** of the array: which rounds begin; what is known of a team spreads in steps that double their reach */
  scheduler: {
    module: "scheduler",
    without: [],
    terms: (p) => [1, p.columns, p.columns * Math.ceil(Math.log2(p.columns))],
  },
  /** of the array: sums pass the PEs of a column, then the columns of a team; what waits for them; control of rounds */
  drain: {
    module: "swg",
    without: ["scheduler", "cluster", "adder"],
    // a PE's sum waits for the PEs before it, a column's for the columns before it: the squares
    terms: (p) => [
      p.columns,
      p.columns * p.rows * p.columnDrainSums,
      p.columns * p.rows * p.accumulators,
      p.columns * p.rows ** 2,
      p.columns ** 2 * p.columnDrainSums,
    ],
  },
} satisfies Record<string, FittedBlock>;

interface FittedBlock {
  readonly module: string;
  readonly without: readonly string[];
  readonly terms: (p: SwgParameters) => readonly number[];
}

export type FittedBlockName = keyof typeof logicBlocks;

/** Of these each format has its own. */
type ArithmeticBlock = "multiplier" | "adder";

/** A block that was synthesised, for a machine that differs from the default one. */
export interface LogicPoint {
  readonly block: FittedBlockName | ArithmeticBlock;
  readonly machine: Partial<SwgParameters>;
  /** gate equivalents */
  readonly logic: number;
  readonly flipFlops: number;
  /** left to a memory compiler, in no gate equivalent */
  readonly memoryBits: number;
}

export const logicPoints: readonly LogicPoint[] = logicPointsCsv
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [block, machine, ...sizes] = line.split(",");
    const [logic, flipFlops, memoryBits] = sizes.map(Number);
    const given = machine.split(" ").flatMap((setting) => {
      const [name, value] = setting.split("=");
      return name ? [[name, Number.isNaN(Number(value)) ? value : Number(value)]] : [];
    });
    return {
      block: block as LogicPoint["block"],
      machine: Object.fromEntries(given),
      logic,
      flipFlops,
      memoryBits,
    };
  });

/** The machine of a point. */
export const machineOf = ({ machine }: Pick<LogicPoint, "machine">): SwgParameters => ({
  ...defaults(swgParameters),
  ...machine,
});

const coefficients = new Map<FittedBlockName, readonly number[]>();

/** Gate equivalents of a block, logic and flip-flops, by the fit to the points that were synthesised (D51). */
export function fittedGateEquivalents(block: FittedBlockName, p: SwgParameters): number {
  const { terms } = logicBlocks[block];
  if (!coefficients.has(block)) {
    const points = logicPoints.filter((point) => point.block === block);
    const rows = points.map((point) => ({ terms: terms(machineOf(point)), value: sizeOf(point) }));
    coefficients.set(block, leastSquares(rows));
  }
  return terms(p).reduce((sum, term, i) => sum + term * coefficients.get(block)![i], 0);
}

/** Sizes of a machine that no synthesised point comes up to, or goes down to, in words: its area is an extrapolation. */
export function beyondPoints(p: SwgParameters): string[] {
  const names = [...new Set(logicPoints.flatMap(({ machine }) => Object.keys(machine)))];
  return names.flatMap((name) => {
    const sizes = logicPoints.map((point) => machineOf(point)[name as keyof SwgParameters]);
    const own = name === "clusterSize" ? Math.min(p.clusterSize, p.rows) : p[name as keyof SwgParameters];
    const numbers = sizes.filter((size) => typeof size === "number");
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    return typeof own === "number" && (own < least || own > most)
      ? [`${name} ${own} (synthesised: ${least} to ${most})`]
      : [];
  });
}

/** Gate equivalents of a point. */
const sizeOf = ({ logic, flipFlops }: LogicPoint): number => logic + flipFlops;

/** How far the fit of a block is from each of its points. */
export const fitOf = (block: FittedBlockName) =>
  logicPoints
    .filter((point) => point.block === block)
    .map((point) => {
      const fitted = fittedGateEquivalents(block, machineOf(point));
      return { ...point, fitted, error: fitted / sizeOf(point) - 1 };
    });

/** Gate equivalents of the MAC's parts, as they were synthesised; undefined for a format without hardware. */
export function arithmeticGateEquivalents(block: ArithmeticBlock, format: string): number | undefined {
  const point = logicPoints.find((p) => p.block === block && machineOf(p).format === format);
  return point && sizeOf(point);
}
