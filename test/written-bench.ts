import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type SwgParameters, swgParameters } from "../src/hardware/parameters.ts";
import { withValues } from "../src/parameter.ts";
import { drawnLayers } from "../src/rtl/column-layers.ts";
import { generateColumn } from "../src/rtl/written/generate.ts";

/** What `swg rtl --out` writes, run as its README types it, or with other files in place of some. [path] text. */
export function runWrittenBench(files: ReadonlyMap<string, string>, simulator: "verilator" | "iverilog") {
  const [command] = files.get("README.md")!.match(new RegExp(`^ {4}.*${simulator} .*$`, "m"))!;
  const folder = mkdtempSync(join(tmpdir(), "swg-bench-"));
  try {
    for (const [path, text] of files) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    return { status, said: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The machine of which it is known which drawn layers find every fault: of three traces a PE, so that some MACs have two to choose from. */
export const threeTraces = { traces: 3, chunks: 3, drainLanes: 4 } as const;

/** What `swg rtl --out` writes for a column of so many PEs, of three traces or of other sizes, with drawn layers. */
export function drawnBench(
  rows: number,
  seeds: readonly number[],
  sizes: Partial<SwgParameters> = threeTraces,
): Map<string, string> {
  const p = withValues("swg", swgParameters, { rows, ...sizes });
  return generateColumn(
    p,
    seeds.flatMap((seed) => [...drawnLayers(p, seed, 1)]),
  );
}
