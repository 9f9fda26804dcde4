import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { swg } from "../../test/run-swg.ts";

// a fault in what --check compiles: the array takes fmap chunks that it has no place for
vi.mock("../rtl/design.ts", async (original) => {
  const design = await original<typeof import("../rtl/design.ts")>();
  const designSource: typeof design.designSource = (top, parameters) => {
    const source = design.designSource(top, parameters);
    const right = "assign fmap_ready = !reset && chunks_loaded - episodes_finished < COUNTER_BITS'(CHUNKS);";
    expect(source.files["swg.sv"]).toContain(right);
    const wrong = source.files["swg.sv"].replace(right, "assign fmap_ready = 1'b1;");
    return { ...source, files: { ...source.files, "swg.sv": wrong } };
  };
  return { ...design, designSource };
});

const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what does swg rtl --check leave of a difference?", () => {
  it("its cycle and values, the cycles around it as a waveform, and exit code 1", async () => {
    const machine = ["columns=1", "rows=3", "clusterSize=3", "vectorBits=48", "accumulators=36", "roundKs=2"];
    const set = machine.flatMap((parameter) => ["--set", `swg.${parameter}`]);
    const { code, out, err } = await swg(["rtl", "--check", "--out", folder, ...set]);
    expect(code).toBe(1);
    expect(err).toMatch(/\nerror: the hardware differs from the cycle model\n$/);
    const [, cycle] =
      /^\d+ cycles? of \d+ layers? compared: 1 difference\non 1 column of 3 PEs, the same .*\ncycle (\d+): fmap_ready must be 0, is 1\nlayer \{.*\}\nmapping: \w/m.exec(
        out,
      )!;

    const path = join(folder, "difference.vcd");
    expect(err).toContain(`wrote ${path}\n`);
    const vcd = readFileSync(path, "utf8");
    const times = Array.from(vcd.matchAll(/^#(\d+)$/gm), ([, time]) => Number(time) / 5000);
    const shown = times.at(-1)! - times[0];
    expect(shown).toBeGreaterThanOrEqual(40);
    expect(shown).toBeLessThanOrEqual(80);
    // the circuit has run since before the model's cycle 0
    expect(times.at(-1)).toBeGreaterThan(Number(cycle));
    // more chunks than the two that there is a place for
    const values = (name: string) => {
      const [, id] = new RegExp(`\\$var wire \\d+ (\\S+) ${name} \\$end`).exec(vcd)!;
      const changes = vcd.matchAll(new RegExp(`^b?([01]+) ?${id.replaceAll(/\W/g, "\\$&")}$`, "gm"));
      return Array.from(changes, ([, bits]) => Number.parseInt(bits, 2));
    };
    expect(values("fmap_ready")).toEqual([1]);
    expect(values("chunks_loaded").length).toBeGreaterThan(1);
    expect(values("episodes_finished").length).toBeGreaterThan(0);
  }, 600_000);
});
