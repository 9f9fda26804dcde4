import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../../test/run-swg.ts";
import { axes, identities, json, one, printed, trace } from "../../../test/searches.ts";
import type { Report } from "../../report/report.ts";
import type { Exploration } from "../../sweep/exploration.ts";
import { dominates } from "../../sweep/front.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-exploration-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);

describe("what is a search's front, and over what?", () => {
  it("and its front are the points that no other dominates", async () => {
    const { points, front, given } = await json(`sweep ${axes} ${trace}`);
    const best = points.filter((a) => !points.some((b) => dominates(b.objectives, a.objectives)));
    expect(front.map((i) => points[i])).toEqual(best);
    expect(given!.values).toEqual({});
  });

  it("over several training steps: each of them, their geometric mean and the worst", async () => {
    const over = "--network resnet20 --over density.fmap=.2,.8 --layers fc --zeros coins --accelerators swg";
    const objectives = "--objectives cycles,cycles@worst,cycles@0.2";
    const { points, works } = await json(`sweep swg.columns=4,8 ${over} ${objectives}`);
    expect(works).toEqual(["0.2", "0.8"]);
    for (const { objectives: found, result } of points) {
      const [thin, full] = result.machines.swg.works.map(({ cycles }) => cycles);
      expect(found[0]).toBeCloseTo(Math.sqrt(thin * full), 6);
      expect(found.slice(1)).toEqual([Math.max(thin, full), thin]);
    }
  });
});

describe("which points does a search look at?", () => {
  it("those of which the condition is true, on parameters and on results", async () => {
    const all = await json(`sweep ${axes} ${trace}`);
    const limit = all.points[2].objectives[0];
    const words = ["sweep", ...axes.split(" "), ...trace.split(" "), "--format", "json", "--where"];
    const { out } = await swg([...words, `columns*rows <= 16 && swg.columns > 2 && cycles <= ${limit}`]);
    const { points, counts }: Exploration = JSON.parse(out);
    const allowed = all.points.filter(({ values, objectives: [cycles] }) => {
      const [columns, rows] = [Number(values["swg.columns"]), Number(values["swg.rows"])];
      return columns * rows <= 16 && columns > 2 && cycles <= limit;
    });
    expect(points).toEqual(allowed);
    expect(counts).toMatchObject({ looked: 3, counted: allowed.length, leftOut: 3 - allowed.length });
  });

  it("some of them, drawn from a seed", async () => {
    const drawn = (seed: number) => json(`sweep ${axes} ${trace} --samples 3 --search-seed ${seed}`);
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(first.points).toHaveLength(3);
    expect(again).toEqual(first);
    expect(other.points).not.toEqual(first.points);
  });

  it("without those whose bound is dominated, and the front is the same", async () => {
    const line = `sweep swg.columns=2,16 swg.rows=2,4 swg.globalBufferKib=40,640 ${trace} --objectives cycles,areaMm2`;
    const [all, some] = [await json(line), await json(`${line} --skip-dominated`)];
    const fronts = [all, some].map(({ points, front }) => front.map((i) => points[i]));
    expect(fronts[1]).toEqual(fronts[0]);
    expect(some.counts.skipped).toBeGreaterThan(0);
    expect(some.counts.skipped + some.counts.counted).toBe(all.counts.counted);
  });

  it("until nothing changes the front", async () => {
    const { counts } = await json(
      `sweep swg.columns=8 swg.globalBufferKib=40:400:40 ${trace} --stale 3 --objectives areaMm2`,
    );
    expect(counts.looked).toBe(6);
  });

  it("and says which are impossible, and why", async () => {
    const { impossible, points } = await json(
      `sweep swg.globalBufferKib=1,80 swg.columns=8 ${one} --equal-area --accelerators swg,dense`,
    );
    expect(impossible.length + points.length).toBe(2);
    for (const { why } of impossible) expect(why).not.toBe("");
  });
});

describe("what is not taken from a store?", () => {
  const line = `sweep ${axes} ${trace}`;

  it("lines that are no points are said and left out", async () => {
    const store = place("strange");
    const whole = await printed(`${line} --format json --store ${store}`);
    appendFileSync(join(store, "other.jsonl"), 'null\n{"id":"e5a82d3c860cf1ab9675a9b1","result":{}}\n{]\n');
    const { code, out, err } = await swg(`${line} --format json --store ${store}`);
    expect([code, out]).toEqual([0, whole]);
    expect(err).toBe(`${store}: 3 lines cannot be read and are left out\n`);
  });

  it("points of another layer, another node or another trace are not taken from it", async () => {
    const store = place("others");
    await printed(`${line} --store ${store}`);
    await printed(`${line} --node 28 --store ${store}`);
    await printed(`sweep ${axes} --trace ${tinyTrace} --layers conv3 --accelerators swg --store ${store}`);
    expect(new Set(identities(store)).size).toBe(21);
    expect((await swg(`sweep --store ${store}`)).err).toContain("store was filled by 3 searches");
  });
});

describe("what does a search write?", () => {
  it("a page, figures with their data, what is printed, and the table as CSV and Parquet", async () => {
    const out = place("out");
    const line = `sweep ${axes} ${trace} --objectives cycles,areaMm2`;
    const text = (await swg(`${line} --out ${out}`)).out;
    const names = ["csv", "html", "json", "parquet", "txt"].map((end) => `exploration.${end}`);
    const machines = ["machine-area-mm2.json", "machine-cycles.json"];
    expect(readdirSync(out).sort()).toEqual([...names, "figures", ...machines]);
    expect(readdirSync(join(out, "figures")).filter((name) => name.endsWith(".svg"))).toEqual([
      "exploration-cycles-area-mm2.svg",
      "exploration-effects.svg",
      "exploration-hypervolume.svg",
      "exploration-parallel.svg",
      "exploration-sensitivity.svg",
    ]);
    const written = (name: string) => readFileSync(join(out, name), "utf8");
    expect(written("exploration.txt")).toBe(text);
    expect(written("exploration.html")).toContain('<figure id="exploration-cycles-area-mm2">');
    for (const name of ["cycles-area-mm2", "effects", "hypervolume", "parallel", "sensitivity"])
      expect(written(`figures/exploration-${name}.svg`)).not.toMatch(/NaN|undefined|Infinity/);
    // every point and the machines as given: two parameters, two objectives
    expect(written("figures/exploration-parallel.csv").trimEnd().split("\r\n")).toHaveLength(8);
    const { points, front, given } = await json(line);
    const fastest = await json<Report>(`run ${trace} --machine ${join(out, "machine-cycles.json")}`);
    expect(fastest.totals.results.swg.cycles).toBe(
      Math.min(...points.map(({ objectives: [cycles] }) => cycles)),
    );
    expect(text).toContain(`Of 6 that count, ${front.length} are on the front of cycles and areaMm2`);
    const rows = written("exploration.csv").trimEnd().split("\r\n");
    expect(rows).toHaveLength(2 + points.length);
    const { buffer } = new Uint8Array(readFileSync(join(out, "exploration.parquet")));
    const stored = await parquetReadObjects({ file: buffer });
    expect(stored).toHaveLength(1 + points.length);
    for (const [i, { values, objectives, result }] of [given!, ...points].entries())
      expect(stored[i]).toMatchObject({
        ...(i > 0 && { ...values, front: front.includes(i - 1) ? 1 : 0 }),
        "objective.cycles": objectives[0],
        "swg.areaMm2": result.machines.swg.areaMm2,
        "swg.energyPj@digits": result.machines.swg.works[0].energyPj,
      });
  });
});
