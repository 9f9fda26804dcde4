import type { Layer } from "../../workload/layer.ts";
import type { SwgParameters } from "../parameters.ts";
import { type Chunk, type ChunkShape, chunkCount, cutIntoChunks } from "./geometry.ts";

/** HUSA: how one layer is unrolled over columns, PEs, accumulators and time. Chosen by the mapper. */
export interface Mapping extends ChunkShape {
  /** convolution groups worked on at a time, each by its own columns */
  readonly domains: number;
  /** columns that share their k's and split the positions */
  readonly teamColumns: number;
  /** PEs of a column = channelSlices x positionSlices */
  readonly channelSlices: number;
  readonly positionSlices: number;
  /** channels of a PE in an episode */
  readonly channelsPerPe: number;
  /** kernel rows in one pass over the positions */
  readonly tapRows: number;
  /** k's whose sums stay in a column's PEs until their positions are done */
  readonly residentKs: number;
  /** k's at most in one round of the balancer */
  readonly roundKs: number;
}

/**
 * The loops around an array under a mapping, outermost first:
 * group blocks, k blocks, tap blocks, channel blocks (together: residencies), episodes, k's.
 */
export interface LoopNest {
  readonly teams: number;
  readonly teamsPerDomain: number;
  readonly groupBlocks: number;
  readonly kBlocks: number;
  readonly tapBlocks: number;
  readonly channelBlocks: number;
  /** channels, and k's, of one convolution group */
  readonly groupChannels: number;
  readonly groupKs: number;
  readonly chunkCount: number;
  /** cut when first asked for */
  readonly chunks: readonly Chunk[];
  /** position slices over a whole team */
  readonly slices: number;
  readonly episodes: number;
}

export function loopNest(layer: Layer, mapping: Mapping, parameters: SwgParameters): LoopNest {
  const teams = parameters.columns / mapping.teamColumns;
  const teamsPerDomain = teams / mapping.domains;
  const groupChannels = layer.C / layer.groups;
  const groupKs = layer.K / layer.groups;
  const chunks = chunkCount(layer, mapping);
  let cut: readonly Chunk[] | undefined;
  const slices = mapping.teamColumns * mapping.positionSlices;
  return {
    teams,
    teamsPerDomain,
    groupChannels,
    groupKs,
    slices,
    chunkCount: chunks,
    get chunks() {
      cut ??= cutIntoChunks(layer, mapping);
      return cut;
    },
    groupBlocks: Math.ceil(layer.groups / mapping.domains),
    kBlocks: Math.ceil(groupKs / (teamsPerDomain * mapping.residentKs)),
    tapBlocks: Math.ceil(layer.R / mapping.tapRows),
    channelBlocks: Math.ceil(groupChannels / (mapping.channelSlices * mapping.channelsPerPe)),
    episodes: Math.ceil(chunks / slices),
  };
}

/** Episodes of the whole layer. */
export const episodeCount = (nest: LoopNest): number =>
  nest.groupBlocks * nest.kBlocks * nest.tapBlocks * nest.channelBlocks * nest.episodes;

/** A mapping in words, for tables and reports. */
export function describeMapping(m: Mapping): string {
  return [
    m.domains > 1 ? `${m.domains} groups at a time` : "",
    m.teamColumns > 1 ? `teams of ${m.teamColumns} columns` : "",
    `${m.channelSlices} channel x ${m.positionSlices} position slices`,
    `${m.channelsPerPe} channel${m.channelsPerPe > 1 ? "s" : ""} a PE`,
    `chunks of ${m.bandRows} x ${m.bandColumns}`,
    `${m.residentKs} k's resident`,
    `rounds of ${m.roundKs}`,
  ]
    .filter(Boolean)
    .join(", ");
}
