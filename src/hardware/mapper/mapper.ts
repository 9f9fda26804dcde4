import { InputError } from "../../input-error.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { mappingNumbers, type SwgParameters, swgParameters } from "../parameters.ts";
import { candidatesOf, fitsSample, passChoices } from "./candidates.ts";
import { mappingFits } from "./chunk-fit.ts";
import { estimateCycles } from "./estimate.ts";
import { movedBytes } from "./traffic.ts";

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

/** Share of a layer's time below which that of the array does not decide about it, and by which mappings may then be slower that move less. */
const arrayDecides = 0.8;
const portsTie = 0.02;
/** The same where the array decides. */
export const nearTie = 0.005;

/** Share of the least estimated time by which a mapping may be slower that is simulated sooner; estimates are no better than that. */
const soonTie = 0.05;

/** Whether a layer can be mostly waiting for ports, such as that of its gradients, under some mappings. */
function portsDecide(counts: LayerCounts, estimated: readonly Estimated[], p: SwgParameters): boolean {
  const alone = { ...p, unlimitedPorts: true };
  return estimated.some(
    ({ mapping, cycles }) =>
      estimateCycles(counts, loopNest(counts.layer, mapping, p), mapping, alone) < arrayDecides * cycles,
  );
}

/** Of mappings, the fastest first, those whose time is the least but for `portsTie`. */
function nearlyLeast(estimated: readonly Estimated[]): Estimated[] {
  const most = (estimated[0]?.cycles ?? 0) * (1 + portsTie);
  return estimated.filter(({ cycles }) => cycles <= most);
}

/** Puts those of them first that move least. */
function leastMovedFirst(counts: LayerCounts, estimated: Estimated[], p: SwgParameters): void {
  const bytes = new Map(nearlyLeast(estimated).map((one) => [one, movedBytes(counts, one.mapping, p)]));
  const rank = (one: Estimated) => bytes.get(one) ?? Number.MAX_VALUE;
  estimated.sort((a, b) => rank(a) - rank(b) || a.cycles - b.cycles);
}

/** Of the mappings whose time is the least but for one part in `dramAlone`, those first that are simulated sooner. */
function fewestEpisodesFirst(estimated: Estimated[]): void {
  const most = estimated[0].cycles * (1 + 1 / dramAlone);
  const rank = ({ cycles, episodes }: Estimated) => (cycles <= most ? episodes : Number.POSITIVE_INFINITY);
  estimated.sort((a, b) => rank(a) - rank(b) || a.cycles - b.cycles);
}

/** The mappings of a layer worth a trial, the least estimated time first. */
export class PromisingMappings {
  private readonly estimated: Estimated[] = [];
  private readonly counts: LayerCounts;
  private readonly parameters: SwgParameters;
  /** whether DRAM alone decides how long the layer takes: then only the first counts, which is simulated soonest */
  readonly alike: boolean;
  /** share of its time by which a mapping may be slower that moves less: it takes less energy */
  readonly tie: number;
  /** [mapping] whether all of its chunks fit, as far as that was asked */
  private readonly fitting = new Map<Mapping, boolean>();

  constructor(counts: LayerCounts, mappings: Iterable<Mapping>, p: SwgParameters) {
    this.counts = counts;
    this.parameters = p;
    for (const mapping of mappings) {
      const nest = loopNest(counts.layer, mapping, p);
      const cycles = estimateCycles(counts, nest, mapping, p);
      this.estimated.push({ mapping, cycles, episodes: episodeCount(nest) });
    }
    this.estimated.sort((a, b) => a.cycles - b.cycles);
    const fits = ({ mapping }: Estimated) => fitsSample(counts, mapping, p);
    // few of them are ever looked at: only the first has to fit for what follows
    this.estimated.splice(0, Math.max(0, this.estimated.findIndex(fits)));
    this.alike = this.estimated.length > 0 && dramDecides(counts, this.estimated[0], p);
    const ports = !this.alike && portsDecide(counts, nearlyLeast(this.estimated).filter(fits), p);
    this.tie = ports ? portsTie : nearTie;
    if (this.alike) fewestEpisodesFirst(this.estimated);
    else if (ports) leastMovedFirst(counts, this.estimated, p);
  }

  /** The mapping, if there is one alone, such as where all of its numbers are asked for. */
  get only(): Mapping | undefined {
    return this.estimated.length === 1 ? this.estimated[0].mapping : undefined;
  }

  private fits(mapping: Mapping): boolean {
    const { counts, parameters } = this;
    const fits =
      this.fitting.get(mapping) ??
      (fitsSample(counts, mapping, parameters) && mappingFits(counts, mapping, parameters));
    this.fitting.set(mapping, fits);
    return fits;
  }

  /** Those that fit, best first, no more than `sizesTried` with the same slices. */
  *bestFirst(): Generator<Mapping> {
    const kinds = new Map<string, number>();
    for (const { mapping } of this.estimated) {
      const { teamColumns, domains, channelSlices, channelsPerTrace } = mapping;
      const kind = `${teamColumns} ${domains} ${channelSlices} ${channelsPerTrace}`;
      const seen = kinds.get(kind) ?? 0;
      if (seen === sizesTried || !this.fits(mapping)) continue;
      kinds.set(kind, seen + 1);
      yield mapping;
      if (this.alike) return;
    }
  }

  /** Of those that fit and are nearly the best, the one that makes fewest jobs, which take a simulation its time. */
  soonest(): Mapping {
    const { counts, parameters, estimated } = this;
    const fits = ({ mapping }: Estimated) => this.fits(mapping);
    const most = (1 + soonTie) * estimated.find(fits)!.cycles;
    const jobs = ({ mapping }: Estimated) =>
      workOf(loopNest(counts.layer, mapping, parameters), parameters) *
      mapping.channelSlices *
      mapping.positionSlices;
    return estimated
      .filter(({ cycles }) => cycles <= most)
      .sort((a, b) => jobs(a) - jobs(b))
      .find(fits)!.mapping;
  }

  /** Those that fit and differ from a mapping in one thing alone: its chunks, its channels, its slices or its columns. */
  *near(mapping: Mapping): Generator<Mapping> {
    if (this.alike) return;
    for (const { mapping: other } of this.estimated)
      if (differences(mapping, other) === 1 && this.fits(other)) yield other;
  }
}

/** Columns x k's of each, over all episodes: how often the lists of a k go to a column. */
export const workOf = (nest: LoopNest, { columns }: SwgParameters): number =>
  (episodeCount(nest) * columns * nest.groupKs) / nest.kBlocks / nest.teamsPerDomain;

const differences = (a: Mapping, b: Mapping): number =>
  Number(a.chunkGroups !== b.chunkGroups) +
  Number(a.channelsPerTrace !== b.channelsPerTrace) +
  Number(a.channelSlices !== b.channelSlices || a.positionSlices !== b.positionSlices) +
  Number(a.teamColumns !== b.teamColumns || a.domains !== b.domains);

/** With the largest passes over the kernel that anything fits with. */
export function promisingMappings(counts: LayerCounts, p: SwgParameters): PromisingMappings {
  for (const pass of passChoices(counts.layer, p)) {
    const promising = new PromisingMappings(counts, candidatesOf(counts.layer, pass, p), p);
    if (!promising.bestFirst().next().done) return promising;
  }
  throw fitsNothing(counts.layer.name, p);
}

function fitsNothing(layer: string, p: SwgParameters): InputError {
  const asked = mappingNumbers.filter((name) => p[name] > 0).map((name) => `${name}=${p[name]}`);
  if (asked.length > 0)
    return new InputError(
      `layer "${layer}" fits no mapping with ${asked.join(", ")}; with fewer of these numbers the mapper chooses the others`,
    );
  return new InputError(
    `layer "${layer}" fits no mapping: laneBits ${p.laneBits}, rowBits ${p.rowBits}, rowWords ${p.rowWords}, ` +
      `chunkWords ${p.chunkWords}, listWords ${p.listWords}, sums ${p.sums}; one of them is too small`,
  );
}
