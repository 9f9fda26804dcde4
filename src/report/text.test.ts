import { describe, expect, it } from "vitest";
import { ablationOf, reportOf } from "../../test/made-up-report.ts";
import { energyParts } from "../energy/energy.ts";
import { emptyBreakdown } from "../events.ts";
import { phaseNames } from "../workload/phase.ts";
import { reportCsv } from "./csv.ts";
import { rankingTable } from "./ranking.ts";
import type { LayerResult } from "./report.ts";
import { reportText } from "./text.ts";
import { together } from "./yardsticks.ts";

const report = reportOf(["conv1", "layer3.block.0.downsample.conv", 'odd, "name"\u001b[31m\nline']);

/** A text as if its lines had never been cut to the width of a terminal. */
const unwrapped = (text: string): string => text.replace(/\s+/g, " ");

describe("can a person read the report?", () => {
  const text = reportText({ ...report, ablation: ablationOf(1_234_567) });

  it("no line is longer than a terminal's 80 characters", () => {
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("the machines are ranked: what takes the least mm2 x cycles stands first", () => {
    const { swg, ...machines } = report.machines;
    const large = { ...swg, areaMm2: { ...swg.areaMm2, total: 12_000 } };
    const ranked = (of: typeof report) =>
      rankingTable(of).rows.map(([name, , , share]) => `${name} ${share}`);
    expect(ranked(report)).toEqual(["swg 1.00x", "trainware 29.5x", "dense 29.5x"]);
    expect(ranked({ ...report, machines: { swg: large, ...machines } })).toEqual([
      "trainware 0.03x",
      "dense 0.03x",
      "swg 1.00x",
    ]);
  });

  it("numbers are grouped; the bound and what binds, the loss and its cause stand there", () => {
    expect(text).toMatch(/^conv1 +1,000,000 +75\.5x .* 4,000 +dram$/m);
    expect(text).toMatch(/^conv1 +10,000 +2\.50x +39\.1 % +50\.0 % +between columns$/m);
    expect(text).toMatch(/^conv1 +294,912 +1\.3 % +29\.5x +294,912 +1\.3 % +29\.5x$/m);
  });

  it("sentences say how fast, how far from the bound, and where the MAC-cycles went", () => {
    const said = unwrapped(text);
    expect(said).toContain(
      "swg takes 30,000 cycles, 150 µs at 200 MHz, on 12.0 mm2 and 14.0 pJ a valid MAC on chip.",
    );
    expect(said).toContain("Its speedup is 29.5x over trainware, 29.5x over dense.");
    expect(said).toContain(
      "The bound is 12,000 cycles (set by dram in 3 of 3 layers); swg takes 2.50x as long.",
    );
    expect(text).toContain("between columns  its column had to wait for a slower column");
  });

  it("energy: area, pJ a valid MAC, TOPS/W of each machine; where it goes; when DRAM is the roof", () => {
    // 23 µJ a layer, 14 of them on chip, for 10^6 valid and 75 10^6 dense MACs
    expect(text).toMatch(/^swg +30,000 +12\.0 +1\.00x +14\.0 +23\.0$/m);
    expect(text).toMatch(/^swg +0\.143 +0\.0870 +10\.8 +6\.56$/m);
    expect(text).toContain("Where the 69.0 µJ of swg went");
    expect(text).toMatch(/39\.1 % +dram +DRAM/);
    const said = unwrapped(text);
    expect(said).toContain("took 35.7 % of what is on chip");
    expect(said).toContain("fmap 20.0 %, emap 30.0 %, gradient 50.0 %. It is the roof of 0 of 3 layers");
    expect(said).toContain("of 3 if nothing hides the rows");
  });

  it("cycles with area and energy, and the time at a clock of its own", () => {
    // 884,736 cycles against 30,000 on the same area and energy; 227 MHz are 3.9 ms
    expect(text).toMatch(/^dense +884,736 +12\.0 +29\.5x +14\.0 +23\.0$/m);
    expect(text).toMatch(/^dense +29\.5x +100 +227 +3\.90 ms$/m);
  });

  it("names from outside are shortened, and no control character reaches the terminal", () => {
    expect(text).toContain("layer3.blo…mple.conv");
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });
});

describe("does it hold cycles, area and energy together?", () => {
  const machine = (areaMm2: number, cycles: number, onChipPj: number) => {
    const { swg } = report.machines;
    const total = report.totals.results.swg;
    return {
      machine: { ...swg, areaMm2: { ...swg.areaMm2, total: areaMm2 } },
      total: { ...total, cycles, energy: { ...total.energy, onChipPj } },
    };
  };
  const words = (built: Readonly<Record<string, ReturnType<typeof machine>>>) => {
    const of = <T>(pick: (one: ReturnType<typeof machine>) => T) =>
      Object.fromEntries(Object.entries(built).map(([name, one]) => [name, pick(one)]));
    const totals = { ...report.totals, results: of(({ total }) => total) };
    return together({ ...report, machines: of(({ machine }) => machine), totals }, "swg").join(" ");
  };

  it("the small one and the frugal one: neither is called best", () => {
    const text = words({
      swg: machine(10, 100, 50),
      small: machine(2, 400, 100),
      slow: machine(20, 100, 10),
    });
    expect(text).toContain(
      "Of what swg takes in mm2 x cycles, the others take: 0.80x small and 2.00x slow; in pJ x cycles: 8.00x small and 0.20x slow.",
    );
    expect(text).toContain(
      "None of this run is best in both: small takes the least mm2 x cycles, slow the least pJ x cycles.",
    );
  });

  it("one that is ahead in both is best; alone there is nothing to say", () => {
    expect(words({ swg: machine(10, 100, 50), other: machine(10, 200, 50) })).toContain(
      "The best of this run is swg, in mm2 x cycles and in pJ x cycles.",
    );
    expect(words({ swg: machine(10, 100, 50) })).toBe("");
  });
});

describe("does it say where its machine loses?", () => {
  const { layers, totals } = report;
  const quick = (factor: number) => {
    const faster = <R extends Pick<LayerResult, "cycles" | "energy">>(result: R): R => ({
      ...result,
      cycles: result.cycles * factor,
      energy: { ...result.energy, totalPj: result.energy.totalPj * factor },
    });
    const [first, ...rest] = layers;
    const changed = { ...first, results: { ...first.results, dense: faster(first.results.swg) } };
    const speedupOver = { ...totals.results.swg.speedupOver, trainware: factor };
    const results = { ...totals.results, dense: faster(totals.results.dense) };
    const swg = { ...totals.results.swg, speedupOver };
    const text = reportText({
      ...report,
      layers: [changed, ...rest],
      totals: { ...totals, results: { ...results, swg } },
    });
    return unwrapped(text);
  };

  it("in cycles over all layers or in single ones, in energy with DRAM or without", () => {
    const text = quick(0.5);
    expect(text).toContain(
      "swg takes more cycles than trainware (2.00x) over all layers, and than dense (conv1) in single layers.",
    );
    expect(text).toContain("swg takes more energy than dense (2.00x) with DRAM.");
  });

  it("nowhere: that too", () => {
    const text = quick(2);
    expect(text).toContain("No other machine of this run takes fewer cycles than swg, in any layer.");
    expect(text).toContain("No other machine of this run takes less energy than swg, on chip or with DRAM.");
  });
});

describe("what is a reader warned of?", () => {
  it("formats that differ", () => {
    const { swg, dense } = report.machines;
    const fp8 = { ...swg, format: "fp8" } as const;
    const text = unwrapped(reportText({ ...report, machines: { swg: fp8, trainware: fp8, dense } }));
    expect(text).toContain("Mind that dense computes in bf16, swg in fp8, whose bytes set the bound.");
    expect(text).not.toContain("Mind that trainware");
  });

  it("equal areas, in place of numbers of multipliers", () => {
    const text = unwrapped(reportText({ ...reportOf(["a"], { denseMacs: 512 }), equalAreaMm2: 12 }));
    expect(text).toContain(
      "At 12.0 mm2 each, the area of swg, the machines have these multipliers: swg 256,",
    );
    expect(text).not.toContain("Mind that dense has");
    expect(text).not.toContain("can grow no further");
    const far = unwrapped(reportText({ ...reportOf(["a"]), equalAreaMm2: 14 }));
    expect(far).toContain("Mind that dense has 12.0 mm2: its array can grow no further.");
  });

  it("machines with other numbers of multipliers", () => {
    const text = reportText(reportOf(["a"], { denseMacs: 512 }));
    expect(text).toContain("Mind that dense has 512 multipliers, swg 256.");
  });

  it("unlimited ports", () => {
    expect(reportText(reportOf(["a"], { unlimitedPorts: true }))).toContain("Its ports are unlimited");
  });
});

describe("is the CSV what RFC 4180 says?", () => {
  const csv = reportCsv(report);

  it("one line for each layer and machine under unique names, CRLF at each end", () => {
    const lines = reportCsv(reportOf(["a", "b"])).split("\r\n");
    expect(lines).toHaveLength(1 + 2 * 3 + 1);
    const names = lines[0].split(",");
    expect(new Set(names).size).toBe(names.length);
    for (const cause of Object.keys(emptyBreakdown())) expect(names).toContain(`${cause}PeCycles`);
    for (const part of energyParts) expect(names).toContain(`${part}Pj`);
    for (const line of lines.slice(1, -1)) expect(line.split(",")).toHaveLength(names.length);
  });

  it("cells with commas, quotes and line ends are quoted", () => {
    expect(csv).toContain('\r\n"odd, ""name""\\u001b[31m\\u000aline",swg,75497472,');
  });
});

describe("can a person read the phases?", () => {
  const { results } = report.totals;
  const { swg, ...others } = results;
  const phases = { ff: others, bp: others, wg: results };
  const step = { lnpu: { ff: 7.5, step: 5.25 } };
  const machines = { ...report.machines, lnpu: { ...report.machines.dense, pricedAsLnpu: phaseNames } };
  const totals = { ...report.totals, phases, denseTopsPerWatt: step };
  const text = reportText({ ...report, machines, totals });

  it("a line for each machine; a dash where it leaves a phase to another one", () => {
    expect(text).toMatch(/^swg +ff +- +- +- +-$/m);
    expect(text).toMatch(/^swg +wg +30,000 +39\.1 % +42\.0 +69\.0$/m);
    expect(text).toMatch(/^swg +together +- +- +- +-$/m);
    expect(text).toMatch(/^dense +bp +884,736 +1\.3 % +42\.0 +69\.0$/m);
    expect(text).toMatch(/^dense +together +2,654,208 +126 +207$/m);
    expect(unwrapped(text)).toMatch(/lnpu at LNPU's [^:]*: 7\.50 in ff, 5\.25 in step\. /);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("no table where no layer of the run has the phase", () => {
    const coverage = { ...report.coverage, withoutBp: "conv1" };
    const none = reportText({ ...report, coverage, totals: { ...report.totals, phases: {} } });
    expect(none).toContain(
      "Phases of the training step\n\nbp is without conv1: the first layer of the network needs none.\n",
    );
    expect(text).not.toContain("bp is without");
    const totals = { ...report.totals, phases: {} };
    const partial = { ...report, totals, coverage: { ...coverage, leftOutWithWeights: 1 } };
    expect(unwrapped(reportText(partial))).toContain(
      "bp is without conv1, the first layer that is not left out: it is taken to need none. ",
    );
  });

  it("in CSV a line for each phase, its useful MACs, and no bound but WG's", () => {
    const layers = report.layers.map((layer) => ({
      ...layer,
      phases: { ff: { dense: layer.results.dense } },
      phaseValidMacs: { ff: 5 },
    }));
    const [head, ...lines] = reportCsv({ ...report, layers: layers.slice(0, 1) }).split("\r\n");
    const place = (name: string) => head.split(",").indexOf(name);
    const phases = lines.slice(0, -1).map((line) => line.split(",")[place("phase")]);
    expect(phases).toEqual(["ff", "wg", "wg", "wg"]);
    const cells = lines[0].split(",");
    const cell = (name: string) => cells[place(name)];
    expect(["accelerator", "validMacs", "boundCycles", "boundBy"].map(cell)).toEqual(["dense", "5", "", ""]);
  });
});
