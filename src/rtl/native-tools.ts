import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Native tools, which a machine may have beside what comes from npm: simulators, and OpenSTA. */
const versionFlags = { verilator: "--version", iverilog: "-V", sta: "-version" } as const;
export type NativeTool = keyof typeof versionFlags;
type Linter = Exclude<NativeTool, "sta">;

/** The first line of what a tool says of its version; undefined where it is not installed, or does not run. */
export function nativeTool(tool: NativeTool): string | undefined {
  const { status, stdout } = spawnSync(tool, [versionFlags[tool]], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : undefined;
}

/**
 * What `verilator --lint-only -Wall` and `iverilog -Wall` object to in a design, a line each, none where it is clean.
 * Throws where the tool is not installed: ask `nativeTool` first.
 */
export function lint(
  tool: Linter,
  files: Readonly<Record<string, string>>,
  top: string,
  parameters: Readonly<Record<string, number>> = {},
): string[] {
  const folder = mkdtempSync(join(tmpdir(), "swg-lint-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const names = Object.keys(files);
    const set = Object.entries(parameters);
    const args =
      tool === "verilator"
        ? [
            "--lint-only",
            "-Wall",
            // Verilator takes longer loops for latches
            "--unroll-count",
            "4096",
            "--top-module",
            top,
            ...set.map(([name, value]) => `-G${name}=${value}`),
            ...names,
          ]
        : [
            "-g2012",
            "-Wall",
            "-t",
            "null",
            "-s",
            top,
            ...set.map(([name, value]) => `-P${top}.${name}=${value}`),
            ...names,
          ];
    const { error, status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: "utf8" });
    if (error) throw error;
    const said = `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
    return status === 0 && tool === "verilator"
      ? []
      : status === 0
        ? said
        : said.length > 0
          ? said
          : [`${tool} failed`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
