import { describe, expect, it } from "vitest";
import { defaults, withValues } from "../../parameter.ts";
import { convolution, linear } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import {
  episodeCount,
  loopNest,
  type Mapping,
  residencyCount,
  type Sample,
  wholeLayer,
} from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { chooseMapping, type TrialRun } from "./choose-mapping.ts";
import { promisingMappings } from "./mapper.ts";
import { movedBytes } from "./traffic.ts";

const p = defaults(swgParameters);
const statisticsOf = (images: number, K: number, size: number) => {
  const layer = convolution({
    name: "conv",
    N: images,
    C: 32,
    H: size,
    W: size,
    K,
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  });
  const thirds = (length: number) => Uint8Array.from({ length }, (_, i) => Number((i * 7) % 3 === 0));
  return layerStatistics({
    layer,
    fmap: thirds(images * 32 * size ** 2),
    emap: thirds(images * K * size ** 2),
  });
};
const small = statisticsOf(8, 16, 8);
const large = statisticsOf(16, 256, 32);
const linearOf = (channels: number) =>
  layerStatistics({
    layer: linear("fc", 1, channels, 1024),
    fmap: new Uint8Array(channels).fill(1),
    emap: new Uint8Array(1024).fill(1),
  });
const flat = linearOf(16384);
/** The most promising mappings, `count` at most. */
function firstOf(statistics: typeof small, count: number): Mapping[] {
  const first: Mapping[] = [];
  for (const mapping of promisingMappings(statistics, p).bestFirst())
    if (first.push(mapping) === count) break;
  return first;
}
const nestOf = (statistics: typeof small, mapping: Mapping) => loopNest(statistics.layer, mapping, p);
/** A trial in which each pair takes `pace` cycles, as far as a layer is tried. */
function steady(statistics: typeof small, mapping: Mapping, sample: Sample | undefined, pace: number) {
  const nest = nestOf(statistics, mapping);
  const { residencies, rounds } = sample ?? wholeLayer(nest);
  const pairs = (1e6 * residencies * rounds) / episodeCount(nest);
  const episodeEnds = Array.from(
    { length: residencies * rounds },
    (_, i) => ((i + 1) * pairs * pace) / (residencies * rounds),
  );
  return { cycles: pairs * pace, episodeEnds, events: { macs: pairs } };
}

describe("which mapping is chosen?", () => {
  const promising = firstOf(small, 8);
  const movedOf = (mapping: Mapping) => movedBytes(small, mapping, p);
  const byMoved = promising.toSorted((a, b) => movedOf(a) - movedOf(b));
  const chosenAt = (cyclesOf: (mapping: Mapping) => number) =>
    chooseMapping(small, p, (mapping, { sample }) => steady(small, mapping, sample, cyclesOf(mapping)));
  const same = (a: Mapping, b: Mapping) => JSON.stringify(a) === JSON.stringify(b);

  it("the fastest of the promising ones", () => {
    expect(promising.length).toBeGreaterThan(4);
    for (const best of promising)
      expect(chosenAt((mapping) => (same(mapping, best) ? 900 : 1000))).toEqual(best);
  });

  it("one that is asked for in all of its numbers, without a trial", () => {
    const [asked] = promising;
    const untried = () => {
      throw new Error("it must not be tried");
    };
    expect(chooseMapping(small, withValues("swg", swgParameters, { ...asked }), untried)).toEqual(asked);
  });

  it("of those that take as long but for half a hundredth, the one that moves least", () => {
    const [least, most] = [byMoved[0], byMoved[byMoved.length - 1]];
    expect(movedOf(least)).toBeLessThan(movedOf(most));
    const cycles = (near: number) => (mapping: Mapping) =>
      same(mapping, most) ? 1000 : same(mapping, least) ? near : 2000;
    expect(chosenAt(cycles(1004))).toEqual(least);
    expect(chosenAt(cycles(1006))).toEqual(most);
  });
});

describe("how far behind the fastest may a mapping fall, of those that are tried on all of a layer?", () => {
  const promising = firstOf(small, 12);
  const least = (runs: (mapping: Mapping, ends: number[]) => number[]) => {
    const limits = new Map<Mapping, readonly number[] | undefined>();
    const chosen = chooseMapping(small, p, (mapping, { sample, latestEnds }) => {
      limits.set(mapping, latestEnds);
      const run = steady(small, mapping, sample, mapping === firstTried(limits) ? 1 : 0.99);
      return { ...run, episodeEnds: runs(mapping, Array.from(run.episodeEnds)) };
    });
    return { chosen, limits: [...limits.values()] };
  };
  const firstTried = (tried: Map<Mapping, unknown>) => tried.keys().next().value;

  it("the first has no limit, the others that of the fastest before and 3 % of its time", () => {
    const { limits, chosen } = least((_, ends) => ends);
    expect(limits[0]).toBeUndefined();
    expect(limits[1]?.at(-1)).toBeCloseTo(1e6 * 1.03);
    expect(limits[2]?.at(-1)).toBeCloseTo(0.99e6 * 1.03);
    expect(chosen).not.toEqual(promising[0]);
  });

  it("no more in any episode, though it makes up for it at the end", () => {
    // nothing is faster in the end than the first, but what has fallen behind on the way
    const late = (i: number, by: number) => (mapping: Mapping, ends: number[]) =>
      JSON.stringify(mapping) === JSON.stringify(promising[0]) ? ends : ends.with(i, ends[i] + by);
    expect(least(late(0, 0.02e6)).chosen).not.toEqual(promising[0]);
    expect(least(late(0, 0.05e6)).chosen).toEqual(promising[0]);
  });
});

describe("how much of a layer is tried?", () => {
  const tried = (statistics: typeof small, paceOf = (_: Mapping) => 1) => {
    const seen: { mapping: Mapping; share: number; sample: Sample | undefined }[] = [];
    chooseMapping(statistics, p, (mapping, { sample }) => {
      const nest = nestOf(statistics, mapping);
      const { residencies, rounds } = sample ?? wholeLayer(nest);
      seen.push({ mapping, sample, share: (residencies * rounds) / episodeCount(nest) });
      return steady(statistics, mapping, sample, paceOf(mapping));
    });
    return seen;
  };

  it("all of a small one, once under each mapping", () => {
    const seen = tried(small);
    expect(seen.every(({ sample }) => sample === undefined)).toBe(true);
    expect(new Set(seen.map(({ mapping }) => mapping)).size).toBe(seen.length);
  });

  it("a little of a large one under some mappings and those near the best, then more of it under a few", () => {
    const seen = tried(large);
    expect(seen).toHaveLength(8 + 2 * 3 + 4);
    expect(seen.every(({ share }) => share < 1)).toBe(true);
    const first = seen.slice(0, 14);
    expect(new Set(first.map(({ mapping }) => mapping)).size).toBe(14);
    for (const again of seen.slice(14)) {
      const before = first.find(({ mapping }) => mapping === again.mapping);
      expect(again.share).toBeGreaterThan(before?.share ?? 1);
    }
  });

  it("a part of one that is neither, then the best two again, the first on all of it", () => {
    // where a trace has most channels there is least work
    const seen = tried(linearOf(3072), ({ channelsPerTrace }) => 1 / channelsPerTrace);
    const again = seen.filter(({ mapping }, i) => seen.findIndex((one) => one.mapping === mapping) < i);
    expect(again).toHaveLength(2);
    expect(again[0].sample).toBeUndefined();
  });

  it("of two residencies, where there are so many", () => {
    for (const { mapping, sample } of tried(large))
      expect(sample?.residencies).toBeGreaterThanOrEqual(Math.min(2, residencyCount(nestOf(large, mapping))));
  });
});

describe("what is reckoned of a part of a layer?", () => {
  type Seen = TrialRun;
  /** The mapping that is chosen where one of the promising ones differs from all others, which take `pace` for a pair. */
  const chosenOf = (
    statistics: typeof small,
    other: Mapping,
    pace: number,
    trial: (steadily: Seen) => Seen,
  ) =>
    chooseMapping(statistics, p, (mapping, { sample }) => {
      const run = steady(statistics, mapping, sample, pace);
      return JSON.stringify(mapping) === JSON.stringify(other) ? trial(run) : run;
    });

  it("some episodes of each residency count by their pairs, as they may be fuller than the others", () => {
    const [, own] = firstOf(large, 12);
    const slow = (run: Seen) => ({ ...run, events: { macs: run.events.macs / 2 } });
    const soon = (run: Seen) => ({ ...run, events: { macs: run.events.macs * 2 } });
    expect(chosenOf(large, own, 1, slow)).not.toEqual(own);
    expect(chosenOf(large, own, 1, soon)).toEqual(own);
    // the later ones are the fuller ones
    const later = (run: Seen) => ({
      cycles: run.cycles,
      episodeEnds: Array.from(run.episodeEnds, (end) => end ** 2 / run.cycles),
      events: { macs: run.events.macs * 1.1 },
    });
    expect(chosenOf(large, own, 1, later)).toEqual(own);
  });

  const [, linearOne] = firstOf(flat, 12);
  /** A run whose episodes end `each` cycles apart, behind the first. */
  const paced = (run: Seen, first: number, each: number, cycles: number) => ({
    ...run,
    cycles,
    episodeEnds: Array.from(run.episodeEnds, (_, i) => first + i * each),
  });

  it("whole residencies go on at the pace of the last ones", () => {
    // more than all others take in trials, as its first residency takes long, and less than they do in all
    const slowStart = (run: Seen) => paced(run, 3e5, 100, 3e5 + 1000);
    expect(chosenOf(flat, linearOne, 1, slowStart)).toEqual(linearOne);
  });

  it("but no faster than gradients leave", () => {
    const writing = (16384 * 1024 * 2) / p.globalBufferWriteBytes;
    const late = (run: Seen) => paced(run, 100, 100, 0.2 * writing);
    expect(chosenOf(flat, linearOne, (0.6 * writing) / 1e6, late)).not.toEqual(linearOne);
  });
});
