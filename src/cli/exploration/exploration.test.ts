import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg } from "../../../test/run-swg.ts";
import { axes, identities, json, linesIn, one, printed, trace } from "../../../test/searches.ts";
import type { Report } from "../../report/report.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-exploration-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);

describe("is every point of a search the run at its values?", () => {
  it.each([
    ["swg.columns=4,8 node=28,65 dram=hbm2", `${one} --accelerators swg,dense --equal-area`],
    [
      "batch=1,2 density.fmap=.3 swg.columns=8",
      "--network resnet20 --layers fc --accelerators swg --zeros coins",
    ],
  ])("%s %s", async (swept, flags) => {
    const { points } = await json(`sweep ${swept} ${flags}`);
    expect(points.length).toBeGreaterThan(1);
    for (const { values, objectives, result } of points) {
      const set = Object.entries(values).map(([name, value]) => {
        if (name === "density.fmap") return `--density fmap=${value}`;
        return /^(node|dram|batch)$/.test(name) ? `--${name} ${value}` : `--set ${name}=${value}`;
      });
      const { totals, machines } = await json<Report>(
        `run ${flags.replace(/--objectives \S+/, "")} ${set.join(" ")}`,
      );
      for (const [label, { areaMm2, multipliers, clockMhz, works }] of Object.entries(result.machines)) {
        const { cycles, macs, energy } = totals.results[label];
        expect([areaMm2, multipliers, clockMhz]).toEqual([
          machines[label].areaMm2.total,
          macs,
          machines[label].clockMhz,
        ]);
        expect(works).toEqual([{ cycles, energyPj: energy.totalPj, onChipPj: energy.onChipPj }]);
      }
      const { validMacs, boundCycles } = totals;
      expect(result.works).toEqual([{ validMacs, boundCycles }]);
      const { cycles, energy } = totals.results.swg;
      expect(objectives).toEqual([cycles, machines.swg.areaMm2.total, energy.totalPj]);
    }
  });
});

describe("what is printed of many axes?", () => {
  it("the front by its objectives, and the best points beside the machines as given, in 80 columns", async () => {
    const swept =
      "swg.columns=4,8 swg.globalBufferReadBytes=64 swg.globalBufferWriteBytes=64 swg.drainLanes=2 swg.writeQueueKib=4";
    const line = `sweep ${swept} ${trace} --objectives cycles,areaMm2`;
    const { points, own } = await json(line);
    expect(own).toMatchObject({ "swg.columns": 16, "swg.drainLanes": 4 });
    const text = await printed(line);
    expect(text.split("\n").filter(({ length }) => length > 80)).toEqual([]);
    expect(text).toMatch(/^swg\.drainLanes +4 +2 +2$/m);
    const [few, many] = points.map(({ objectives: [cycles] }) => cycles);
    expect(text).toMatch(new RegExp(`^ +1 +${many.toLocaleString("en-GB")} `, "m"));
    expect(many).toBeLessThan(few);
  });
});

describe("what does a store keep?", () => {
  const line = `sweep ${axes} ${trace}`;

  it("every point once: the second time nothing is computed, and the document is the same as without a store", async () => {
    const store = place("once");
    const first = await printed(`${line} --format json --store ${store}`);
    expect(new Set(identities(store)).size).toBe(7);
    expect(await printed(`${line} --format json --store ${store}`)).toBe(first);
    expect(readdirSync(store)).toHaveLength(1);
    expect(await printed(`${line} --format json`)).toBe(first);
    expect(await printed(`sweep --store ${store} --format json`)).toBe(first);
  });

  it("a torn line is computed again, in a file of its own", async () => {
    const store = place("torn");
    const whole = await printed(`${line} --format json --store ${store}`);
    const [name] = readdirSync(store);
    const text = readFileSync(join(store, name), "utf8");
    writeFileSync(join(store, name), text.slice(0, -20));
    expect(await printed(`${line} --format json --store ${store}`)).toBe(whole);
    expect(readdirSync(store)).toHaveLength(2);
    expect(readFileSync(join(store, name), "utf8")).toBe(text.slice(0, -20));
    expect(linesIn(store)).toHaveLength(8);
  });

  it("shards compute all points between them; before that, what is missing is named", async () => {
    const store = place("shards");
    expect(await printed(`${line} --store ${store} --shard 0/2`)).toBe(
      `shard 0 of 2: 4 points computed; ${store} has 4\n`,
    );
    expect(await swg(`sweep --store ${store}`)).toEqual({
      code: 1,
      out: "",
      err: `error: ${store}: 3 points of 6 missing: swg.columns=2 swg.rows=4; swg.columns=4 swg.rows=4; swg.columns=8 swg.rows=4\n`,
    });
    expect((await json(`sweep --store ${store} --partial`)).counts).toMatchObject({ counted: 3, missing: 3 });
    await printed(`${line} --store ${store} --shard 1/2`);
    expect(await printed(`sweep --store ${store} --format json`)).toBe(
      await printed(`${line} --format json`),
    );
    expect(new Set(identities(store)).size).toBe(linesIn(store).length);
  });

  it("fewer points than were asked for are said", async () => {
    const text = await printed(`sweep ${axes} ${trace} --samples 500`);
    expect(text).toMatch(/\n500 points were asked for, and there are \d+\.\s/);
  });

  it("a search by generations comes to the same points from it", async () => {
    const store = place("nsga2");
    const search = `sweep swg.columns=2:12:2 swg.rows=2,4,8 ${trace} --search nsga2 --samples 12 --population 4`;
    const first = await printed(`${search} --store ${store} --format json`);
    expect(JSON.parse(first).points).toHaveLength(12);
    expect(await printed(`sweep --store ${store} --format json`)).toBe(first);
    expect(await printed(`${search} --format json`)).toBe(first);
  });
});

describe("does a table without room for the axes", () => {
  it("say what the points of the front have in common, and have those with the same numbers once?", async () => {
    const sizes = "swg.globalBufferReadBytes=128 swg.globalBufferWriteBytes=128 swg.writeQueueKib=8,16";
    const text = (await printed(`sweep swg.columns=4,8 ${sizes} ${trace} --objectives cycles`)).replace(
      /\s+/g,
      " ",
    );
    expect(text).toContain("2 are on the front of cycles");
    expect(text).toContain("with the same numbers stand there once");
    expect(text).toMatch(
      /All of them have swg\.columns=\d, swg\.globalBufferReadBytes=128 and swg\.globalBufferWriteBytes=128\./,
    );
    expect(text).toMatch(/─ 1 \S+ \(\S+x\) ─+ as given/);
    expect(text).toContain(" swg. point writeQueueKib ─");
  });
});

describe("what does a wrong search say?", () => {
  it.each([
    [`${axes} ${trace} --search random --samples 3`, "--search must be nsga2"],
    [`${axes} ${trace} --search nsga2`, "--search goes with --samples"],
    [`${axes} ${trace} --population 4`, "--population goes with --search"],
    [`${axes} ${trace} --shard 0/2`, "--shard goes with --store"],
    [`${axes} ${trace} --store ${place("x")} --shard 2/2`, "--shard must be I/N, I from 0 to N-1"],
    [`${axes} ${trace} --until soon`, "--until must be a time such as 90s, 30m or 8h"],
    [`${axes} ${trace} --objectives speed`, 'unknown objective "speed"; known: cycles'],
    [`${axes} ${trace} --objectives macUtilization`, 'unknown objective "macUtilization"'],
    [`${axes} ${trace} --objectives dense.cycles`, 'accelerator "dense" is not in this run; in it: swg'],
    [`${axes} ${trace} --objectives cycles@x`, 'unknown work in objective cycles@ "x"; known: digits, worst'],
    [`${axes} ${trace} --objectives cycles,edp,areaMm2,onChipPj`, "--objectives must be at most 3, are 4"],
    [`${axes} ${trace} --where columns>99`, "--where must hold for a point of the search, holds for none"],
    [`${axes} ${trace} --where colums>99`, 'unknown name in --where "colums"; known: cycles'],
    [`${axes} ${trace} --skip-dominated`, "--skip-dominated needs objectives of swg among cycles"],
    [`${axes} swg.rows=1 ${trace}`, "swg.rows is swept twice"],
    [`${axes} nonsense=1 ${trace}`, 'unknown sweep "nonsense"; known: batch'],
    [`${axes} node=28 --node 28 ${trace}`, "--node 28 cannot be given when node is swept"],
    [`${axes} ${trace} --over swg.chunks=1,2`, "--over must be of a training step"],
    [trace, "a sweep needs what is swept, such as swg.columns=8,16, or --store FOLDER"],
    [`--store ${place("none")}`, "store must hold a search, holds none"],
  ])("%s", async (line, message) => {
    const { code, out, err } = await swg(`sweep ${line}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: [^\n]+\n$/);
    expect(err).toContain(message);
  });
});
