import {
  clockGate,
  clockGatesOf,
  flipFlopGateEquivalents,
  gateEquivalents,
  latchGateEquivalents,
} from "./gate-equivalents.ts";
import { leastSquares } from "./least-squares.ts";
import { registerFilePointsCsv } from "./register-file-points.ts";

/** A memory of flip-flops, and how many words of it are read and written in a cycle. */
export interface RegisterFile {
  readonly words: number;
  readonly width: number;
  readonly reads: number;
  readonly writes: number;
}

/** One that was synthesised. */
export interface RegisterFilePoint extends RegisterFile {
  /** gate equivalents */
  readonly logic: number;
  readonly flipFlops: number;
}

export const registerFilePoints: readonly RegisterFilePoint[] = registerFilePointsCsv
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [words, width, reads, writes, logic, flipFlops] = line.split(",").map(Number);
    return { words, width, reads, writes, logic, flipFlops };
  });

/** A flip-flop, and what chooses between two bits, in gate equivalents (D51). */
const flipFlop = flipFlopGateEquivalents;
const multiplexer = gateEquivalents.$_MUX_;
const and = gateEquivalents.$_AND_;

/** For each bit, and for each word's line of a decoder: of each port that reads, and of each that writes. */
const terms = ({ words, width, reads, writes }: RegisterFile): number[] => [
  words * width * reads,
  words * width * writes,
  words * reads,
  words * writes,
];

let coefficients: readonly number[] | undefined;

/**
 * Gate equivalents of a memory of flip-flops: as it was synthesised, but that each word has clock gates in place of the
 * multiplexers that keep its bits, and latches for flip-flops (D61). A register alone is read without logic, and written through a multiplexer for
 * each port but one.
 */
export function registerFileGateEquivalents(file: RegisterFile): number {
  const { words, width, writes } = file;
  const gated = words * clockGatesOf(width) * clockGate.gateEquivalents;
  const kept = clockGatesOf(width) > 0 ? multiplexer : 0;
  const made =
    words === 1
      ? width * (flipFlop + multiplexer * writes)
      : synthesisedGateEquivalents(file) - words * width * (flipFlop - latchGateEquivalents);
  return made - words * width * kept + gated;
}

/** Gate equivalents of one of several words by a fit to the points that were synthesised, a multiplexer keeping each bit (D61). */
export function synthesisedGateEquivalents(file: RegisterFile): number {
  const bits = file.words * file.width;
  coefficients ??= leastSquares(
    registerFilePoints.map((point) => ({ terms: terms(point), value: point.logic })),
  );
  return terms(file).reduce((sum, term, i) => sum + term * coefficients![i], bits * flipFlop);
}

/** What an access switches: toggled gates in gate equivalents, and flip-flops that the clock reaches. */
export interface RegisterFileAccess {
  readonly toggledGateEquivalents: number;
  readonly clockedFlipFlops: number;
}

/**
 * A read of a word of chance bits after another one (derived, D62): the bits that are one fall in the lines of the last
 * word and rise in those of the new one, in the AND and in each level of the tree of ORs over the words but the last,
 * where half of the bits change. The word of a register alone is there without being read.
 */
export function registerFileRead({
  words,
  width,
}: Pick<RegisterFile, "words" | "width">): RegisterFileAccess {
  const levels = Math.log2(words);
  const toggled = words === 1 ? 0 : width * and * (1 + Math.max(0, levels - 1) + 1 / 2);
  return { toggledGateEquivalents: toggled, clockedFlipFlops: 0 };
}

/**
 * A write after one to another word: the word's flip-flops and their clock gates are clocked, and half of its bits change.
 * Where several ports write, data fall in the last word's ANDs and ORs over the ports and rise in the new one's (derived, D62).
 */
export function registerFileWrite({
  width,
  writes,
}: Pick<RegisterFile, "width" | "writes">): RegisterFileAccess {
  const picked = writes > 1 ? width * and * (1 + Math.log2(writes)) : 0;
  return {
    toggledGateEquivalents: (width / 2) * flipFlop + picked,
    clockedFlipFlops: width + clockGatesOf(width),
  };
}
