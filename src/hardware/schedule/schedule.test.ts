import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg } from "../../../test/random-layers.ts";
import { drawnMapping } from "../../../test/random-mapping.ts";
import { withValues } from "../../parameter.ts";
import { convolution, gradientSize, linear } from "../../workload/layer.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { type LayerStatistics, layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { type SwgParameters, swgParameters } from "../parameters.ts";
import { kLoad } from "./k-load.ts";
import { dealKs, type Residency, residencies } from "./schedule.ts";

interface Drawn {
  readonly statistics: LayerStatistics;
  readonly p: SwgParameters;
  readonly mapping: Mapping;
}

/** A layer, a machine and one of the mappings that fit. */
const anyMapped: fc.Arbitrary<Drawn> = fc
  .tuple(anyOccupancy, anySwg, fc.nat())
  .map(([occupied, given, pick]) => {
    const p = withValues("swg", swgParameters, given);
    const statistics = layerStatistics(flattenPointwise(occupied));
    return { statistics, p, mapping: drawnMapping(statistics.layer, p, pick)! };
  })
  .filter(({ mapping }) => mapping !== undefined);

const residenciesOf = ({ statistics, p, mapping }: Drawn): Residency[] => [
  ...residencies(statistics, loopNest(statistics.layer, mapping, p), mapping, p),
];

/** The pairs of k and channel that a residency works on, once for each tap of its pass. */
function gradientsOf({ ks, channels, pass }: Residency): string[] {
  const teams = ks.length / channels.length;
  const taps = Array.from({ length: (pass.r1 - pass.r0) * (pass.s1 - pass.s0) }, (_, i) => {
    const width = pass.s1 - pass.s0;
    return `${pass.r0 + Math.floor(i / width)} ${pass.s0 + (i % width)}`;
  });
  return channels.flatMap((slices, domain) =>
    ks
      .slice(domain * teams, (domain + 1) * teams)
      .flat()
      .flatMap((k) => slices.flat().flatMap((c) => taps.map((tap) => `${k} ${c} ${tap}`))),
  );
}

describe("is a layer's work dealt once, and to those who have room for it?", () => {
  it("every k meets every channel of its group in every tap, in one residency", () => {
    fc.assert(
      fc.property(anyMapped, (drawn) => {
        const { layer } = drawn.statistics;
        const all = residenciesOf(drawn).flatMap(gradientsOf);
        expect(new Set(all).size).toBe(all.length);
        expect(all.length).toBe(gradientSize(layer));
        const sameGroup = all.every((gradient) => {
          const [k, c] = gradient.split(" ").map(Number);
          return Math.floor((k * layer.groups) / layer.K) === Math.floor((c * layer.groups) / layer.C);
        });
        expect(sameGroup).toBe(true);
      }),
    );
  });

  it("no trace gets more channels than it holds, no team more k's, and slices of a block differ by one channel", () => {
    fc.assert(
      fc.property(anyMapped, (drawn) => {
        const { channelSlices, channelsPerTrace, residentKs } = drawn.mapping;
        for (const { ks, channels } of residenciesOf(drawn)) {
          expect(Math.max(...ks.map((own) => own.length))).toBeLessThanOrEqual(residentKs);
          for (const slices of channels) {
            expect(slices).toHaveLength(channelSlices);
            const sizes = slices.map((own) => own.length);
            expect(Math.max(...sizes)).toBeLessThanOrEqual(channelsPerTrace);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it("maps come from DRAM with the first residency of their k's or channels, and nothing follows the last k's", () => {
    fc.assert(
      fc.property(anyMapped, (drawn) => {
        const seenKs = new Set<Residency["ks"]>();
        const seenChannels = new Set<Residency["channels"]>();
        let last: Residency | undefined;
        for (const residency of residenciesOf(drawn)) {
          expect(residency.firstOfKs).toBe(!seenKs.has(residency.ks));
          expect(residency.firstOfChannels).toBe(!seenChannels.has(residency.channels));
          if (last?.lastKs) expect(residency.ks).toBe(last.ks);
          seenKs.add(residency.ks);
          seenChannels.add(residency.channels);
          last = residency;
        }
        expect(last?.lastKs).toBe(true);
      }),
    );
  });
});

describe("by what are k's dealt?", () => {
  const mapping: Mapping = {
    domains: 1,
    teamColumns: 1,
    channelSlices: 1,
    positionSlices: 1,
    channelsPerTrace: 18,
    passRows: 1,
    passColumns: 1,
    chunkGroups: 4,
    residentKs: 8,
  };
  /** Four k's; the first has ten nonzeros and one wanted gradient, the others one nonzero and all of them. */
  const layer = linear("fc", 12, 16, 4);
  const statistics = layerStatistics(
    flattenPointwise({
      layer,
      fmap: new Uint8Array(12 * 16).fill(1),
      emap: Uint8Array.from({ length: 12 * 4 }, (_, i) => Number(i % 4 === 0 ? i < 40 : i < 4)),
      mask: Uint8Array.from({ length: 4 * 16 }, (_, i) => Number(i === 0 || i >= 16)),
    }),
  );
  const empty = { layer, fmap: new Uint8Array(12 * 16), emap: new Uint8Array(48) };
  const machine = (given: object) =>
    withValues("swg", swgParameters, { columns: 2, rows: 1, macs: 1, traces: 3, ...given });
  const nest = (p: SwgParameters) => loopNest(statistics.layer, mapping, p);
  const loads = (given: object) => {
    const p = machine(given);
    return [0, 1].map(kLoad(statistics, nest(p), mapping, p)).map((load) => Number(load.toFixed(6)));
  };

  it("by their pairs on the team's MACs, their sums' way out, and what each trace reads of lists", () => {
    expect(loads({})).toEqual([10 + 1 / 8 + 13, 16 + 2 + 13]);
    expect(loads({ macs: 2 })).toEqual([5 + 1 / 8 + 13, 8 + 2 + 13]);
    expect(loads({ macs: 2, drainLanes: 1 })).toEqual([5 + 1 / 2 + 13, 8 + 8 + 13]);
    expect(loads({ macs: 2, drainLanes: 1, unlimitedPorts: true })).toEqual([5 + 13, 8 + 13]);
    expect(loads({ gradientSkip: false })).toEqual([160 + 2 + 7, 16 + 2 + 7]);
    expect(loads({ vdt: "fmap" })).toEqual([12 + 1 / 8 + 13, 192 + 2 + 13]);
  });

  it("a k without anything takes the head of every list", () => {
    const none = layerStatistics(flattenPointwise({ ...empty, mask: new Uint8Array(64) }));
    const p = machine({ drainLanes: 1 });
    const passes = [0, 1, 2].map((r0) => ({ r0, r1: r0 + 1, s0: 0, s1: 1 }));
    const read = { passes, channelBlocks: 5, episodes: 7, chunkCount: 13 };
    expect(kLoad(none, read, mapping, p)(0)).toBe(13 * 3 * 5 * 7);
  });

  it("over all groups: who had the heavier k of the first has the lighter one of the next", () => {
    const layer = convolution({
      name: "conv",
      N: 1,
      C: 2,
      H: 1,
      W: 1,
      K: 4,
      R: 1,
      S: 1,
      groups: 2,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
    });
    const ones = { layer, fmap: Uint8Array.of(1, 1), emap: Uint8Array.of(1, 0, 1, 0) };
    const drawn = { statistics: layerStatistics(flattenPointwise(ones)), p: machine({}), mapping };
    expect(residenciesOf(drawn).map(({ ks }) => ks)).toEqual([
      [[0], [1]],
      [[3], [2]],
    ]);
  });

  it("the heaviest first, to the team that carries least; where none carries anything, evenly", () => {
    const dealt = (given: object) => dealKs(statistics, nest(machine(given)), mapping, machine(given), 0);
    expect(dealt({ gradientSkip: false })).toEqual([[[0], [1, 2, 3]]]);
    expect(dealt({ macs: 1, drainLanes: 1 })).toEqual([
      [
        [1, 3],
        [2, 0],
      ],
    ]);
    expect(dealt({ interColumn: false })).toEqual([
      [
        [0, 2],
        [1, 3],
      ],
    ]);
    const nothing = layerStatistics({ ...empty, layer: statistics.layer, mask: new Uint8Array(64) });
    expect(dealKs(nothing, nest(machine({})), mapping, machine({}), 0)).toEqual([
      [
        [0, 2],
        [1, 3],
      ],
    ]);
  });
});
