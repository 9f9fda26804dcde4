/** Widths of values that blocks are built for. */
export const valueWidths = [8, 16, 32] as const;
export type ValueBits = (typeof valueWidths)[number];

/** PEs whose blocks were synthesised: traces, chunks in the memory of each, and ways out of the column. */
export const synthesisedPes = [
  { traces: 2, chunks: 2, lanes: 2 },
  { traces: 3, chunks: 3, lanes: 4 },
] as const;
export type SynthesisedPe = (typeof synthesisedPes)[number];

/** The one that stands for PEs of so many traces: that of as many, or else the nearest. */
export const synthesisedPe = (traces: number): SynthesisedPe => synthesisedPes[traces < 3 ? 0 : 1];

interface ToggledBlock {
  /** the SystemVerilog module whose netlist is simulated */
  readonly module: string;
  /** its parameters where values have so many bits, in such a PE; those that are not named are at their defaults */
  readonly parameters: (valueBits: ValueBits, pe: SynthesisedPe) => Readonly<Record<string, number>>;
  /** the block differs with the width of values */
  readonly byWidth: boolean;
  /** it differs with the PE that it is in */
  readonly byPe?: true;
  /** modules in it that are left out, with all that is in them */
  readonly without: readonly string[];
  /** what one use is, in words */
  readonly use: string;
  /** where the block's idea comes from */
  readonly source: string;
}

/** The one whose MACs serve the traces of its neighbours. */
export const ringPe = synthesisedPes[1];

const fixed = () => ({});
const values = (valueBits: ValueBits) => ({ VALUE_BITS: valueBits });
const traces = (_: ValueBits, pe: SynthesisedPe) => ({ TRACES: pe.traces });
const valuesAndTraces = (valueBits: ValueBits, pe: SynthesisedPe) => ({
  VALUE_BITS: valueBits,
  TRACES: pe.traces,
});
const valuesInRing = (valueBits: ValueBits) => ({ VALUE_BITS: valueBits, TRACES: ringPe.traces });
const chunks = (_: ValueBits, pe: SynthesisedPe) => ({ TRACES: pe.traces, CHUNKS: pe.chunks });
const waysOut = (_: ValueBits, pe: SynthesisedPe) => ({ TRACES: pe.traces, LANES: pe.lanes });
/** Of the end of a way out: all that is priced apart. */
const besideLane = ["adder", "to_bf16", "memory_1r1w"] as const;
const own = "SWG's own SystemVerilog, a sketch of the block (docs/design.md)";

/**
 * Blocks of logic that were synthesised to gates and simulated under operands of real layers, for this machine and for
 * those that it is compared with. Memories in them are no part of what is counted, nor are multipliers and adders of sums
 * where a use does not say so. Several uses of one module have the module's size each.
 */
export const toggledBlocks = {
  lnpuLine: {
    module: "lnpu_line",
    parameters: values,
    byWidth: true,
    without: [],
    use: "a cycle of a line of 16 MACs: each gets the address of its other operand; nonzeros are found and broadcast as often as a layer has them",
    source: "Lee et al., LNPU, ISSCC 2019 7.7: abstract; the structure is ours",
  },
  scatter: {
    module: "scatter",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "one of 16 products brought to its bank of 32 and through the queue there, without the bank's adder",
    source: "Parashar et al., SCNN, ISCA 2017, section 4",
  },
  coordinates: {
    module: "coordinates",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "a cycle of 16 products: whether they are of use, and of which tap",
    source: "Parashar et al., SCNN, ISCA 2017, section 4; the weight gradient's rule is ours",
  },
  antCandidates: {
    module: "ant_candidates",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "16 candidates held against the range, those inside picked, 4 a cycle",
    source: "Lew et al., ANT, ISCA 2022: abstract; widths as recalled, the structure is ours",
  },
  nonzeroReader: {
    module: "nonzero_reader",
    parameters: () => ({ COUNT: 1 }),
    byWidth: false,
    without: [],
    use: "a nonzero found in a bitmap, one a cycle",
    source: "what compressed rows need; the structure is ours",
  },
  nonzeroReader4: {
    module: "nonzero_reader",
    parameters: () => ({ COUNT: 4 }),
    byWidth: false,
    without: [],
    use: "a nonzero found in a bitmap, up to 4 a cycle",
    source: "what vectors of an outer product need; the structure is ours",
  },
  sparsetrainPe: {
    module: "sparsetrain_pe",
    parameters: values,
    byWidth: true,
    without: [],
    use: "a pair of values found in two compressed rows and its sum kept, without multiplier and adder",
    source: "Dai et al., SparseTrain, DAC 2020: abstract; the structure is ours",
  },
  innerJoin: {
    module: "inner_join",
    parameters: values,
    byWidth: true,
    without: [],
    use: "a pair of values found in two chunks of 128 and handed to a multiplier, chunks without pairs included",
    source: "Gondimalla et al., SparTen, MICRO 2019: inner join of bitmaps; the structure is ours",
  },
  tensordashScheduler: {
    module: "tensordash_scheduler",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "a cycle of one stream: 16 lanes choose among 8 places each",
    source: "Mahmoud et al., TensorDash, MICRO 2020, section 3",
  },
  tensordashLane: {
    module: "tensordash_lane",
    parameters: values,
    byWidth: true,
    without: [],
    use: "a cycle of one lane: both operands chosen among 8",
    source: "Mahmoud et al., TensorDash, MICRO 2020, section 3",
  },
  procrustesLoad: {
    module: "procrustes_load",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "the load of one of 32 half tiles put in its place",
    source: "Yang et al., Procrustes, MICRO 2020: half tiles are paired; that insertion sorts them is ours",
  },
  spreadWord: {
    module: "spread_word",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "a word of bits made of the rows of a bitmap, its ones counted",
    source: own,
  },
  traceCycle: {
    module: "trace",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "a cycle of a trace, whatever it does: flip-flops without enable are clocked",
    source: own,
  },
  traceLook: {
    module: "trace",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "a nonzero looked at, with or without pairs: its bit found, its value word, row words selected, its window kept",
    source: own,
  },
  tracePair: {
    module: "trace",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "a pair of a tile picked, its emap value too, ranked, addressed, its sum's address kept until that is written",
    source: own,
  },
  traceJob: {
    module: "trace",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "a job begun: its header and bitmap, and the next one's index",
    source: own,
  },
  chunkActivated: {
    module: "trace",
    parameters: traces,
    byWidth: false,
    byPe: true,
    without: [],
    use: "a chunk made active: 12 row words and their bases written",
    source: own,
  },
  macPair: {
    module: "mac",
    parameters: values,
    byWidth: true,
    without: ["multiplier", "adder"],
    use: "a product and a sum kept for the adder, without multiplier and adder",
    source: own,
  },
  switchedPair: {
    module: "pe_switch",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "the two values of an own trace's pair brought to a MAC",
    source: own,
  },
  switchedSum: {
    module: "pe_switch",
    parameters: valuesAndTraces,
    byWidth: true,
    byPe: true,
    without: [],
    use: "a visit of a sum: brought to a MAC before the first pair of an own trace, the new sum brought back after the last one",
    source: own,
  },
  neighbourPair: {
    module: "pe_switch",
    parameters: valuesInRing,
    byWidth: true,
    without: [],
    use: "what a pair that the neighbour's MAC multiplies adds to `switchedPair`, both PEs' ways together",
    source: own,
  },
  neighbourSum: {
    module: "pe_switch",
    parameters: valuesInRing,
    byWidth: true,
    without: [],
    use: "what a visit adds to `switchedSum` where the neighbour's MAC adds up, both PEs' ways together",
    source: own,
  },
  jobChosen: {
    module: "job_choice",
    parameters: traces,
    byWidth: false,
    byPe: true,
    without: [],
    use: "a job given to a MAC, the cycles that it is served included",
    source: own,
  },
  listWord: {
    module: "list_writer",
    parameters: values,
    byWidth: true,
    without: [],
    use: "a word of a list written: a header, a bitmap that is counted, or packed values brought to where the list begins",
    source: own,
  },
  chunkWord: {
    module: "chunk_writer",
    parameters: chunks,
    byWidth: false,
    byPe: true,
    without: [],
    use: "a word of a chunk brought to a trace's memory, its share of the chunk's activation included",
    source: own,
  },
  readCouple: {
    module: "drain_tap",
    parameters: waysOut,
    byWidth: false,
    byPe: true,
    without: [],
    use: "two sums of a PE read and brought to a way out, their place cleared",
    source: own,
  },
  passedCouple: {
    module: "drain_tap",
    parameters: waysOut,
    byWidth: false,
    byPe: true,
    without: [],
    use: "what two sums of another PE of the column switch in this one: half of them come by",
    source: own,
  },
  sentCouple: {
    module: "drain_lane",
    parameters: fixed,
    byWidth: false,
    without: [...besideLane],
    use: "two sums asked for, kept in the buffer at the end of their way and sent, without memory and rounding",
    source: own,
  },
  addedCouple: {
    module: "drain_lane",
    parameters: fixed,
    byWidth: false,
    without: [...besideLane],
    use: "two sums asked for and added to those in the buffer, without memory and adders",
    source: own,
  },
  teamedCouple: {
    module: "drain_lane",
    parameters: fixed,
    byWidth: false,
    without: [...besideLane],
    use: "two sums asked for, and others of two columns of a team added up, without the adders",
    source: own,
  },
  gatheredJob: {
    module: "finished_sums",
    parameters: traces,
    byWidth: false,
    byPe: true,
    without: [],
    use: "a job of a column that is done: noticed, and whether its slice has finished sums, what is switched up to the next one included",
    source: own,
  },
  controlledCouple: {
    module: "drain_control",
    parameters: traces,
    byWidth: false,
    byPe: true,
    without: [],
    use: "two sums of a way: their share of asking for masks, of holding traces, of reading and sending, what is switched up to the next ones included",
    source: own,
  },
  roundedSum: {
    module: "to_bf16",
    parameters: fixed,
    byWidth: false,
    without: [],
    use: "a sum of fp32 rounded to bf16",
    source: own,
  },
} as const satisfies Readonly<Record<string, ToggledBlock>>;

export type BlockName = keyof typeof toggledBlocks;

/** Formats of values that are multiplied; sums are of int32 for whole numbers, of fp32 for the others. */
export const arithmeticFormats = ["int8", "int16", "fp8", "bf16", "fp16", "fp32"] as const;
export type ArithmeticFormat = (typeof arithmeticFormats)[number];

/** Formats of the units that published ones are compared with: results in the format itself, or twice as wide. */
export const publishedFormats = ["int8", "int16", "int32", "fp16", "fp32"] as const;
export type PublishedFormat = (typeof publishedFormats)[number];

/** What tells a block's rows apart, as the table has it. */
export function variantOf(name: BlockName, valueBits: ValueBits, pe: SynthesisedPe): string {
  const { byWidth, byPe }: ToggledBlock = toggledBlocks[name];
  const parts = [...(byWidth ? [`${valueBits}`] : []), ...(byPe ? [`${pe.traces} traces`] : [])];
  return parts.join("/");
}
