import { dealChannels } from "../balancer/channel-slices.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { onceFor, onceUnder } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";

/** [convolution group][channel block][channel slice] */
type DealtChannels = readonly (readonly (readonly (readonly number[])[])[])[];

const dealtBefore = onceFor((_: LayerCounts) => new Map<string, DealtChannels>());

/** The channels of all groups, as they are dealt to the slices of so many channel blocks. */
export function dealtChannels(
  counts: LayerCounts,
  channelBlocks: number,
  channelSlices: number,
  { intraColumn }: Pick<SwgParameters, "intraColumn">,
): DealtChannels {
  return onceUnder(dealtBefore(counts), `${channelBlocks} ${channelSlices} ${intraColumn}`, () => {
    const { C, groups } = counts.layer;
    const load = (c: number) => counts.channelLoad[c];
    return Array.from({ length: groups }, (_, group) => {
      const own = Array.from({ length: C / groups }, (_, i) => (group * C) / groups + i);
      return dealChannels(own, load, channelBlocks, channelSlices, intraColumn);
    });
  });
}
