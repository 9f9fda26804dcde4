import { describe, expect, it } from "vitest";
import { defaults } from "../../parameter.ts";
import { convolution } from "../../workload/layer.ts";
import { swgParameters } from "../parameters.ts";
import { chunkNumber, loopNest, type Mapping } from "./mapping.ts";

const parameters = defaults(swgParameters);
const layerOf = (N: number) =>
  convolution({
    name: "conv",
    N,
    C: 1,
    H: 24,
    W: 24,
    K: 16,
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  });
const mapping: Mapping = {
  domains: 1,
  teamColumns: 4,
  channelSlices: 1,
  positionSlices: 24,
  channelsPerTrace: 1,
  passRows: 3,
  passColumns: 3,
  chunkGroups: 4,
  residentKs: 4,
};
/** [round] the chunks of a slice of a team, those that there are. */
const chunksOf = (N: number, slice: number) => {
  const nest = loopNest(layerOf(N), mapping, parameters);
  const numbers = Array.from({ length: nest.episodes }, (_, round) => chunkNumber(nest, round, slice));
  return numbers.filter((number) => number < nest.chunkCount);
};

describe("which chunks does a slice get?", () => {
  it("all slices together each chunk once, one in an episode", () => {
    const all = Array.from({ length: 96 }, (_, slice) => chunksOf(32, slice)).flat();
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 32 * 18 }, (_, i) => i));
    for (const [round, chunk] of chunksOf(32, 7).entries()) expect(Math.floor(chunk / 96)).toBe(round);
  });

  it("of several pictures from places all over them, where a picture's chunks divide the slices", () => {
    // 18 chunks in a picture: 6 in each of 3 strips
    const rows = (slice: number) => new Set(chunksOf(32, slice).map((chunk) => chunk % 6));
    for (let slice = 0; slice < 96; slice++) expect(rows(slice).size).toBeGreaterThanOrEqual(3);
    expect(loopNest(layerOf(1), mapping, parameters).turn).toBe(0);
  });
});
