import { describe, expect, it } from "vitest";
import {
  adderSize,
  adderUse,
  blockSize,
  blockUse,
  multiplierSize,
  multiplierUse,
  publishedUnitSize,
  publishedUnitUse,
} from "./block-use.ts";
import { broadcastSize, broadcastUse } from "./broadcast.ts";
import { togglePoints } from "./toggle-table.ts";
import {
  arithmeticFormats,
  type BlockName,
  publishedFormats,
  synthesisedPes,
  toggledBlocks,
  valueWidths,
} from "./toggled-blocks.ts";

describe("has every block its measured rows?", () => {
  it("every one at every width, in every PE: it has a size, and something switches in it", () => {
    const forms = valueWidths.flatMap((width) =>
      synthesisedPes.map(({ traces }) => [width, traces] as const),
    );
    for (const name of Object.keys(toggledBlocks) as BlockName[])
      for (const [width, traces] of forms) {
        const { logicToggles, flipFlopToggles, clockedFlipFlops } = blockUse(name, width, traces);
        expect([name, logicToggles + flipFlopToggles + clockedFlipFlops > 0]).toEqual([name, true]);
        const { gateEquivalents, gates } = blockSize(name, width, traces);
        expect([name, gateEquivalents > 0 && gates > 0]).toEqual([name, true]);
        // more cannot switch in a cycle than is there; uses of several cycles aside
        if (/Lane/.test(name)) expect(logicToggles).toBeLessThan(gateEquivalents);
      }
  });

  it("every arithmetic unit, the machine's own and those that published ones are compared with", () => {
    for (const format of arithmeticFormats) {
      expect(multiplierUse(format).logicToggles).toBeLessThan(multiplierSize(format).gateEquivalents);
      expect(adderUse(format).logicToggles).toBeLessThan(adderSize(format).gateEquivalents);
    }
    for (const unit of ["multiplier", "adder"] as const)
      for (const format of publishedFormats)
        expect(publishedUnitUse(unit, format).logicToggles).toBeLessThan(
          publishedUnitSize(unit, format).gateEquivalents,
        );
  });

  it("every row was measured", () => {
    for (const { block, operands, uses } of togglePoints) {
      expect([block, operands]).not.toEqual([block, "estimate"]);
      expect(uses).toBeGreaterThan(80);
    }
  });
});

describe("what does a broadcast's tree take?", () => {
  it("up to four receivers need none; 16 need four buffers a bit, 256 need 84", () => {
    expect(broadcastSize(16, 4)).toEqual({ gateEquivalents: 0, flipFlops: 0, gates: 0 });
    expect(broadcastSize(16, 16)).toEqual({ gateEquivalents: 64, flipFlops: 0, gates: 1 });
    expect(broadcastSize(1, 256)).toEqual({ gateEquivalents: 84, flipFlops: 0, gates: 3 });
    expect(broadcastUse(8, 256).logicToggles).toBe(8 * 84);
  });
});
