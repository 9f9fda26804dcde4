import { emptyBreakdown, noEvents } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { denseMacs, emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";
import { registerEvents, registersOfMacs } from "./components.ts";

/**
 * Every dense MAC, taps in the padding and unwanted gradients included, at `macs` a cycle; memory takes no time.
 * Only the last cycle can be partly empty. No machine that skips nothing is faster, so what another machine gains
 * over it is gained by skipping.
 *
 * Its energy is a lower bound too: registers beside each MAC, no buffer, each map read from DRAM once and each gradient
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
  simulate({ layer }, { macs, format }) {
    const bytes = formatBytes[format];
    const maps = { fmap: fmapSize(layer) * bytes, emap: emapSize(layer) * bytes };
    const gradientBytes = gradientSize(layer) * bytes;
    const work = denseMacs(layer);
    const cycles = Math.ceil(work / macs);
    return {
      ...{ cycles, macs, mapping: "perfect" },
      breakdown: { ...emptyBreakdown(), busy: work, mapping: cycles * macs - work },
      events: {
        ...noEvents(),
        ...{
          macs: work,
          fmapReadBytes: maps.fmap,
          emapReadBytes: maps.emap,
          gradientWriteBytes: gradientBytes,
        },
        ...{ dramReadBytes: maps.fmap + maps.emap, dramEmapReadBytes: maps.emap },
        ...{ dramWriteBytes: gradientBytes, dramRuns: 3 },
        ...registerEvents(work, bytes),
      },
    };
  },
  components: ({ macs, format, clockMhz }) => ({
    ...{ clockMhz, format, macs, groupMacs: macs, crossbarLevels: 0, logic: [] },
    memories: registersOfMacs(macs, formatBytes[format]),
  }),
});
