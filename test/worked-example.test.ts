import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulateLayer } from "../src/hardware/array/controller.ts";
import { chunkWords } from "../src/hardware/buffer/chunk-loads.ts";
import { layerStatistics } from "../src/hardware/dataflow/layer-statistics.ts";
import { maskCycles, restCycles } from "../src/hardware/drain/drain-lane.ts";
import { doneCycles } from "../src/hardware/drain/gradient-drain.ts";
import { headCycles, listWordsOf, swgParameters, tileValues } from "../src/hardware/parameters.ts";
import { withValues } from "../src/parameter.ts";
import { convolution } from "../src/workload/layer.ts";
import example from "./data/worked-example.json" with { type: "json" };
import { root, textOf } from "./document-blocks.ts";

const bitsOf = (maps: readonly (readonly string[])[]) => Uint8Array.from(maps.flat().join(""), Number);
const p = withValues("swg", swgParameters, example.machine);
const layer = convolution({
  name: "worked example",
  ...example.shape,
  groups: 1,
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
});
const occupancy = { layer, fmap: bitsOf(example.fmap), emap: bitsOf(example.emap) };

/** [MAC, trace, k, begins, pairs, ends], in the order in which jobs begin, and what came of all. */
function simulated() {
  const jobs: number[][] = [];
  const ks = new Map<number, number>();
  const watch = {
    job(mac: number, trace: number, { pairs, cycles }: { pairs: number; cycles: number }, start: number) {
      const k = ks.get(trace) ?? 0;
      ks.set(trace, k + 1);
      jobs.push([mac, trace, k, start, pairs, start + cycles]);
    },
    waited: () => undefined,
  };
  const watchOf = () => watch;
  const run = simulateLayer(occupancy, layerStatistics(occupancy), example.mapping, p, { watchOf });
  return { ...run, jobs };
}

const { jobs, cycles, breakdown, events } = simulated();
const page = textOf("docs/machine.md");

describe("does the cycle model do what docs/machine.md works out by hand?", () => {
  it("its jobs, cycle by cycle", () => {
    const [, table] = /\| MAC \| trace \| k \|[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page)!;
    const rows = table.trimEnd().split("\n");
    expect(rows.map((row) => row.split("|").slice(1, -1).map(Number))).toEqual(jobs);
  });

  it("its last cycle, and where the MAC-cycles went", () => {
    const { busy, columnImbalance, writeBack, fillDrain } = breakdown;
    expect(page).toContain(`**${cycles}**, which is how long the layer takes`);
    expect(page.replaceAll("\n", " ")).toContain(
      `${busy} of its ${2 * cycles} MAC-cycles are busy, ${columnImbalance} are column imbalance, ${writeBack} write-back, ${fillDrain} fill and drain`,
    );
    expect(busy + columnImbalance + writeBack + fillDrain).toBe(2 * cycles);
  });

  it("what comes before the first job: chunks, the bitmap, its place and its looks", () => {
    const words = [10, 6, 4].map((values) => chunkWords(4, values, p));
    const lists = [3, 2].map((nonzeros) => listWordsOf(nonzeros, false, p));
    expect([words, lists]).toEqual([
      [5, 4, 3],
      [2, 2],
    ]);
    expect([events.fmapReadBytes, events.listWords, events.dramReadBytes]).toEqual([8 * 12, 4, 46 + 12]);
    expect(1 + 12 + headCycles(1, p) + 1 + tileValues(p)).toBe(jobs[0][3]);
  });

  it("and what the picture shows of the ways out follows from the ends of jobs", () => {
    const drawn = example.drains.flatMap(({ spans }) => spans.filter((span) => "trace" in span));
    const read = [0, 1, 2].flatMap((trace) => {
      const own = jobs.filter(([, of]) => of === trace);
      let free = 0;
      return own.map(([, , k, , , end], i) => {
        // its mask is asked for then, and comes a cycle later
        const known = end + doneCycles + 1 + maskCycles;
        const [, , , begins, , ends] = own[i + 1] ?? [];
        // the trace is held a cycle later
        const from = Math.max((begins <= known ? ends : known) + restCycles, free);
        free = from + 6;
        return { from, to: free, says: `k${k}`, trace };
      });
    });
    expect(drawn).toHaveLength(read.length);
    expect(drawn).toEqual(expect.arrayContaining(read));
  });
});

describe("are the pictures and the ports in docs/ those that npm run docs:machine writes?", () => {
  it("byte for byte", () => {
    const folder = mkdtempSync(join(tmpdir(), "swg-pages-"));
    try {
      const script = join(root, "scripts", "machine-pages.mjs");
      const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
      const files = ["blocks.md", ...readdirSync(join(folder, "pictures")).map((name) => `pictures/${name}`)];
      expect(files.length).toBeGreaterThan(5);
      const stale = files.filter(
        (file) => readFileSync(join(folder, file), "utf8") !== textOf(`docs/${file}`),
      );
      expect(stale, "npm run docs:machine writes them").toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
