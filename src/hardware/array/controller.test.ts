import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../../test/random-layers.ts";
import { drawnMapping } from "../../../test/random-mapping.ts";
import { withValues } from "../../parameter.ts";
import { countOnes } from "../../trace/occupancy.ts";
import { gradientSize } from "../../workload/layer.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { swgParameters, valueBytes } from "../parameters.ts";
import { countValidPairs } from "../valid-data-trace/valid-pairs.ts";
import { simulateLayer } from "./controller.ts";

const anyMachine = fc
  .record({
    columns: fc.constantFrom(1, 2, 4),
    rows: fc.constantFrom(1, 2, 3),
    macs: fc.constantFrom(1, 2),
    traces: fc.constantFrom(1, 2, 3),
    intraColumn: fc.boolean(),
    interColumn: fc.boolean(),
    unlimitedPorts: fc.boolean(),
    chunks: fc.constantFrom(1, 2, 3),
    listAhead: fc.constantFrom(1, 2, 8),
    sums: fc.constantFrom(18, 40, 128),
    drainLanes: fc.constantFrom(1, 4),
    globalBufferReadBytes: fc.constantFrom(1, 13, 128),
    globalBufferWriteBytes: fc.constantFrom(1, 128),
    dramMbps: fc.constantFrom(100, 25600),
    globalBufferKib: fc.constantFrom(1, 80),
  })
  .map((values) => withValues("swg", swgParameters, values));

describe("does the array do a layer's work, and account for every cycle?", () => {
  it("each valid pair once, and no MAC-cycle without a cause, whatever the machine and the mapping", () => {
    holds(
      fc.property(anyOccupancy, anyMachine, fc.nat(), (given, p, seed) => {
        const occupancy = flattenPointwise(given);
        const mapping = drawnMapping(occupancy.layer, p, seed);
        fc.pre(mapping !== undefined);
        const run = simulateLayer(occupancy, layerStatistics(occupancy), mapping!, p);
        expect(run.events.macs).toBe(countValidPairs(occupancy));
        const total = Object.values(run.breakdown).reduce((sum, n) => sum + n, 0);
        expect(total).toBe(run.cycles * p.columns * p.rows * p.macs);
        expect(run.breakdown.busy).toBe(run.events.macs);
        const wanted = occupancy.mask ? countOnes(occupancy.mask) : gradientSize(occupancy.layer);
        expect(run.events.gradientWriteBytes).toBe(wanted * valueBytes(p));
        expect(Math.min(...Object.values(run.breakdown))).toBeGreaterThanOrEqual(0);
        const { dram, fmapLoad, emapLoad } = run.breakdown;
        if (p.unlimitedPorts)
          expect({ dram, fmapLoad, emapLoad }).toEqual({ dram: 0, fmapLoad: 0, emapLoad: 0 });
      }),
      120,
    );
  });
});
