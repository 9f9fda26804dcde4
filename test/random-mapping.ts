import fc from "fast-check";
import { storedValues } from "../src/hardware/array/episode.ts";
import { chunkWords } from "../src/hardware/buffer/chunk-loads.ts";
import { chunkLayout, groupsOf, rowLayout } from "../src/hardware/dataflow/geometry.ts";
import { type Mapping, passesOf } from "../src/hardware/dataflow/mapping.ts";
import { lanes, mostGroups, type SwgParameters, tracesOf } from "../src/hardware/parameters.ts";
import type { Occupancy } from "../src/trace/occupancy.ts";

/** Numbers that a mapping is drawn from, each from 0 up. */
export const anyDraw = fc.array(fc.nat({ max: 1 << 20 }), { minLength: 9, maxLength: 9 });

/** A mapping that fits the machine, whatever was drawn; undefined where this machine has no room for the layer at all. */
export function drawnMapping(
  occupancy: Occupancy,
  p: SwgParameters,
  [a, b, c, d, e, f, g, h, i]: readonly number[],
): Mapping | undefined {
  const { layer } = occupancy;
  const of = <T>(choices: readonly T[], n: number): T => choices[n % choices.length];
  const divisors = (n: number) => Array.from({ length: n }, (_, j) => j + 1).filter((j) => n % j === 0);
  const passRows = 1 + (a % Math.min(lanes, layer.R));
  const passColumns = 1 + (b % Math.min(p.laneBits, layer.S));
  const channelsPerTrace = 1 + (c % (layer.C / layer.groups));
  const slots = passRows * passColumns * channelsPerTrace;
  if (slots > p.sums || !rowLayout(layer, { channelsPerTrace, passRows, passColumns }, p)) return undefined;
  const teamColumns = of(divisors(p.columns), d);
  const domains = of(
    divisors(p.columns / teamColumns).filter((n) => n <= layer.groups),
    e,
  );
  const channelSlices = 1 + (f % Math.min(tracesOf(p), layer.C / layer.groups));
  const positionSlices = 1 + (g % Math.floor(tracesOf(p) / channelSlices));
  const mapping = {
    domains,
    teamColumns,
    channelSlices,
    positionSlices,
    channelsPerTrace,
    passRows,
    passColumns,
    residentKs: 1 + (h % Math.floor(p.sums / slots)),
  };
  for (let chunkGroups = 1 + (i % mostGroups); chunkGroups > 0; chunkGroups--)
    if (fits(occupancy, { ...mapping, chunkGroups }, p)) return { ...mapping, chunkGroups };
  return undefined;
}

/** Whether row words and values of every chunk, and the lists of every PE, fit their memories, whatever channels meet. */
function fits(occupancy: Occupancy, mapping: Mapping, p: SwgParameters): boolean {
  const { layer } = occupancy;
  const rows = rowLayout(layer, mapping, p)!;
  const groups = groupsOf(layer, mapping, p);
  const positions = mapping.chunkGroups * Math.max(...groups.map(({ columns }) => columns));
  const lists = Math.min(p.traces, mapping.positionSlices);
  if (lists * (2 + Math.ceil((positions + 4) / 3)) > p.listWords) return false;
  const all = Array.from({ length: layer.C }, (_, c) => c);
  for (let first = 0; first < groups.length; first += mapping.chunkGroups)
    for (const pass of passesOf(layer, mapping)) {
      const layout = chunkLayout(layer, groups.slice(first, first + mapping.chunkGroups), pass, rows);
      const values = all
        .map((c) => storedValues(occupancy, layout, { ...rows, channelLanes: 1 }, [c]))
        .sort((x, y) => y - x)
        .slice(0, mapping.channelsPerTrace)
        .reduce((sum, n) => sum + n, 0);
      if (layout.words.length > p.rowWords) return false;
      if (chunkWords(layout.words.length, values, p) > p.chunkWords) return false;
    }
  return true;
}
