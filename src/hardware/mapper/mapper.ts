import { InputError } from "../../input-error.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { type SwgParameters, swgParameters } from "../parameters.ts";
import { candidatesOf, passChoices } from "./candidates.ts";
import { mappingFits } from "./chunk-fit.ts";
import { estimateCycles } from "./estimate.ts";

/** Chunk sizes that are tried with the same slices. */
const sizesTried = 2;

interface Estimated {
  readonly mapping: Mapping;
  readonly cycles: number;
  readonly episodes: number;
}

/** Times that DRAM takes what all else takes, from which on no other cost of a mapping counts. */
const dramAlone = 1000;

/** Whether a layer waits for DRAM nearly all of its time. */
function dramDecides(counts: LayerCounts, { mapping, cycles }: Estimated, p: SwgParameters): boolean {
  const fast = { ...p, dramMbps: swgParameters.dramMbps.max };
  return cycles > dramAlone * estimateCycles(counts, loopNest(counts.layer, mapping, p), mapping, fast);
}

/** Of the mappings whose time is the least but for one part in `dramAlone`, those first that are simulated sooner. */
function fewestEpisodesFirst(estimated: Estimated[]): void {
  const most = estimated[0].cycles * (1 + 1 / dramAlone);
  const rank = ({ cycles, episodes }: Estimated) => (cycles <= most ? episodes : Number.POSITIVE_INFINITY);
  estimated.sort((a, b) => rank(a) - rank(b) || a.cycles - b.cycles);
}

/**
 * The mappings with the least estimated time that fit, best first, no more than `sizesTried` with the same slices;
 * `count` at most, and one where DRAM alone decides how long the layer takes: the one that is simulated soonest.
 */
export function promisingMappings(counts: LayerCounts, p: SwgParameters, count: number): Mapping[] {
  for (const pass of passChoices(counts.layer, p)) {
    const promising = promisingOf(counts, candidatesOf(counts, pass, p), p, count);
    if (promising.length > 0) return promising;
  }
  throw fitsNothing(counts.layer.name, p);
}

function promisingOf(
  counts: LayerCounts,
  mappings: Iterable<Mapping>,
  p: SwgParameters,
  count: number,
): Mapping[] {
  const estimated: Estimated[] = [];
  for (const mapping of mappings) {
    const nest = loopNest(counts.layer, mapping, p);
    const cycles = estimateCycles(counts, nest, mapping, p);
    estimated.push({ mapping, cycles, episodes: episodeCount(nest) });
  }
  estimated.sort((a, b) => a.cycles - b.cycles);
  if (estimated.length > 0 && dramDecides(counts, estimated[0], p)) {
    fewestEpisodesFirst(estimated);
    count = 1;
  }
  const kinds = new Map<string, number>();
  const chosen: Mapping[] = [];
  for (const { mapping } of estimated) {
    if (chosen.length === count) break;
    const kind = `${mapping.teamColumns} ${mapping.domains} ${mapping.channelSlices} ${mapping.channelsPerTrace}`;
    const seen = kinds.get(kind) ?? 0;
    if (seen === sizesTried || !mappingFits(counts, mapping, p)) continue;
    kinds.set(kind, seen + 1);
    chosen.push(mapping);
  }
  return chosen;
}

const fitsNothing = (layer: string, p: SwgParameters): InputError =>
  new InputError(
    `layer "${layer}" fits no mapping: laneBits ${p.laneBits}, rowBits ${p.rowBits}, rowWords ${p.rowWords}, ` +
      `chunkWords ${p.chunkWords}, listWords ${p.listWords}, sums ${p.sums}; one of them is too small`,
  );
