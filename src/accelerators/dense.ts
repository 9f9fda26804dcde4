import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { denseMacs, emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import { type Format, registerEvents, registersOfMacs } from "./components.ts";

/**
 * Every dense MAC, taps in the padding and unwanted gradients included, at `macs` a cycle; memory takes no time.
 * Only the last cycle can be partly empty. No machine that skips nothing is faster, so what another machine gains
 * over it is gained by skipping. Forward and backward make as many MACs.
 *
 * Its energy is a lower bound too: registers beside each MAC, no buffer, each operand read from DRAM once and each result
 * written once, uncompressed.
 */
export default accelerator({
  title: "Dense array with a perfect mapping and memory that takes no time",
  source: "ours: the upper bound of any machine of as many MACs that skips nothing",
  parameters: {
    macs: { value: 256, unit: "MACs", about: "multipliers, all busy in every cycle", max: 1048576 },
    format: {
      value: "bf16",
      choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
      about: "values of maps and gradients; sums have 4 bytes; for energy alone",
    },
    clockMhz: { value: 200, unit: "MHz", about: "clock; cycles do not depend on it", max: 10000 },
  },
  grows: "macs",
  simulate: ({ layer }, p) => everyMac("wg", layer, p),
  forward: ({ layer }, p) => everyMac("ff", layer, p),
  backward: ({ layer }, p) => everyMac("bp", layer, p),
  components: ({ macs, format, clockMhz }) => ({
    ...{ clockMhz, format, macs, groupMacs: macs, crossbarLevels: 0, logic: [] },
    memories: registersOfMacs(macs, formatBytes[format]),
  }),
});

function everyMac(
  phase: Phase,
  layer: Layer,
  { macs, format }: { readonly macs: number; readonly format: Format },
): Activity {
  const bytes = formatBytes[format];
  const [fmap, emap, weights] = [fmapSize(layer), emapSize(layer), gradientSize(layer)].map((n) => n * bytes);
  const moved = {
    ff: { fmapReadBytes: fmap, weightReadBytes: weights, mapWriteBytes: emap },
    bp: { emapReadBytes: emap, dramEmapReadBytes: emap, weightReadBytes: weights, mapWriteBytes: fmap },
    wg: { fmapReadBytes: fmap, emapReadBytes: emap, dramEmapReadBytes: emap, gradientWriteBytes: weights },
  }[phase];
  const written = { ff: emap, bp: fmap, wg: weights }[phase];
  const work = denseMacs(layer);
  const cycles = Math.ceil(work / macs);
  return {
    ...{ cycles, macs, mapping: "perfect" },
    breakdown: { ...emptyBreakdown(), busy: work, mapping: cycles * macs - work },
    events: {
      ...noEvents(),
      ...{ macs: work, ...moved, ...registerEvents(work, bytes) },
      ...{ dramReadBytes: fmap + emap + weights - written, dramWriteBytes: written, dramRuns: 3 },
    },
  };
}
