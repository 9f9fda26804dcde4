import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { generateDesign } from "./generate.ts";
import { type NativeTool, nativeTool } from "./native-tools.ts";

const tool: NativeTool = "verilator";
const verilator = nativeTool(tool);

describe.skipIf(!verilator)(
  `does the written bench pass where Verilator builds it${verilator ? "" : ": not installed, left out"}?`,
  () => {
    it("and says how many cycles it compared", { timeout: 600_000 }, () => {
      const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
      try {
        const size = { columns: 1, rows: 2, clusterSize: 2, traceBits: 64, accumulators: 36 };
        for (const [path, text] of generateDesign(withValues("swg", swgParameters, size))) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), text);
        }
        const args = ["--binary", "--top-module", "array_bench", "-Wno-fatal", "-O3", "-CFLAGS", "-O0"];
        const built = spawnSync(tool, [...args, "-f", "files.f", "bench/array_bench.sv"], {
          ...{ cwd: folder, encoding: "utf8" },
        });
        expect(built.status).toBe(0);
        const run = spawnSync(join(folder, "obj_dir", "Varray_bench"), { cwd: folder, encoding: "utf8" });
        expect(run.stdout).toMatch(/^PASS \d+ cycles of 1 x 2 PEs, [1-9]\d+ words of the outputs compared/m);

        const expected = join(folder, "bench", "outputs.hex");
        writeFileSync(expected, readFileSync(expected, "utf8").slice(0, 2000));
        const cut = spawnSync(join(folder, "obj_dir", "Varray_bench"), { cwd: folder, encoding: "utf8" });
        expect(cut.stdout).toMatch(/FAIL \d+ words of the outputs were compared/);
        expect(cut.status).not.toBe(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
