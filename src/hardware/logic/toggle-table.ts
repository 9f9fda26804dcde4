import { togglePointsCsv } from "./toggle-points.ts";

/** A block of logic with one source of operands. */
export interface TogglePoint {
  readonly block: string;
  /** width of values in bits, or an arithmetic unit's format; empty where the block has only one form */
  readonly variant: string;
  /** the trace whose layers gave the operands, or "random" */
  readonly operands: string;
  /** uses that were simulated */
  readonly uses: number;
  readonly gateEquivalents: number;
  readonly flipFlops: number;
  /** on the longest way */
  readonly gates: number;
  /** of one use, mean: toggled gates in gate equivalents, flip-flops that toggled, flip-flops that were clocked */
  readonly logicToggles: number;
  readonly flipFlopToggles: number;
  readonly clockedFlipFlops: number;
}

export const togglePoints: readonly TogglePoint[] = togglePointsCsv
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [block, variant, operands, ...numbers] = line.split(",");
    const [uses, gateEquivalents, flipFlops, gates, ...toggles] = numbers.map(Number);
    const [logicToggles, flipFlopToggles, clockedFlipFlops] = toggles;
    return {
      block,
      variant,
      operands,
      uses,
      gateEquivalents,
      flipFlops,
      gates,
      logicToggles,
      flipFlopToggles,
      clockedFlipFlops,
    };
  });
