import { type Activity, emptyBreakdown } from "../events.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { denseMacs } from "../workload/layer.ts";
import { accelerator } from "./accelerator.ts";

/**
 * Every dense MAC, taps in the padding and unwanted gradients included, at `macs` a cycle; memory takes no time.
 * Only the last cycle can be partly empty. No machine that skips nothing is faster, so what another machine gains
 * over it is gained by skipping. Forward and backward make as many MACs.
 */
export default accelerator({
  title: "Dense array with a perfect mapping and memory that takes no time",
  source: "ours: the upper bound of any machine of as many MACs that skips nothing",
  parameters: {
    macs: { value: 256, unit: "MACs", about: "multipliers, all busy in every cycle", max: 1048576 },
  },
  simulate: everyMac,
  forward: everyMac,
  backward: everyMac,
});

function everyMac({ layer }: Occupancy, { macs }: { readonly macs: number }): Activity {
  const work = denseMacs(layer);
  const cycles = Math.ceil(work / macs);
  return {
    ...{ cycles, macs, mapping: "perfect" },
    breakdown: { ...emptyBreakdown(), busy: work, mapping: cycles * macs - work },
    events: {
      ...{ macs: work, fmapReadBytes: 0, emapReadBytes: 0, gradientWriteBytes: 0 },
      ...{ dramReadBytes: 0, dramWriteBytes: 0, traceVectors: 0 },
    },
  };
}
