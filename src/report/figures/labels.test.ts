import { describe, expect, it } from "vitest";
import { reportOf } from "../../../test/made-up-report.ts";
import { reportFigures } from "./index.ts";
import { labelled } from "./labels.ts";
import { columnWidth, fontSize, pageWidth } from "./svg-text.ts";

const report = reportOf(["conv1", "a.layer.of.a.very.long.name.indeed"]);

describe("are figures called and sized as a paper wants them?", () => {
  const labels = new Map([
    ["swg", "SWG & us"],
    ["conv1", "first"],
  ]);

  it("machines and layers by their labels, everywhere, in their order", () => {
    const named = labelled(report, labels);
    expect([named.subject, Object.keys(named.totals.results)[0]]).toEqual(["SWG & us", "SWG & us"]);
    for (const { name, svg } of reportFigures(named))
      expect([name, svg]).toEqual([name, expect.not.stringMatching(/>(swg|conv1)[:<]/)]);
    const [speedup] = reportFigures(named);
    expect(speedup.caption).toMatch(/^Over all layers SWG & us is /);
    expect(speedup.svg).toContain(">first</text>");
    const numbers = (figures: ReturnType<typeof reportFigures>) =>
      figures.map(({ data }) => data.rows.flat().filter((cell) => typeof cell === "number"));
    expect(numbers(reportFigures(named))).toEqual(numbers(reportFigures(report)));
  });

  it("one line for a name that is not there, and for two machines under one label", () => {
    expect(() => labelled(report, new Map([["conv9", "x"]]))).toThrow(
      /^unknown machine or layer "conv9"; known: swg, /,
    );
    expect(() => labelled(report, new Map([["swg", "dense"]]))).toThrow(
      /^--labels calls two machines "dense"$/,
    );
  });

  it("as wide as one column, all but the table, with words as large and inside of it", () => {
    for (const { name, svg } of reportFigures(report, columnWidth)) {
      const width = name === "comparison" ? pageWidth : columnWidth;
      expect(svg).toContain(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} `);
      expect(svg).toContain(` font-size="${fontSize}"`);
      expect(Array.from(svg.matchAll(/font-size="(\d+)"/g)).every(([, size]) => Number(size) >= 9)).toBe(
        true,
      );
    }
    // 7 inches for pageWidth
    expect((9 * 7 * 72) / pageWidth).toBeGreaterThan(7);
  });
});
