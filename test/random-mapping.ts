import { chunkLayout, heldSets, rowLayout } from "../src/hardware/dataflow/geometry.ts";
import { chunkOf, loopNest, type Mapping } from "../src/hardware/dataflow/mapping.ts";
import { mostGroups, type SwgParameters, tracesOf } from "../src/hardware/parameters.ts";
import { type Random, seededRandom } from "../src/random.ts";
import type { Layer } from "../src/workload/layer.ts";

/** A mapping drawn at random that fits a layer and a machine; undefined where some draws did not find one. */
export function drawnMapping(layer: Layer, p: SwgParameters, seed: number): Mapping | undefined {
  const random = seededRandom(seed);
  for (let i = 0; i < 40; i++) {
    const mapping = draw(layer, p, random);
    if (mapping && fits(layer, mapping, p)) return mapping;
  }
  return undefined;
}

const upTo = (random: Random, most: number): number => 1 + random.below(Math.max(1, most));
const divisors = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((i) => n % i === 0);
const one = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

function draw(layer: Layer, p: SwgParameters, random: Random): Mapping | undefined {
  const teamColumns = one(random, divisors(p.columns));
  const domains = layer.groups === 1 ? 1 : one(random, divisors(p.columns / teamColumns));
  const channelSlices = upTo(random, tracesOf(p));
  const positionSlices = upTo(random, Math.floor(tracesOf(p) / channelSlices));
  const passRows = upTo(random, Math.min(3, layer.R));
  const passColumns = upTo(random, Math.min(p.laneBits, layer.S));
  const channelsPerTrace = upTo(random, Math.min(layer.C / layer.groups, one(random, [1, 2, 6, 18])));
  const held = heldSets(layer, { channelsPerTrace, passRows, passColumns }, p);
  if (held === 0) return undefined;
  return {
    domains,
    teamColumns,
    channelSlices,
    positionSlices,
    channelsPerTrace,
    passRows,
    passColumns,
    chunkGroups: upTo(random, mostGroups),
    residentKs: upTo(random, held),
  };
}

/** Whether windows fit the row words, and every chunk a trace's. */
function fits(layer: Layer, mapping: Mapping, p: SwgParameters): boolean {
  const rows = rowLayout(layer, mapping, p);
  if (!rows) return false;
  const nest = loopNest(layer, mapping, p);
  return Array.from({ length: nest.chunkCount }, (_, i) => chunkOf(nest, mapping, i)).every((chunk) =>
    nest.passes.every((pass) => chunkLayout(layer, chunk, pass, rows).words.length <= p.rowWords),
  );
}
