import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { tinyTrace } from "./run-swg.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = join(root, "dist/cli/main.js");
const example = join(root, "examples/systolic.ts");
const folder = mkdtempSync(join(tmpdir(), "swg-node-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Node 24 as npm has it; why there is none where it cannot be had. */
const { status, stdout, stderr } = spawnSync("npx", ["--yes", "node@24", "--version"], { encoding: "utf8" });
const missing =
  status === 0 && stdout.startsWith("v24.") ? undefined : `no Node 24 from npm: ${stderr.trim()}`;
if (missing !== undefined) console.warn(`${missing}: machines from outside run on this Node alone`);

const nodes: readonly (readonly [string, string, readonly string[]])[] = [
  [`this Node, ${process.version}`, process.execPath, []],
  ...(missing === undefined ? ([["Node 24", "npx", ["--yes", "node@24"]]] as const) : []),
];

describe.each(nodes)("does a machine from outside run in %s?", (_, command, before) => {
  const swg = (...words: readonly string[]) =>
    spawnSync(command, [...before, program, ...words], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const machines = `swg,c2=swg:chunks=2:traces=2,${example},lnpu`;
  const step = ["--trace", tinyTrace, "--accelerators", machines];

  it("two variants of SWG, a .ts file and lnpu: phases, ablation, equal area and figures, in threads as in one", () => {
    const out = join(folder, "out");
    const asked = ["--phases", "ff,bp,wg", "--ablation", "--format", "json", "--out", out];
    const one = swg("run", ...step, ...asked, "--threads", "1");
    expect(one.status, one.stderr).toBe(0);
    const two = swg("run", ...step, ...asked, "--threads", "2");
    expect(two.stdout).toBe(one.stdout);
    const { machines: found } = JSON.parse(one.stdout);
    expect(Object.keys(found)).toEqual(["swg", "c2", "systolic", "lnpu"]);
    expect(found.systolic.module.path).toBe(example);
    const area = swg("run", ...step, "--equal-area", "--threads", "2", "--out", join(folder, "area"));
    expect(area.status, area.stderr).toBe(0);
    expect(area.stdout).toMatch(/At [\d,.]+ mm2 each, the area of swg, the machines have these/);
  });

  it("a sweep over a variant and one over a machine from outside", () => {
    for (const axis of ["c2.listAhead=4,8", "systolic.rows=8,16"]) {
      const swept = swg("sweep", axis, ...step, "--threads", "2", "--out", join(folder, "sweep"));
      expect(swept.status, swept.stderr).toBe(0);
      expect(swept.stdout).toContain(`Sweep of ${axis.split("=")[0]}`);
    }
  });

  it("swg check finds nothing wrong with the example", () => {
    const { status, stdout, stderr } = swg("check", example);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("right  wg  every useful product is made\n");
  });
});

describe("is the same machine run from another project through the library?", () => {
  it("its numbers are those of the command line", () => {
    const project = join(folder, "project");
    mkdirSync(join(project, "node_modules"), { recursive: true });
    symlinkSync(root, join(project, "node_modules/swg-sim"), "dir");
    writeFileSync(join(project, "package.json"), '{"name": "project", "type": "module"}');
    const text = `
      import { accelerator, emptyBreakdown, fast, machineOf, noEvents, openTrace, runTrace, select } from "swg-sim";
      const mine = accelerator({
        title: "Mine", source: "s", free: [], grows: "macs",
        parameters: { macs: { value: 64, unit: "MACs", about: "a" } },
        simulate: ({ layer }, { macs }) => ({ cycles: layer.K, macs, mapping: "",
          breakdown: { ...emptyBreakdown(), mapping: layer.K * macs }, events: noEvents() }),
        components: ({ macs }) => ({ clockMhz: 200, format: "bf16", macs, groupMacs: macs, memories: {}, logic: [],
          peMacs: 1, longestWayGates: 60 }),
      });
      const report = runTrace(openTrace(${JSON.stringify(tinyTrace)}), [select("swg"), machineOf("mine", mine, { macs: 32 })], fast);
      console.log(JSON.stringify(report.totals.results.mine.cycles), report.machines.mine.parameters.macs, report.subject);`;
    writeFileSync(join(project, "run.mjs"), text);
    const ran = spawnSync(process.execPath, ["run.mjs"], { cwd: project, encoding: "utf8" });
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^\d+ 32 swg\n$/);
  });
});
