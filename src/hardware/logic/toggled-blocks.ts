import { type TogglePoint, togglePoints } from "./toggle-table.ts";

/** Widths of values that blocks are built for. */
export const valueWidths = [8, 16, 32] as const;
export type ValueBits = (typeof valueWidths)[number];

interface ToggledBlock {
  /** the SystemVerilog module whose netlist is simulated */
  readonly module: string;
  /** its parameters where values have so many bits; those that are not named are at their defaults */
  readonly parameters: (valueBits: ValueBits) => Readonly<Record<string, number>>;
  /** the block differs with the width of values */
  readonly byWidth: boolean;
  /** what one use is, in words */
  readonly use: string;
  /** where the block's idea comes from */
  readonly source: string;
}

const fixed = () => ({});
const values = (valueBits: ValueBits) => ({ VALUE_BITS: valueBits });
const own = "this machine's own SystemVerilog, default machine";
const textbook = "textbook structure";

/**
 * Blocks of logic that were synthesised to gates and simulated under operands of real layers, for this machine and for
 * those that it is compared with. None has an adder of sums or a multiplier in it, but where its use says so.
 */
export const toggledBlocks = {
  lnpuLine: {
    module: "lnpu_line",
    parameters: values,
    byWidth: true,
    use: "a nonzero found and broadcast to 16 MACs, each with the address of its other operand",
    source: "Lee et al., LNPU, ISSCC 2019 7.7: abstract; the structure is ours",
  },
  scatter: {
    module: "scatter",
    parameters: fixed,
    byWidth: false,
    use: "one of 16 products brought to its bank of 32 and through the queue, without the bank's adder",
    source: "Parashar et al., SCNN, ISCA 2017, section 4",
  },
  coordinates: {
    module: "coordinates",
    parameters: fixed,
    byWidth: false,
    use: "16 products told whether they are of use, and of which tap",
    source: "Parashar et al., SCNN, ISCA 2017, section 4; the weight gradient's rule is ours",
  },
  antCandidates: {
    module: "ant_candidates",
    parameters: fixed,
    byWidth: false,
    use: "16 candidates held against the range, up to 4 of those inside packed",
    source: "Lew et al., ANT, ISCA 2022: abstract; widths as recalled, the structure is ours",
  },
  sparsetrainPe: {
    module: "sparsetrain_pe",
    parameters: values,
    byWidth: true,
    use: "a pair of values found in two compressed rows, without multiplier and adder",
    source: "Dai et al., SparseTrain, DAC 2020: abstract; the structure is ours",
  },
  tensordashScheduler: {
    module: "tensordash_scheduler",
    parameters: fixed,
    byWidth: false,
    use: "a cycle of one stream: 16 lanes choose among 8 places each",
    source: "Mahmoud et al., TensorDash, MICRO 2020, section 3",
  },
  tensordashLane: {
    module: "tensordash_lane",
    parameters: values,
    byWidth: true,
    use: "a cycle of one lane: both operands chosen among 8",
    source: "Mahmoud et al., TensorDash, MICRO 2020, section 3",
  },
  procrustesLoad: {
    module: "procrustes_load",
    parameters: fixed,
    byWidth: false,
    use: "32 half tiles of a step of 16 put in the order of their loads",
    source:
      "Yang et al., Procrustes, MICRO 2020: half tiles are paired; a sorting network of Batcher's does it here",
  },
  spreadWord: {
    module: "spread_word",
    parameters: fixed,
    byWidth: false,
    use: "a word of bitmap at the global buffer's port spread to trace vectors, its ones counted",
    source: own,
  },
  registerFile4Read: {
    module: "register_file",
    parameters: (valueBits) => ({ WORDS: 4, WIDTH: valueBits }),
    byWidth: true,
    use: "a word read from a register file of 4",
    source: textbook,
  },
  registerFile4Write: {
    module: "register_file",
    parameters: (valueBits) => ({ WORDS: 4, WIDTH: valueBits }),
    byWidth: true,
    use: "a word written to a register file of 4",
    source: textbook,
  },
  registerFile16Read: {
    module: "register_file",
    parameters: (valueBits) => ({ WORDS: 16, WIDTH: valueBits }),
    byWidth: true,
    use: "a word read from a register file of 16",
    source: textbook,
  },
  registerFile16Write: {
    module: "register_file",
    parameters: (valueBits) => ({ WORDS: 16, WIDTH: valueBits }),
    byWidth: true,
    use: "a word written to a register file of 16",
    source: textbook,
  },
  traceWord: {
    module: "processing_element",
    parameters: fixed,
    byWidth: false,
    use: "a word of 32 bits of a trace vector: window shifted, ANDed, counted, noted",
    source: own,
  },
  handedPair: {
    module: "processing_element",
    parameters: fixed,
    byWidth: false,
    use: "a pair found in two words, ranked, addressed, its values read",
    source: own,
  },
  fmapWordLoaded: {
    module: "processing_element",
    parameters: fixed,
    byWidth: false,
    use: "a word of 32 bits of fmap bitmap and its values written into a PE",
    source: own,
  },
  emapWordLoaded: {
    module: "processing_element",
    parameters: fixed,
    byWidth: false,
    use: "a word of 32 bits of emap vector and its values written into a PE",
    source: own,
  },
  clusterCycle: {
    module: "cluster",
    parameters: fixed,
    byWidth: false,
    use: "a cycle of a cluster of 8: its balancer decides, pairs go to MACs and products come back",
    source: own,
  },
  routedPair: {
    module: "cluster",
    parameters: fixed,
    byWidth: false,
    use: "what a pair that goes to another PE's MAC, and its product back, adds to a cluster's cycle",
    source: own,
  },
  drainStage: {
    module: "drain_stage",
    parameters: fixed,
    byWidth: false,
    use: "a lane's sum passed by one PE of a column, its adder included",
    source: own,
  },
} as const satisfies Readonly<Record<string, ToggledBlock>>;

export type BlockName = keyof typeof toggledBlocks;

/** What one use switches, mean over the operands' sources. */
export interface BlockUse {
  /** gate equivalents of the gates whose output toggled */
  readonly logicToggles: number;
  /** flip-flops whose output toggled */
  readonly flipFlopToggles: number;
  /** flip-flops that had a clock edge: their enable was high, or they have none */
  readonly clockedFlipFlops: number;
}

export interface BlockSize {
  /** of gates; flip-flops are counted apart */
  readonly gateEquivalents: number;
  readonly flipFlops: number;
  /** on the longest way */
  readonly gates: number;
}

/** Formats of the arithmetic units that were built; sums are of int32 or fp32. */
export const arithmeticFormats = ["int8", "int16", "int32", "fp8", "bf16", "fp16", "fp32"] as const;
export type ArithmeticFormat = (typeof arithmeticFormats)[number];

/** Operands of an arithmetic unit: valid pairs of real layers, or every bit by chance, as published figures have it. */
export type Operands = "trace" | "random";

export const blockUse = (name: BlockName, valueBits: ValueBits): BlockUse => meanUse(rowsOf(name, valueBits));
export const blockSize = (name: BlockName, valueBits: ValueBits): BlockSize =>
  sizeOf(rowsOf(name, valueBits));

/** A product of two values. */
export const multiplierUse = (format: ArithmeticFormat, operands: Operands = "trace"): BlockUse =>
  meanUse(arithmeticRows("multiplier", format, operands));
export const multiplierSize = (format: ArithmeticFormat): BlockSize =>
  sizeOf(arithmeticRows("multiplier", format, "random"));

/** A sum of two numbers of the format; of a trace: a running sum and a product. */
export const adderUse = (format: ArithmeticFormat, operands: Operands = "trace"): BlockUse =>
  meanUse(arithmeticRows("adder", format, operands));
export const adderSize = (format: ArithmeticFormat): BlockSize =>
  sizeOf(arithmeticRows("adder", format, "random"));

function rowsOf(name: BlockName, valueBits: ValueBits): readonly TogglePoint[] {
  const variant = toggledBlocks[name].byWidth ? `${valueBits}` : "";
  return togglePoints.filter((point) => point.block === name && point.variant === variant);
}

const arithmeticRows = (block: string, format: string, operands: Operands): readonly TogglePoint[] =>
  togglePoints.filter(
    (point) =>
      point.block === block &&
      point.variant === format &&
      (point.operands === "random") === (operands === "random"),
  );

function meanUse(points: readonly TogglePoint[]): BlockUse {
  if (points.length === 0) throw new Error("no row of the toggle table is of this block");
  const mean = (of: (point: TogglePoint) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return {
    logicToggles: mean((point) => point.logicToggles),
    flipFlopToggles: mean((point) => point.flipFlopToggles),
    clockedFlipFlops: mean((point) => point.clockedFlipFlops),
  };
}

function sizeOf(points: readonly TogglePoint[]): BlockSize {
  if (points.length === 0) throw new Error("no row of the toggle table is of this block");
  const [{ gateEquivalents, flipFlops, gates }] = points;
  return { gateEquivalents, flipFlops, gates };
}
