import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { json } from "../../test/searches.ts";
import type { Report } from "../report/report.ts";
import type { TrainingCost } from "../sweep/training-cost.ts";
import { openTrace, writeTraceFile } from "../trace/file.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import type { LayerTrace } from "../trace/trace.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-cost-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, `${name}.safetensors`);

/** Every other value of both maps is zero. */
const thinned = ({ weightGradient: _, ...layer }: LayerTrace): LayerTrace => ({
  ...layer,
  fmap: layer.fmap.map((value, i) => (i % 2 === 0 ? value : 0)),
  emap: layer.emap.map((value, i) => (i % 2 === 0 ? value : 0)),
});

/** Of two images: a training of 4 epochs of 10 images has 20 steps. */
beforeAll(() => {
  const tiny = openTrace(tinyTrace);
  const layer = (name: string) => tiny.read(name);
  const file = (name: string, steps: Record<number, LayerTrace[]>, batch = 2) => {
    const traces = Object.entries(steps).map(([step, layers]) =>
      memoryTrace(place(name), { ...tiny.labels, step: Number(step), batch }, layers),
    );
    writeTraceFile(place(name), traces);
  };
  file("dense", { 4: [layer("conv4")] });
  file("thin", { 16: [thinned(layer("conv4"))] });
  file("both", { 16: [thinned(layer("conv4"))], 4: [layer("conv4")] });
  file("other", { 8: [layer("conv4"), layer("fc")] });
  file("odd", { 4: [layer("conv4")] }, 3);
});

const training = "--epochs 4 --images 10 --accelerators swg,lnpu-swg";

describe("what does a training cost?", () => {
  it("every image as much as one of the recorded step, where there is one", async () => {
    const { machines, steps } = await json<TrainingCost>(`cost --trace ${place("dense")} ${training}`);
    const { totals } = await json<Report>(
      `run --trace ${place("dense")} --accelerators swg,lnpu-swg --phases ff,bp,wg`,
    );
    expect(steps).toMatchObject([{ step: 4, share: 1 }]);
    const times = 40 / 2;
    const { cycles, energy, dram } = totals.results.swg;
    const bytes = dram.fmapBytes + dram.emapBytes + dram.gradientBytes + dram.maskBytes;
    const { total } = machines.swg.phases.wg!;
    expect(total.seconds).toBeCloseTo((times * cycles) / (machines.swg.clockMhz * 1e6), 12);
    expect(total.energyJ).toBeCloseTo((times * energy.totalPj) / 1e12, 12);
    expect(total.onChipJ).toBeCloseTo((times * energy.onChipPj) / 1e12, 12);
    expect(total.dramBytes).toBe(times * bytes);
    // the layer is the file's first, which has no backward
    expect(machines.swg).not.toHaveProperty("wholeStep");
    const { ff, bp } = totals.phases!;
    expect(bp).toBeUndefined();
    expect(machines["lnpu-swg"].phases.ff!.total.seconds).toBeCloseTo(
      (times * ff!["lnpu-swg"].cycles) / (machines["lnpu-swg"].clockMhz * 1e6),
      12,
    );
  });

  it("between recorded steps in a straight line, of one file or of several, in any order", async () => {
    const of = (traces: string) => json<TrainingCost>(`cost --trace ${traces} ${training}`);
    const cost = await of(place("both"));
    expect(cost.steps).toMatchObject([
      { step: 4, place: 0.2, share: 0.5 },
      { step: 16, place: 0.8, share: 0.5 },
    ]);
    const { total, ifLike } = cost.machines.swg.phases.wg!;
    for (const number of ["seconds", "energyJ", "onChipJ", "dramBytes"] as const)
      expect(total[number]).toBeCloseTo((ifLike[0][number] + ifLike[1][number]) / 2, 9);
    expect(ifLike[1].seconds).toBeLessThan(ifLike[0].seconds);
    expect(await of(`${place("thin")},${place("dense")}`)).toEqual(cost);
    const earlier = await of(`${place("both")} --recorded-steps 40`);
    expect(earlier.steps).toMatchObject([
      { step: 4, place: 0.1, share: 0.25 },
      { step: 16, place: 0.4, share: 0.75 },
    ]);
  });

  it("all three phases as a whole step, where a machine has them", async () => {
    const { machines } = await json<TrainingCost>(`cost --trace ${tinyTrace} --layers conv4,fc ${training}`);
    const { phases, wholeStep } = machines["lnpu-swg"];
    const energies = Object.values(phases).map(({ total }) => total.energyJ);
    expect(energies).toHaveLength(3);
    expect(wholeStep!.total.energyJ).toBeCloseTo(
      energies.reduce((a, b) => a + b),
      12,
    );
  });

  it("for people, within 80 columns; and as CSV, a line for each machine, phase and step", async () => {
    const line = `cost --trace ${place("both")} ${training}`;
    const { out } = await swg(line);
    expect(out).toContain("4 epochs of 10 images");
    expect(out).toMatch(/^ +4 +20\.0 % +50\.0 % /m);
    expect(out).toMatch(/^swg +wg +1\.\d\dx /m);
    expect(out.split("\n").filter(({ length }) => length > 80)).toEqual([]);
    const rows = (await swg(`${line} --format csv`)).out.trimEnd().split("\r\n");
    expect(rows[1]).toMatch(/^swg,wg,,1,[\d.e-]+,/);
    // both machines in wg, lnpu-swg in ff: each the training and as if like either step
    expect(rows).toHaveLength(1 + 3 * 3);
  });

  it.each([
    ["--epochs 4", "a training needs --epochs NUMBER and --images NUMBER (of an epoch)"],
    ["--epochs 0 --images 1", '--epochs must be a whole number from 1 to 1000000, is "0"'],
    [
      "--epochs 1 --images 10",
      "recorded step 16 must be one of the training's 5 steps of 2 images, is behind them; --recorded-steps says how many the recorded training had",
    ],
    ["--epochs 1 --images 10 --format page", 'unknown format "page"; known: table, json, csv'],
  ])("what cannot be is one line: %s", async (flags, message) => {
    const { code, err } = await swg(`cost --trace ${place("both")} ${flags}`);
    expect([code, err]).toEqual([1, `error: ${message}\n`]);
  });

  it.each([
    [["dense", "other"], 'recorded steps must have the same layers, step 8 also has "fc" beside step 4'],
    [["odd"], 'batch of recorded step 4 must be 1 or more and divide N of each layer, is 3; "conv4" has N 2'],
  ])("and so are steps of which no training can be made: %s", async (names, message) => {
    const { err } = await swg(`cost --trace ${names.map(place).join()} ${training}`);
    expect(err).toBe(`error: ${message}\n`);
  });
});
