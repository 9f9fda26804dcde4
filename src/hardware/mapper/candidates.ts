import type { Layer } from "../../workload/layer.ts";
import { heldSets, rowLayout } from "../dataflow/geometry.ts";
import type { ChunkShape, LayerCounts } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { onceUnder } from "../once.ts";
import { lanes, mostGroups, type SwgParameters, tracesOf } from "../parameters.ts";
import { type ChunkSize, chunkSize, listsFit, roomForValues, sampleFits } from "./chunk-fit.ts";

/** Columns that may share their k's. */
const mostTeamColumns = 8;
/** Channels that a trace may hold in an episode, besides as many as fit its lanes. */
const channelChoices = [1, 2, 3, 4, 5, 6, 9, 12, 15, 18, 24, 36, 48, 72];
/** K's that a team may have in a block, over those that it has on average: so much more can the lightest be. */
const uneven = 1.5;

const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** The number that was asked for, where it is possible, in place of those that are worth a look. */
const askedOr = (asked: number, possible: boolean, choices: readonly number[]): readonly number[] =>
  asked === 0 ? choices : possible ? [asked] : [];

/**
 * Every mapping worth a look that fits the machine, as far as a sample of the layer shows: with the largest passes over the
 * kernel that anything fits with.
 */
export function* candidates(counts: LayerCounts, p: SwgParameters): Generator<Mapping> {
  for (const pass of passChoices(counts.layer, p)) {
    let any = false;
    for (const mapping of candidatesOf(counts.layer, pass, p)) {
      if (!fitsSample(counts, mapping, p)) continue;
      any = true;
      yield mapping;
    }
    if (any) return;
  }
}

/** Whether a mapping fits as far as a sample of the layer shows. */
export const fitsSample = (counts: LayerCounts, mapping: Mapping, p: SwgParameters): boolean =>
  sampleFits(counts, mapping, p, roomForValues(counts.layer, mapping, p)!);

/** Candidates by layer, passes and machine: a network has many layers of one shape. */
const known = new Map<string, readonly Mapping[]>();
const mostKnown = 16;

/** With passes of one size every mapping worth a look whose bitmaps and lists fit the machine; values of chunks may not. */
export function candidatesOf(layer: Layer, pass: PassShape, p: SwgParameters): readonly Mapping[] {
  if (known.size === mostKnown) known.clear();
  return onceUnder(known, JSON.stringify([{ ...layer, name: "" }, pass, p]), () =>
    [...chunkShapes(layer, pass, p)].flatMap((shape) => [...mappingsOf(layer, shape, p)]),
  );
}

type PassShape = Pick<Mapping, "passRows" | "passColumns">;

/** Passes of even sizes that fit the lanes: first those that cut the kernel into least. */
export function passChoices({ R, S }: Layer, p: SwgParameters): PassShape[] {
  const choices: PassShape[] = [];
  const wide = Math.min(p.laneBits, p.rowBits);
  const rows = askedOr(p.passRows, p.passRows <= Math.min(R, lanes), evenSizes(R, lanes));
  const columns = askedOr(p.passColumns, p.passColumns <= Math.min(S, wide), evenSizes(S, wide));
  for (const passRows of rows) for (const passColumns of columns) choices.push({ passRows, passColumns });
  const cuts = ({ passRows, passColumns }: PassShape) => Math.ceil(R / passRows) * Math.ceil(S / passColumns);
  return choices.sort((a, b) => cuts(a) - cuts(b));
}

/** The sizes, of `most` at most, of the largest of pieces as even as can be, largest first: 7 by 4 gives 4, 3, 2, 1. */
function evenSizes(extent: number, most: number): number[] {
  const sizes = Array.from({ length: Math.min(extent, most) }, (_, i) => Math.min(extent, most) - i);
  return sizes.filter((size) => Math.ceil(extent / Math.ceil(extent / size)) === size);
}

/** Every number of channels and groups of positions whose sums and row words fit a trace. */
function* chunkShapes(layer: Layer, pass: PassShape, p: SwgParameters): Generator<ChunkShape> {
  const most = Math.min(layer.C / layer.groups, mostChannels(layer, pass, p));
  const channels = [...new Set([...channelChoices.filter((n) => n < most), most])];
  const groups = Array.from({ length: mostGroups }, (_, i) => mostGroups - i);
  for (const channelsPerTrace of askedOr(p.channelsPerTrace, p.channelsPerTrace <= most, channels))
    for (const chunkGroups of askedOr(p.chunkGroups, p.chunkGroups <= mostGroups, groups)) {
      const shape = { ...pass, channelsPerTrace, chunkGroups };
      if (heldSets(layer, shape, p) > 0 && roomForValues(layer, shape, p) !== undefined) yield shape;
    }
}

/** Channels that fit the lanes and the row words of a trace. */
function mostChannels(layer: Layer, pass: PassShape, p: SwgParameters): number {
  let channels = Math.floor(p.laneBits / pass.passColumns) * (pass.passRows === 1 ? lanes : 1);
  while (channels > 0 && !rowLayout(layer, { ...pass, channelsPerTrace: channels }, p)) channels--;
  return channels;
}

/** Every way worth a look to divide columns among groups and teams, and traces among channels and positions. */
function* mappingsOf(layer: Layer, shape: ChunkShape, p: SwgParameters): Generator<Mapping> {
  for (const teams of teamsOf(layer, p))
    for (const slices of slicings(layer, shape, teams.teamColumns, p)) {
      const mapping = { ...shape, ...slices, ...teams, residentKs: 1 };
      if (p.chunkGroups === 0 && smallerDo(layer, mapping, p)) continue;
      const ks = residentKs(layer, mapping, p);
      for (const residentKs of askedOr(p.residentKs, p.residentKs <= ks, [ks]))
        yield { ...mapping, residentKs };
    }
}

/** Every way worth a look to divide columns among groups and teams. */
function* teamsOf(layer: Layer, p: SwgParameters): Generator<Pick<Mapping, "domains" | "teamColumns">> {
  const groupKs = layer.K / layer.groups;
  const sizes = divisors(p.columns).filter((d) => d <= mostTeamColumns);
  for (const teamColumns of askedOr(p.teamColumns, p.columns % p.teamColumns === 0, sizes)) {
    const most = divisors(p.columns / teamColumns).filter((d) => d <= layer.groups);
    for (const domains of askedOr(p.domains, most.includes(p.domains), most)) {
      const teams = p.columns / teamColumns / domains;
      const many = teamColumns > 1 && groupKs >= 8 * teams * teamColumns;
      if (p.teamColumns > 0 || !many) yield { domains, teamColumns };
    }
  }
}

/** Whether smaller chunks make no more episodes: then these are more even. */
function smallerDo(layer: Layer, mapping: Mapping, p: SwgParameters): boolean {
  const { groups, slices, episodes } = loopNest(layer, mapping, p);
  const smaller = mapping.chunkGroups - 1;
  return smaller > 0 && Math.ceil(Math.ceil(groups.length / smaller) / slices) === episodes;
}

type Slices = Pick<Mapping, "channelSlices" | "positionSlices">;

/** For each number of channel slices, as many position slices as there are traces, lists and chunks for. */
function slicings(layer: Layer, shape: ChunkShape, teamColumns: number, p: SwgParameters): Slices[] {
  const size = chunkSize(layer, shape, p);
  if (!size) return [];
  const one = { domains: 1, teamColumns: 1, channelSlices: 1, positionSlices: 1, residentKs: 1 };
  const { chunkCount } = loopNest(layer, { ...shape, ...one }, p);
  if (teamColumns > chunkCount) return [];
  const traces = tracesOf(p);
  const found: Slices[] = [];
  const every = Array.from({ length: traces }, (_, i) => i + 1);
  for (const channelSlices of askedOr(p.channelSlices, p.channelSlices <= traces, every)) {
    // no slice without a channel
    if (channelSlices > 1 && (channelSlices - 1) * shape.channelsPerTrace >= layer.C / layer.groups) break;
    const most = mostPositionSlices(size, channelSlices, Math.ceil(chunkCount / teamColumns), p);
    for (const positionSlices of askedOr(p.positionSlices, p.positionSlices <= most, most > 0 ? [most] : []))
      found.push({ channelSlices, positionSlices });
  }
  if (p.channelSlices > 0 || p.positionSlices > 0) return found;
  const used = (slices: Slices) => slices.channelSlices * slices.positionSlices;
  const most = Math.max(...found.map(used));
  return found.filter((slices) => 4 * used(slices) >= 3 * most);
}

/** As many position slices as there are traces, chunks and lists for. */
function mostPositionSlices(
  size: ChunkSize,
  channelSlices: number,
  chunks: number,
  p: SwgParameters,
): number {
  let most = Math.min(Math.floor(tracesOf(p) / channelSlices), chunks);
  while (most > 0 && !listsFit(size, { channelSlices, positionSlices: most }, p)) most--;
  return most;
}

/** As many k's as a trace holds sums of; where sets are free again after each k, as many as there are. */
function residentKs(layer: Layer, mapping: Mapping, p: SwgParameters): number {
  const { episodes, groupKs, teamsPerDomain } = loopNest(layer, mapping, p);
  const useful = Math.ceil((uneven * groupKs) / teamsPerDomain);
  return episodes === 1 ? useful : Math.min(useful, heldSets(layer, mapping, p));
}
