import { emapSize, gradientSize, type Layer } from "../../workload/layer.ts";
import { listRoom } from "../buffer/list-memory.ts";
import { commonDivisor } from "../dataflow/geometry.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping, Pass } from "../dataflow/mapping.ts";
import {
  headCycles,
  headerWords,
  helps,
  listWordsOf,
  readCycles,
  type SwgParameters,
  skips,
  tileLooks,
  tileValues,
  traceDrainSums,
  tracesOf,
} from "../parameters.ts";
import { drainCycles, fmapShare, listsHaveHeaders } from "../schedule/k-load.ts";
import { mostKsOfTeam } from "../schedule/schedule.ts";
import { busiestSlice, busiestTeam } from "./busiest.ts";
import { chunkSize } from "./chunk-fit.ts";
import { type Traffic, trafficOf } from "./traffic.ts";

/** Cycles until row words that were written are of use. */
const activation = 1;
/** Row words that a trace writes in a cycle. */
const writtenRowWords = 2;
/** Sums that a trace reads in a cycle when they leave. */
const readSums = 2;
/** Of the port's time for both maps, what is not hidden behind the array's even where that takes longer. */
const unhidden = 0.1;
/** Variance of the work in a chunk, in means squared: by trials on a quick model, that orders mappings of networks best. */
const chunkVariance = 0.03;
/** The same of what lies at one place of all pictures, as their edges and their middles differ. */
const placeVariance = 0.03;
/** Of a job: for so long a MAC is without work, on average, each time that the slowest trace holds all others up. */
const halfJob = 0.5;

/** What a mapping is expected to cost, in cycles, from counts of nonzeros alone. The simulation counts; this chooses. */
export function estimateCycles(
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const traffic = trafficOf(counts, nest, mapping, p);
  const array = arrayCycles(counts, nest, mapping, p);
  const dram = (traffic.dramBytes * p.clockMhz) / p.dramMbps;
  if (p.unlimitedPorts) return array;
  const { read, others, ends } = portCycles(counts, traffic, nest, mapping, p);
  return (
    Math.max(array, read, dram, ...others) +
    unhidden * read +
    ends +
    drainStalls(counts, nest, mapping, array, p)
  );
}

/**
 * Cycles for which traces wait that their sums leave: those of a residency are all done in its last episode, and their places are
 * needed in the first one of the next; what is not sent in these two holds the array up.
 */
function drainStalls(
  counts: LayerCounts,
  nest: LoopNest,
  { channelSlices, positionSlices }: Mapping,
  array: number,
  p: SwgParameters,
): number {
  const { groupBlocks, kBlocks, passes, channelBlocks, episodes } = nest;
  const residencies = groupBlocks * kBlocks * passes.length * channelBlocks;
  const gradients = p.gradientSkip ? totalsOf(counts).wanted : gradientSize(counts.layer);
  const sums = gradients / (counts.layer.K * passes.length * channelBlocks * channelSlices);
  const ofLane = Math.ceil(channelSlices / p.drainLanes) * positionSlices;
  const leaving = mostKsOfTeam(nest) * ofLane * Math.max(readCycles, sums / traceDrainSums);
  const meanwhile = (Math.min(episodes, 2) * array) / (residencies * episodes);
  return residencies * Math.max(0, leaving - meanwhile);
}

/** Cycles of each port; `ends`: before the first chunks are there, and after the last sums were done. */
function portCycles(
  counts: LayerCounts,
  traffic: Traffic,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): { read: number; others: number[]; ends: number } {
  const { fmapBytes, emapBytes, fmapWordsOfRow, listWords, gradientBytes } = traffic;
  const { ofKs, ofGradients } = busiestTeam(counts, nest, p);
  const read = (fmapBytes + emapBytes) / p.globalBufferReadBytes;
  const write = gradientBytes / p.globalBufferWriteBytes;
  const lists = (listWords * ofKs) / mapping.teamColumns / p.listPorts;
  const drains = drainCycles((traffic.drainedSums / nest.slices) * ofGradients, mapping, p);
  const residencies = nest.groupBlocks * nest.kBlocks * nest.passes.length * nest.channelBlocks;
  const firstChunks = fmapWordsOfRow / (residencies * nest.episodes);
  return {
    read,
    others: [write, lists, drains, fmapWordsOfRow],
    ends: firstChunks + read / (residencies * nest.episodes) / 2 + write / residencies,
  };
}

/** Cycles of the array alone: of the busiest team's MACs, or of its busiest trace. */
function arrayCycles(counts: LayerCounts, nest: LoopNest, mapping: Mapping, p: SwgParameters): number {
  const { layer } = counts;
  const { channelSlices, positionSlices } = mapping;
  const { channelBlocks, groupBlocks, kBlocks, passes, episodes, chunkCount, slices } = nest;
  const size = chunkSize(layer, mapping, p);
  const { ofWork, ofGradients } = busiestTeam(counts, nest, p);
  const entries = entriesOfLayer(counts, p);
  const chunkEntries = (entries / layer.K) * (mapping.chunkGroups / nest.groups.length);
  const headed = listsHaveHeaders(counts, mapping, p);
  const work = entries * cyclesOfEntry(counts, chunkEntries, nest, mapping, p) * ofWork;
  const all = groupBlocks * kBlocks * passes.length * channelBlocks * episodes;
  const jobs = all * mostKsOfTeam(nest);
  const ahead = ksAhead(chunkEntries, headed, mapping, p);
  const spread = spreadOf(counts, chunkEntries, ahead, nest, p);

  const ofTrace = busiestSlice(counts, channelBlocks, channelSlices, p) * (episodes / chunkCount);
  const job =
    ((work * ofTrace) / jobs) *
    (1 + spread(1, tracesOf(p), placeVariance * samePlaces(layer, nest, mapping)));
  const gradients = p.gradientSkip ? totalsOf(counts).wanted : gradientSize(layer);
  const pauses = (gradients * ofGradients) / channelSlices / readSums;
  const starts = all * (Math.ceil((size?.rowWords ?? 0) / writtenRowWords) + activation + tileValues(p));
  const trace = jobs * jobTime(job, 1 - noneOf(chunkEntries), headed, p) + starts + pauses;

  const rest = Math.min(positionSlices, chunkCount % slices);
  const ofColumn = (Math.floor(chunkCount / slices) * positionSlices + rest) / chunkCount;
  const used = channelSlices * positionSlices;
  // columns of different teams have the same chunks
  const columns = spread(positionSlices, p.columns, 0, mapping.teamColumns > 1 ? chunkVariance : 0);
  const uneven = 1 + columns / 2 + (halfJob * p.rows * p.macs) / (used * ahead);
  return Math.max(trace, ((work * ofColumn) / macsInUse(mapping, p)) * uneven);
}

/** K's that a trace can be ahead of the slowest of its column: as many as the list memories have room for. */
function ksAhead(chunkEntries: number, headed: boolean, mapping: Mapping, p: SwgParameters): number {
  const words = listWordsOf(Math.ceil(chunkEntries), headed, p);
  return Math.max(1, Math.min(p.listAhead, Math.floor(listRoom(mapping, p) / words)));
}

/**
 * How far the fullest of `places` traces or columns, with `chunks` chunks each, exceeds the mean in what it can have before
 * it at a time, as `places` are not further apart: sqrt(2 ln places x variance), with 2 ln n as 1.4 log2 n rounded up, so that
 * every engine gets the same bits. Chunks differ as `wholes`, and in their nonzeros as if these lay anywhere;
 * `lasting` is variance that no number of chunks evens out. Where no value is zero nothing differs.
 */
function spreadOf(
  counts: LayerCounts,
  chunkEntries: number,
  ahead: number,
  nest: LoopNest,
  p: SwgParameters,
) {
  const ks = mostKsOfTeam(nest);
  const episodesAhead = Math.min(p.chunks, Math.max(1, ahead / ks));
  const entriesAhead = chunkEntries * Math.min(ahead, ks * p.chunks);
  const { K, N, P, Q } = counts.layer;
  const zeros = 1 - (fmapShare(counts, p) * entriesOfLayer(counts, p)) / (K * N * P * Q);
  return (chunks: number, places: number, lasting = 0, wholes = chunkVariance): number => {
    const variance = 1 / Math.max(1, entriesAhead * chunks) + wholes / (episodesAhead * chunks);
    return Math.sqrt(1.4 * (32 - Math.clz32(places - 1)) * (variance + lasting) * zeros);
  };
}

/** The share of a picture's places that a position slice never sees, as its chunks are cut from all pictures alike. */
function samePlaces({ N }: Layer, { groups, slices, turn }: LoopNest, { chunkGroups }: Mapping): number {
  const chunks = groups.length / N / chunkGroups;
  return N > 1 && Number.isInteger(chunks) ? 1 - 1 / commonDivisor(slices + turn, chunks) : 0;
}

/**
 * Cycles from one list of a trace to the next, where a share of them have something to do, and all take `mean` on average: the next
 * list's head is read meanwhile.
 */
function jobTime(mean: number, some: number, headed: boolean, p: SwgParameters): number {
  const header = headed ? headerWords(p) : 0;
  const none = headCycles(Math.max(1, header), p);
  return some === 0 ? none : Math.max(some * (headCycles(header + 1, p) + 1), mean) + (1 - some) * none;
}

/** The probability that there is none where `mean` are expected: exp(-mean), but by arithmetic that every engine does alike. */
const noneOf = (mean: number): number => 1 / power(1 + mean / 16, 16);

/** Positions in the lists of all k's. */
const entriesOfLayer = (counts: LayerCounts, p: SwgParameters): number =>
  skips(p).emap ? totalsOf(counts).emap : emapSize(counts.layer);

/**
 * Cycles of MACs that an entry of a k's list takes in all passes and channels together: its pairs, and its share of what tiles with few
 * pairs wait, as if zeros lay anywhere. Lists have `chunkEntries` nonzeros on average.
 */
function cyclesOfEntry(
  counts: LayerCounts,
  chunkEntries: number,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): number {
  const { K, R, S } = counts.layer;
  const { groupChannels, channelBlocks } = nest;
  const slots = groupChannels * R * S;
  const wanted = p.gradientSkip ? totalsOf(counts).wanted / (K * slots) : 1;
  const paired = wanted * fmapShare(counts, p);
  const slices = channelBlocks * mapping.channelSlices;
  const fewest = Math.floor(groupChannels / slices);
  const withMore = groupChannels - fewest * slices;
  const tile = tileValues(p);
  const looks = tileLooks(p);
  const tiles = Math.max(1, chunkEntries / tile);
  const ofList = Math.max(1, chunkEntries);
  const waits = (window: number) => {
    // where a window wants nothing there is no job
    const jobs = 1 - power(1 - wanted, window);
    if (jobs === 0) return 0;
    const pairs = (window * paired) / jobs;
    const ofLast = noneOf(pairs * Math.min(tile, ofList));
    return (jobs * ((tiles - 1) * shortOf(looks, tile * pairs) + ofLast)) / ofList;
  };
  let cycles = slots * paired;
  for (const pass of nest.passes) {
    const taps = tapsOf(pass);
    cycles += withMore * waits((fewest + 1) * taps);
    if (fewest > 0) cycles += (slices - withMore) * waits(fewest * taps);
  }
  return cycles;
}

/** How much is missing to `least` on average where `mean` are expected, by Poisson's distribution. */
function shortOf(least: number, mean: number): number {
  let [share, short] = [noneOf(mean), 0];
  for (let n = 0; n < least; n++) {
    short += share * (least - n);
    share *= mean / (n + 1);
  }
  return short;
}

const tapsOf = ({ r0, r1, s0, s1 }: Pass): number => (r1 - r0) * (s1 - s0);

/** By multiplications alone, so that every engine gets the same bits. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let left = exponent, square = base; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) result *= square;
  return result;
}

/** The MACs of a column that have traces to serve: those of PEs with traces in use, and with help the two beside them. */
function macsInUse({ channelSlices, positionSlices }: Mapping, p: SwgParameters): number {
  const used = channelSlices * positionSlices;
  const own = Math.ceil(used / p.traces) * p.macs;
  return Math.min(used, p.rows * p.macs, own + (helps(p) ? 2 : 0));
}
