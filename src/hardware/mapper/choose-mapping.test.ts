import { describe, expect, it } from "vitest";
import { defaults } from "../../parameter.ts";
import { convolution } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { chooseMapping, type Trial } from "./choose-mapping.ts";
import { promisingMappings } from "./mapper.ts";
import { movedBytes, trafficOf } from "./traffic.ts";

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
const small = statisticsOf(4, 16, 8);
const large = statisticsOf(16, 128, 32);
/** The most promising mappings, `count` at most. */
function firstOf(statistics: typeof small, count: number): Mapping[] {
  const first: Mapping[] = [];
  for (const mapping of promisingMappings(statistics, p).bestFirst())
    if (first.push(mapping) === count) break;
  return first;
}
const steady = (cycles: number, episodes: number) => ({
  cycles,
  episodeEnds: Array.from({ length: episodes }, (_, i) => ((i + 1) * cycles) / episodes),
});

describe("which mapping is chosen?", () => {
  const promising = firstOf(small, 12);
  const movedOf = (mapping: Mapping) =>
    movedBytes(trafficOf(small, loopNest(small.layer, mapping, p), mapping, p));
  const byMoved = promising.toSorted((a, b) => movedOf(a) - movedOf(b));
  const chosenAt = (cyclesOf: (mapping: Mapping) => number) =>
    chooseMapping(small, p, (mapping, episodes) => steady(cyclesOf(mapping), episodes));
  const same = (a: Mapping, b: Mapping) => JSON.stringify(a) === JSON.stringify(b);

  it("the fastest of the promising ones", () => {
    expect(promising.length).toBeGreaterThan(4);
    for (const best of promising)
      expect(chosenAt((mapping) => (same(mapping, best) ? 900 : 1000))).toEqual(best);
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

describe("how much of a layer is tried?", () => {
  const tried = (statistics: typeof small, trial: Trial = (_, episodes) => steady(1000, episodes)) => {
    const seen: { mapping: Mapping; share: number }[] = [];
    chooseMapping(statistics, p, (mapping, episodes) => {
      const all = episodeCount(loopNest(statistics.layer, mapping, p));
      seen.push({ mapping, share: episodes / all });
      return trial(mapping, episodes);
    });
    return seen;
  };

  it("all of a small one, once under each mapping", () => {
    const seen = tried(small);
    expect(seen.every(({ share }) => share === 1)).toBe(true);
    expect(new Set(seen.map(({ mapping }) => mapping)).size).toBe(seen.length);
  });

  it("a little of a large one under some mappings and those near the best, then more of it under a few", () => {
    const seen = tried(large);
    expect(seen).toHaveLength(16 + 2 * 4 + 4);
    expect(seen.every(({ share }) => share < 1)).toBe(true);
    const first = seen.slice(0, 24);
    expect(new Set(first.map(({ mapping }) => mapping)).size).toBe(24);
    for (const again of seen.slice(24)) {
      const before = first.find(({ mapping }) => mapping === again.mapping);
      expect(again.share).toBeGreaterThan(before?.share ?? 1);
    }
  });

  it("a layer that is little work under more mappings", () => {
    expect(tried(statisticsOf(1, 4, 4)).length).toBeGreaterThan(16);
  });

  it("the rest is reckoned to go on at the pace of the second half of what was tried", () => {
    // one mapping takes long for its first episode, and hardly anything for all others: more in its trials, less in all
    const [, slowStart] = firstOf(large, 12);
    const chosen = chooseMapping(large, p, (mapping, episodes) => {
      const all = episodeCount(loopNest(large.layer, mapping, p));
      const isIt = JSON.stringify(mapping) === JSON.stringify(slowStart);
      const episodeEnds = Array.from({ length: episodes }, (_, i) =>
        isIt ? 600 + i / all : (1000 * (i + 1)) / all,
      );
      return { cycles: episodeEnds[episodes - 1], episodeEnds };
    });
    expect(chosen).toEqual(slowStart);
  });
});
