import { describe, expect, it } from "vitest";
import { machineOf } from "./logic-blocks.ts";
import { longestWayOf, wayPoints } from "./longest-ways.ts";

const way = (machine: object) => longestWayOf(machineOf({ machine }));

describe("how many gates are on the longest way of a machine?", () => {
  it("the default one's as its design was synthesised, with one column or sixteen", () => {
    expect(way({})).toBe(136);
    expect(way({ columns: 1 })).toBe(136);
  });

  it("no more than any synthesised machine that is in no size smaller", () => {
    for (const { machine, gates } of wayPoints) expect(way(machine)).toBeLessThanOrEqual(gates);
  });

  it("fewer where fewer PEs help each other, or none does", () => {
    expect(way({ clusterSize: 4 })).toBeLessThan(way({ clusterSize: 16 }));
    expect(way({ intraColumn: false })).toBe(way({ clusterSize: 1 }));
    // between two that were synthesised the larger one stands
    expect(way({ rows: 5, clusterSize: 5 })).toBe(way({ rows: 8, clusterSize: 8 }));
    expect(way({ rows: 8, clusterSize: 8 })).toBeLessThan(way({ rows: 16, clusterSize: 8 }));
  });

  it("beyond all of them that of the longest", () => {
    const most = Math.max(...wayPoints.map(({ gates }) => gates));
    expect(way({ rows: 64, clusterSize: 64, vectorBits: 1024 })).toBe(most);
  });
});
