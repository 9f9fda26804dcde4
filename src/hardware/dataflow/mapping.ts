import type { Layer } from "../../workload/layer.ts";
import type { SwgParameters } from "../parameters.ts";
import { type Group, groupsOf } from "./geometry.ts";

/** HUSA: how one layer is unrolled over columns, traces, slots and time (assumed, D4). Chosen by the mapper. */
export interface Mapping {
  /** convolution groups worked on at a time, each by its own columns */
  readonly domains: number;
  /** columns that share their k's and split the positions */
  readonly teamColumns: number;
  /** trace z of a column has channel slice z % channelSlices and position slice floor(z / channelSlices) */
  readonly channelSlices: number;
  readonly positionSlices: number;
  /** channels of a trace in an episode */
  readonly channelsPerTrace: number;
  /** kernel rows, at most as many as lanes, and kernel columns in one pass over the positions */
  readonly passRows: number;
  readonly passColumns: number;
  /** groups of positions in a chunk */
  readonly chunkGroups: number;
  /** k's whose sums stay in a trace until their positions are done */
  readonly residentKs: number;
}

/** Kernel rows r0 .. r1-1 and columns s0 .. s1-1: the taps of a pass. */
export interface Pass {
  readonly r0: number;
  readonly r1: number;
  readonly s0: number;
  readonly s1: number;
}

/**
 * The loops around an array under a mapping, outermost first:
 * group blocks, k blocks, passes, channel blocks (together: residencies), episodes, k's.
 */
export interface LoopNest {
  readonly teams: number;
  readonly teamsPerDomain: number;
  readonly groupBlocks: number;
  readonly kBlocks: number;
  readonly passes: readonly Pass[];
  readonly channelBlocks: number;
  /** channels, and k's, of one convolution group */
  readonly groupChannels: number;
  readonly groupKs: number;
  /** all groups of positions, in the order in which chunks are cut from them */
  readonly groups: readonly Group[];
  readonly chunkCount: number;
  /** position slices over a whole team */
  readonly slices: number;
  /** slices by which the chunks of an episode are turned against those of the episode before */
  readonly turn: number;
  readonly episodes: number;
}

export function loopNest(layer: Layer, mapping: Mapping, parameters: SwgParameters): LoopNest {
  const teams = parameters.columns / mapping.teamColumns;
  const teamsPerDomain = teams / mapping.domains;
  const groupChannels = layer.C / layer.groups;
  const groupKs = layer.K / layer.groups;
  const groups = groupsOf(layer, mapping, parameters);
  const chunkCount = Math.ceil(groups.length / mapping.chunkGroups);
  const slices = mapping.teamColumns * mapping.positionSlices;
  return {
    teams,
    teamsPerDomain,
    groupChannels,
    groupKs,
    groups,
    slices,
    turn: turnOf(layer, slices, mapping, groups.length),
    chunkCount,
    passes: passesOf(layer, mapping),
    groupBlocks: Math.ceil(layer.groups / mapping.domains),
    kBlocks: Math.ceil(groupKs / (teamsPerDomain * mapping.residentKs)),
    channelBlocks: Math.ceil(groupChannels / (mapping.channelSlices * mapping.channelsPerTrace)),
    episodes: Math.ceil(chunkCount / slices),
  };
}

/** Passes over a kernel, row by row. */
export function passesOf(
  { R, S }: Layer,
  { passRows, passColumns }: Pick<Mapping, "passRows" | "passColumns">,
): Pass[] {
  const passes: Pass[] = [];
  for (let r0 = 0; r0 < R; r0 += passRows)
    for (let s0 = 0; s0 < S; s0 += passColumns)
      passes.push({ r0, r1: Math.min(R, r0 + passRows), s0, s1: Math.min(S, s0 + passColumns) });
  return passes;
}

/** Parts of a strip and of a picture that a slice moves on from one episode to the next are best near this: it soon was everywhere. */
const goldenPart = 0.382;

/**
 * By how many slices chunks are turned: so that the places of a picture that a slice sees one after the other lie far apart, as edges
 * and middles differ in their nonzeros.
 */
function turnOf(
  { N, P }: Layer,
  slices: number,
  { chunkGroups }: Pick<Mapping, "chunkGroups">,
  groups: number,
): number {
  if (N === 1) return 0;
  const missed = (turn: number, period: number) =>
    Math.abs((((slices + turn) * chunkGroups) % period) / period - goldenPart);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < slices; turn++) {
    const sum = missed(turn, P) + missed(turn, groups / N);
    if (sum < least) [best, least] = [turn, sum];
  }
  return best;
}

/** A part of a layer that stands for all of it: its first residencies, and of each some episodes. */
export interface Sample {
  readonly residencies: number;
  /** of a residency, spread evenly over all that it has */
  readonly rounds: number;
}

/** All of a layer. */
export const wholeLayer = (nest: LoopNest): Sample => ({
  residencies: residencyCount(nest),
  rounds: nest.episodes,
});

/** The episode of a residency that is the i-th of a sample. */
export const roundOf = ({ episodes }: LoopNest, { rounds }: Sample, i: number): number =>
  Math.floor((i * episodes) / rounds);

/** The number of the chunk that a slice of a team has in an episode of a residency; no chunk has it where they have run out. */
export const chunkNumber = ({ slices, turn }: LoopNest, round: number, slice: number): number =>
  round * slices + ((slice + round * turn) % slices);

/** The groups of a chunk. */
export const chunkOf = ({ groups }: LoopNest, { chunkGroups }: Mapping, chunk: number): readonly Group[] =>
  groups.slice(chunk * chunkGroups, (chunk + 1) * chunkGroups);

export const residencyCount = ({ groupBlocks, kBlocks, passes, channelBlocks }: LoopNest): number =>
  groupBlocks * kBlocks * passes.length * channelBlocks;

/** Episodes of the whole layer. */
export const episodeCount = (nest: LoopNest): number => residencyCount(nest) * nest.episodes;

/** A mapping in words, for tables and reports. */
export function describeMapping(m: Mapping): string {
  return [
    m.domains > 1 ? `${m.domains} groups at a time` : "",
    m.teamColumns > 1 ? `teams of ${m.teamColumns} columns` : "",
    `${m.channelSlices} channel x ${m.positionSlices} position slices`,
    `${m.channelsPerTrace} channel${m.channelsPerTrace > 1 ? "s" : ""} a trace`,
    `passes of ${m.passRows} x ${m.passColumns}`,
    `chunks of ${m.chunkGroups} groups`,
    `${m.residentKs} k's resident`,
  ]
    .filter(Boolean)
    .join(", ");
}
