import type { Timeline } from "../../hardware/timeline/timeline.ts";
import { vcd } from "../vcd.ts";

/**
 * A timeline of at least one cycle as a VCD. For each PE: `busy`, `for`, the PE that it multiplies for, unknown where it is idle, and `state`,
 * what it does in words.
 */
export function timelineVcd({ spans, pes, column }: Timeline, clockMhz: number): string {
  const bits = Math.max(1, Math.ceil(Math.log2(pes)));
  const waves = Array.from({ length: pes }, (_, pe) => [
    { name: `column${column}.pe${pe}.busy`, width: 1 },
    { name: `column${column}.pe${pe}.for`, width: bits },
    { name: `column${column}.pe${pe}.state`, width: 0 },
  ]).flat();
  const samples = spans.map(({ from, states }) => ({
    cycle: from,
    values: states.flatMap((state, pe) =>
      typeof state === "number"
        ? [1n, BigInt(state), state === pe ? "own" : `helps_${state}`]
        : [0n, undefined, state],
    ),
  }));
  return vcd(waves, samples, spans.at(-1)!.to, 1000 / clockMhz);
}
