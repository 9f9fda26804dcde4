import { dealChannels } from "../balancer/channel-slices.ts";
import { heaviestFirst } from "../balancer/inter-column.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { onceFor, onceUnder } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";

/** [convolution group][channel block][channel slice] */
type DealtChannels = readonly (readonly (readonly (readonly number[])[])[])[];

const dealtBefore = onceFor((_: LayerCounts) => new Map<string, DealtChannels>());

const orderedBefore = onceFor((_: LayerCounts) => new Map<string, number[]>());

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
      const inOrder = () => Array.from({ length: C / groups }, (_, i) => (group * C) / groups + i);
      // what is in order already is soon sorted
      const own = intraColumn
        ? onceUnder(orderedBefore(counts), `${group}`, () => heaviestFirst(inOrder(), load))
        : inOrder();
      return dealChannels(own, load, channelBlocks, channelSlices, intraColumn);
    });
  });
}
