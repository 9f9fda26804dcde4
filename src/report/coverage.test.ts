import { describe, expect, it } from "vitest";
import { reportOf } from "../../test/made-up-report.ts";
import { tinyTrace } from "../../test/run-swg.ts";
import { select } from "../accelerators/machine.ts";
import { reference } from "../kernel/reference.ts";
import { openTrace } from "../trace/file.ts";
import type { Phase } from "../workload/phase.ts";
import { type ReportCoverage, reportCoverage } from "./coverage.ts";
import { sourceCoverageText } from "./coverage-text.ts";
import { reportCsv } from "./csv.ts";
import { reportFigures } from "./figures/index.ts";
import type { Report } from "./report.ts";
import { reportPage } from "./report-page.ts";
import { runTrace } from "./run-trace.ts";
import { reportText } from "./text.ts";
import { reportJson } from "./write-report.ts";

const coverage: ReportCoverage = {
  layers: 8,
  notAskedFor: ["stem", "=HYPERLINK(1)"],
  operatorsWithWeights: 58,
  leftOutWithWeights: 5,
  leftOut: [
    { operator: "MatMul", why: "both factors are computed", names: ["attention"], weights: false },
    {
      operator: "ConvTranspose<b>",
      why: "nobody has written it",
      names: ["up1", "up2", "up\u001b3", "up4", "up5"],
      weights: true,
    },
  ],
  notes: ['Axis 1 of input "x" is taken for the images.'],
};
const made = (changed: Partial<ReportCoverage> = {}): Report => ({
  ...reportOf(["conv1", "conv2"]),
  coverage: { ...coverage, ...changed },
});
const whole = reportOf(["conv1", "conv2"]);
const sentence =
  "Left out: 5 of 58 operators with weights (8.6 %); their gradients are in none of these numbers.";
const chosen = "These numbers are of 6 of 8 layers, chosen by --layers.";
const oneLine = (text: string) => text.replace(/\s+/g, " ");

describe("does a report say what of the network is not in its numbers?", () => {
  it("as text: which layers, why, and what share, before the numbers and after the totals", () => {
    const text = reportText(made());
    expect(text).toMatch(/^Weight gradients of .*\n\nWhat these numbers cover\n\nLeft out: 5 of 58 /);
    expect(oneLine(text).split(sentence)).toHaveLength(3);
    expect(oneLine(text).split(chosen)).toHaveLength(3);
    expect(oneLine(text)).toContain(
      "left out: 5 ConvTranspose<b>: nobody has written it with weights: up1, up2, up\\u001b3, up4, up5 " +
        "left out: 1 MatMul: both factors are computed without weights, so no gradient is missing: attention " +
        'note: Axis 1 of input "x" is taken for the images.',
    );
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it("nothing where nothing is missing", () => {
    expect(reportText(whole)).not.toMatch(/these numbers cover|eft out/);
    expect(reportPage(whole, [])).not.toContain("these numbers cover");
  });

  it("in JSON: all of it", () => {
    expect(JSON.parse(reportJson(made())).coverage).toEqual(coverage);
    expect(JSON.parse(reportJson(whole)).coverage).toMatchObject({ layers: 2, leftOutWithWeights: 0 });
  });

  it("in CSV: a line for each thing that is missing, which sums and groups pass over", () => {
    const [head, ...lines] = reportCsv(made()).trimEnd().split("\r\n");
    const names = head.split(",");
    const counts = ["layersRun", "layersInAll", "operatorsWithWeights", "leftOutWithWeights"];
    expect(names.slice(-6)).toEqual([...counts, "remark", "phase"]);
    const cells = (line: string) => line.split(",");
    const measured = lines.filter((line) => cells(line)[1] !== "");
    expect(measured).toHaveLength(6);
    for (const line of measured) expect(line).toMatch(/,6,8,58,5,,wg$/);
    const missing = lines.slice(6);
    expect(missing.map((line) => cells(line)[0]).slice(0, 3)).toEqual(["attention", "up1", "up2"]);
    expect(missing[0]).toMatch(
      /^attention,,+6,8,58,5,left out: MatMul \(without weights\): both factors are computed,$/,
    );
    expect(missing.at(-1)).toMatch(/^,,+6,8,58,5,"Axis 1 of input ""x"" is taken for the images\.",$/);
    for (const line of missing.slice(0, -1)) expect(cells(line)).toHaveLength(names.length);
  });

  it("on the page, before the summary, and in every figure: its caption, its description and its picture", () => {
    const figures = reportFigures(made());
    const page = reportPage(made(), figures);
    const notice = page.slice(page.indexOf('<section class="notice">'), page.indexOf("</section>"));
    expect(notice).toContain("<h2>What these numbers cover</h2>");
    expect(notice).toContain(`<p>${sentence} ${chosen}</p>`);
    expect(notice).toMatch(/<td>ConvTranspose&lt;b&gt;<\/td><td class="n">5<\/td><td>yes<\/td><td>nobody/);
    expect(page.indexOf('notice">')).toBeLessThan(page.indexOf("swg takes"));
    expect(figures.length).toBeGreaterThan(7);
    for (const { caption, svg } of figures) {
      expect(caption).toContain(sentence);
      expect(svg).toMatch(/<desc [^>]*>[^<]*Left out: 5 of 58 [^<]*<\/desc>/);
      expect(svg).toContain(`>${sentence}</text>`);
      const [, height] = /viewBox="0 0 640 (\d+)"/.exec(svg)!;
      const lines = Array.from(svg.matchAll(/<text x="4" y="(\d+)">/g), ([, y]) => Number(y));
      expect(Math.max(...lines)).toBeLessThan(Number(height));
    }
  });
});

describe("are the shares and plurals true?", () => {
  const first = (changed: Partial<ReportCoverage>) =>
    reportText(made({ notAskedFor: [], ...changed })).split("\n")[4];

  it("one of many, one of one, and a share that is nearly all or nearly none", () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
    const leftOut = (count: number) => ({
      leftOutWithWeights: count,
      leftOut: [{ operator: "Odd", why: "odd", names: names(count), weights: true }],
    });
    expect(first({ ...leftOut(1), operatorsWithWeights: 3 })).toMatch(
      /1 of 3 operators .*33\.3 %\); its gradient is/,
    );
    expect(first({ ...leftOut(1), operatorsWithWeights: 1 })).toContain(
      "1 of 1 operator with weights (100.0 %)",
    );
    expect(first({ ...leftOut(1), operatorsWithWeights: 5000 })).toContain("(<0.1 %)");
    expect(first({ ...leftOut(4999), operatorsWithWeights: 5000 })).toContain(
      "4,999 of 5,000 operators with weights (>99.9 %)",
    );
  });

  it("thousands of names are counted, and two dozen not printed", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `n${i}`);
    const leftOut = [{ operator: "Odd", why: "odd", names, weights: false }];
    const text = oneLine(reportText(made({ leftOut, leftOutWithWeights: 0 })));
    expect(text).toMatch(/left out: 5,000 Odd: odd .*: n0, n1, .*n11 and 4,988 more /);
  });
});

describe("what does a run know of its source?", () => {
  const trace = openTrace(tinyTrace);
  const dense = [select("dense")];

  it("the layers that were not asked for", () => {
    const report = runTrace(trace, dense, reference, { layers: ["fc", "conv4"] });
    expect(report.coverage).toEqual({
      layers: 5,
      notAskedFor: ["conv1", "conv2", "conv3"],
      leftOutWithWeights: 0,
      leftOut: [],
      notes: [],
    });
  });

  it("which layer is not in BP's numbers: the source's first, if it was run and BP was asked for", () => {
    const withoutBp = (layers: string[], phases: Phase[]) =>
      runTrace(trace, dense, reference, { layers, phases }).coverage.withoutBp;
    expect(withoutBp(["conv1", "fc"], ["bp"])).toBe("conv1");
    expect(withoutBp(["fc"], ["bp"])).toBeUndefined();
    expect(withoutBp(["conv1"], ["ff"])).toBeUndefined();
  });

  it("what the source itself lacks; a source that lacks nothing says so to whoever lists it", () => {
    const partial = { ...trace, coverage: { operatorsWithWeights: 6, leftOut: coverage.leftOut, notes: [] } };
    expect(runTrace(partial, dense, reference, { layers: ["fc"] }).coverage).toMatchObject({
      operatorsWithWeights: 6,
      leftOutWithWeights: 5,
      leftOut: coverage.leftOut,
    });
    const nothing = { ...trace, coverage: { operatorsWithWeights: 5, leftOut: [], notes: [] } };
    expect(sourceCoverageText(reportCoverage(nothing))).toBe("Left out: none of 5 operators with weights.\n");
    expect(sourceCoverageText(reportCoverage(trace))).toBe("");
  });
});
