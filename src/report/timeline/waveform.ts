import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { vcd } from "../vcd.ts";

/**
 * A timeline of at least one cycle as a VCD. For each MAC: `busy`, `for`, the PE that it multiplies for, unknown where it is idle, and
 * `state`, what it does in words.
 */
export function timelineVcd({ spans, pes, macs, column }: Timeline, clockMhz: number): string {
  const bits = Math.max(1, Math.ceil(Math.log2(pes)));
  const waves = spans.flatMap((_, mac) => {
    const name = `column${column}.pe${Math.floor(mac / macs)}.mac${mac % macs}`;
    return [
      { name: `${name}.busy`, width: 1 },
      { name: `${name}.for`, width: bits },
      { name: `${name}.state`, width: 0 },
    ];
  });
  const cycles = [...new Set(spans.flatMap((own) => own.map(({ from }) => from)))].sort((a, b) => a - b);
  const at = spans.map(() => 0);
  const samples = cycles.map((cycle) => ({
    cycle,
    values: spans.flatMap((own, mac) => {
      if (own[at[mac]].to <= cycle) at[mac]++;
      return valuesOf(own[at[mac]].state, Math.floor(mac / macs));
    }),
  }));
  return vcd(waves, samples, spans[0].at(-1)!.to, 1000 / clockMhz);
}

const valuesOf = (state: MacState, pe: number) =>
  typeof state === "number"
    ? [1n, BigInt(state), state === pe ? "own" : `helps_${state}`]
    : [0n, undefined, state];
