import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { ablationOf, reportOf } from "../../../test/made-up-report.ts";
import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import { figureFiles } from "./figure-files.ts";
import { figurePdf } from "./figure-pdf.ts";
import { reportFigures } from "./index.ts";

const odd = 'odd <b>&"\u001b\ud800\uffff';
const layers = ["conv1", odd, "layer3.0.downsample.conv.of.a.very.long.name"];
const report: Report = { ...reportOf(layers), ablation: ablationOf(1_234_567) };
const figures = reportFigures(report);
const named = (name: string, from = figures): Figure => {
  const found = from.find((figure) => figure.name === name);
  if (!found)
    throw new Error(`no figure ${name}; there are: ${from.map((figure) => figure.name).join(", ")}`);
  return found;
};
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A column of a figure's data, by its heading. */
const column = ({ data }: Figure, name: string) => data.rows.map((row) => row[data.columns.indexOf(name)]);

describe("which figures does a report have?", () => {
  it("each once, under names for files", () => {
    const names = figures.map(({ name }) => name);
    expect(names).toEqual([
      "speedup",
      "utilization",
      "pe-cycles",
      "pe-cycles-by-machine",
      "cycles-and-bound",
      "roofline",
      "energy",
      "energy-by-machine",
      "comparison",
      "ablation-added",
      "ablation-removed",
    ]);
  });

  it("no speedup of a machine that is alone, no ladder without an ablation", () => {
    const { swg } = report.machines;
    const alone = {
      ...reportOf(["a"]),
      machines: { swg },
      totals: { ...report.totals, results: { swg: report.totals.results.swg } },
    };
    expect(reportFigures(alone).map(({ name }) => name)).toEqual([
      "utilization",
      "pe-cycles",
      "pe-cycles-by-machine",
      "cycles-and-bound",
      "roofline",
      "energy",
      "energy-by-machine",
      "comparison",
    ]);
  });
});

describe("what does a figure show of one layer?", () => {
  it("lines that have a length: the bound and the roof", () => {
    const drawn = reportFigures(reportOf(["a"]));
    for (const name of ["cycles-and-bound", "roofline"]) {
      const [, from, to] = /<path d="M([\d.,]+)L([\d.,]+)/.exec(named(name, drawn).svg)!;
      expect([name, to]).toEqual([name, expect.not.stringMatching(from)]);
    }
  });
});

describe("what does a figure show of a network of very many layers?", () => {
  it("the 150 layers with the most work, and says so", () => {
    const [made] = reportOf(["a"]).layers;
    const many = Array.from({ length: 400 }, (_, i) => ({ ...made, name: `layer${i}`, denseMacs: 1000 + i }));
    const drawn = reportFigures({ ...report, layers: many });
    const names = column(named("speedup", drawn), "layer");
    expect(names).toEqual([...many.slice(250).map(({ name }) => name), "all layers"]);
    const words = "By layer, these are the 150 of 400 layers with the most dense MACs";
    expect(named("speedup", drawn).caption).toContain(words);
    expect(named("comparison", drawn).caption).not.toContain(words);
    expect(named("speedup").caption).not.toContain("By layer, these");
  });
});

describe("does a figure show the report's numbers?", () => {
  it("speedups by layer and over all layers", () => {
    expect(column(named("speedup"), "layer")).toEqual([...layers, "all layers"]);
    const { cycles } = report.totals.results.swg;
    for (const other of ["trainware", "dense"]) {
      const speedups = column(named("speedup"), `speedupOver.${other}`);
      expect(speedups.at(-1)).toBe(report.totals.results[other].cycles / cycles);
      const [{ results }] = report.layers;
      expect(speedups[0]).toBe(results[other].cycles / results.swg.cycles);
    }
  });

  it("MAC-cycles that add up to macs x cycles, in every row", () => {
    for (const name of ["pe-cycles", "pe-cycles-by-machine"]) {
      expect(named(name).data.columns.slice(0, 3)).toEqual(["name", "macs", "cycles"]);
      for (const [, macs, cycles, ...uses] of named(name).data.rows as [string, ...number[]][])
        expect(uses.reduce((sum, use) => sum + use, 0)).toBe(macs * cycles);
    }
    const shares = column(named("pe-cycles"), "betweenColumnsPeCycles");
    expect(shares.at(-1)).toBe(report.totals.results.swg.breakdown.betweenColumns);
  });

  it("utilisation, the bound and what sets it; cycles against it; the ladder", () => {
    const [first] = report.layers;
    expect(named("utilization").data.rows[0]).toEqual([
      "conv1",
      first.results.swg.macUtilization,
      first.validMacs / (256 * first.boundCycles),
      "dram",
    ]);
    expect(named("cycles-and-bound").data.rows[0]).toEqual(["conv1", 4000, "dram", 10_000, 294_912, 294_912]);
    expect(named("ablation-added").data.rows).toEqual([["nothing", 1_234_567, 9.5, 1_234_567, 9.5]]);
  });

  it("energy by part, which adds up in every row", () => {
    for (const name of ["energy", "energy-by-machine"]) {
      expect(named(name).data.columns.slice(0, 3)).toEqual(["name", "validMacs", "totalPj"]);
      for (const [, , total, ...parts] of named(name).data.rows as [string, ...number[]][])
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
    }
    expect(column(named("energy"), "totalPj").at(-1)).toBe(report.totals.results.swg.energy.totalPj);
    // 23 µJ for 10^6 valid MACs
    expect(named("energy-by-machine").svg).toContain(">swg: 23.0 pJ<");
  });

  it("the roof, its corner where DRAM feeds every multiplier; the points of machines that have it", () => {
    const [layer] = report.layers;
    expect(named("roofline").data.rows.slice(0, 2)).toEqual([
      ["conv1", "swg", 2000, 40, 102.4, "compute", 40, "dram"],
      ["conv1", "trainware", 2000, 40, 102.4, "compute", 40, "dram"],
    ]);
    const { swg, dense } = layer.results;
    const { dramMbps, ...unlimited } = dense.roofline;
    const results = { ...layer.results, swg, dense: { ...dense, roofline: unlimited } };
    const layers = report.layers.map((one) => ({ ...one, results }));
    const machines = column(named("roofline", reportFigures({ ...report, layers })), "machine");
    expect(new Set(machines)).toEqual(new Set(["swg", "trainware"]));
    expect(dramMbps).toBe(25_600);
  });

  it("machines of the run as they are, published chips at the run's node", () => {
    const { rows, columns } = named("comparison").data;
    const { energy } = report.totals.results.swg;
    const own = energy.denseEquivalentTopsPerWattOnChip;
    expect(rows[0]).toEqual([
      "swg",
      "bf16",
      65,
      1.1,
      12,
      energy.effectiveTopsPerWattOnChip,
      own,
      12,
      own,
      "this run",
      "model",
    ]);
    const scaled = columns.indexOf("denseEquivalentTopsPerWattOnChip.scaled");
    const lnpu = rows.find(([name]) => name === "LNPU chip, no zeros")!;
    // 0.4933 from 0.78 V to 1.1 V by row 65 of Stillmaker and Baas
    expect(lnpu[scaled]).toBeCloseTo(3.48 * 0.49329, 3);
  });

  it("bars are as long as the numbers say", () => {
    const widths = Array.from(
      named("pe-cycles").svg.matchAll(/<rect height="[\d.]+" width="([\d.]+)" x=/g),
      ([, width]) => Number(width),
    );
    // three stacks of four rows, the layers being alike: useful 39.1 %, between columns 50 %, DRAM 10.9 %
    expect(widths).toHaveLength(12);
    const whole = widths[0] + widths[4] + widths[8];
    expect(widths[0] / whole).toBeCloseTo(1 / 2.56, 3);
    expect(widths[4] / whole).toBeCloseTo(0.5, 3);
  });

  it("no ideal between machines with other numbers of MACs, and words that say so in each figure", () => {
    const uneven = reportFigures(reportOf(["conv1"], { denseMacs: 512 }));
    expect(named("speedup", uneven).caption).toContain("what leaving out every zero would gain is not drawn");
    expect(named("speedup", uneven).svg).not.toContain("dense MACs / valid MACs");
    for (const { caption, svg } of uneven)
      for (const words of [caption, svg])
        expect(words).toContain("Mind that numbers of MACs differ: swg 256, trainware 256 and dense 512.");
    expect(named("speedup").svg).toContain("dense MACs / valid MACs");
  });

  it("what cannot be divided or has no logarithm leaves a gap, and no NaN", () => {
    const results = (of: Report["layers"][number]["results"]) =>
      Object.fromEntries(
        Object.entries(of).map(([name, result]) => [name, { ...result, macUtilization: 0 }]),
      );
    const idle = report.layers.map((layer) => ({ ...layer, validMacs: 0, results: results(layer.results) }));
    const empty = reportFigures({ ...report, layers: idle });
    expect(column(named("speedup", empty), "denseMacs/validMacs").slice(0, -1)).toEqual(["", "", ""]);
    for (const { svg } of empty) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("are the files of a figure what they say?", () => {
  let files: Record<string, Uint8Array>[];
  beforeAll(async () => {
    files = [];
    for (const figure of figures) files.push(await figureFiles(figure));
  }, 60_000);

  it("the same bytes for the same report", async () => {
    const again = reportFigures(report);
    expect(again).toEqual(figures);
    // a PNG takes most of a second
    for (const i of [0, again.length - 1]) expect(await figureFiles(again[i])).toEqual(files[i]);
  });

  it("an SVG document with a role, a title and a description, its font in it, and nothing from outside", () => {
    for (const [i, { svg }] of files.entries()) {
      const document = text(svg);
      const { name, caption } = figures[i];
      expect(document).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
      expect(document).toContain(`role="img" aria-labelledby="${name}-title ${name}-description"`);
      expect(document).toContain(`<desc id="${name}-description">${caption.replaceAll("'", "&#39;")}</desc>`);
      expect(document).toContain("src:url(data:font/woff2;base64,");
      // without quotes a browser takes no name that has a part which begins with a digit
      expect(document).toContain(`font-family="'Source Sans 3', Helvetica`);
      expect(document.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|xlink|<image/);
      for (const [, id] of document.matchAll(/url\(#([^)]+)\)/g)) expect(document).toContain(`id="${id}"`);
    }
  });

  it("names from outside are escaped, cut, and hold only what XML can", () => {
    const svg = named("pe-cycles").svg;
    expect(svg).toContain("odd &lt;b&gt;&amp;&quot;\\u001b\\ud800\ufffd");
    expect(svg).not.toContain("<b>");
    expect(svg).toContain("layer3.0.downsampl….a.very.long.name");
    expect(svg).not.toContain("layer3.0.downsample.conv.of.a.very.long.name");
  });

  it("a PNG of 300 pixels an inch where the figure is 7 inches wide, its words drawn", async () => {
    for (const { png } of files) {
      expect([...png.slice(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
      expect(new DataView(png.buffer, png.byteOffset).getUint32(16)).toBe(2133);
    }
    const wordless = { ...figures[0], svg: figures[0].svg.replace(/<text.*?<\/text>/gs, "") };
    expect((await figureFiles(wordless)).png.length).toBeLessThan(0.8 * files[0].png.length);
  });

  it("a PDF of 7 inches, the same bytes each time, with each word as text", async () => {
    for (const [i, { pdf }] of files.entries()) {
      const bytes = Buffer.from(pdf);
      expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
      expect(bytes.toString("latin1")).toMatch(/\/MediaBox \[0 0 504 /);
      const streams = bytes.toString("latin1").matchAll(/stream\n(.*?)\nendstream/gs);
      const drawn = Array.from(streams, ([, one]) =>
        inflateSync(Buffer.from(one, "latin1")).toString("latin1"),
      );
      const page = drawn.find((one) => /^BT$/m.test(one))!;
      const words = Array.from(figures[i].svg.matchAll(/<text[^>]*>[^<]/g)).length;
      expect(Array.from(page.matchAll(/^BT$/gm))).toHaveLength(words);
    }
    expect((await figureFiles(figures[2])).pdf).toEqual(files[2].pdf);
    const circle = '<svg height="10"><circle r="3"/></svg>';
    await expect(figurePdf(circle, "a circle")).rejects.toThrow("not understood in a figure: element circle");
  });

  it("CSV: the data under its headings", () => {
    const lines = text(files[4].csv).split("\r\n");
    expect(lines[0]).toBe("layer,boundCycles,boundBy,cycles.swg,cycles.trainware,cycles.dense");
    expect(lines[1]).toBe("conv1,4000,dram,10000,294912,294912");
  });
});
