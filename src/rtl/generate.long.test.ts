import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { generateDesign } from "./generate.ts";
import { nativeTool } from "./native-tools.ts";

const small = { columns: 1, rows: 2, clusterSize: 2, vectorBits: 64, accumulators: 36 };
const teams = { columns: 3, rows: 5, clusterSize: 3, vectorBits: 72, accumulators: 36 };

const tools = (["verilator", "iverilog"] as const).map((tool) => {
  const installed = nativeTool(tool) !== undefined;
  return { tool, installed, leftOut: installed ? "" : ": not installed, left out" };
});

/** Writes a design to a folder of its own, in which `use` can run command lines. */
function inFolder(
  design: ReadonlyMap<string, string>,
  use: (shell: (line: string) => { stdout: string; status: number | null }, folder: string) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
  try {
    for (const [path, text] of design) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    use((line) => spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" }), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The README's command for a tool. */
const command = (design: ReadonlyMap<string, string>, tool: string): string =>
  design
    .get("README.md")!
    .split("\n")
    .find((line) => line.startsWith("    ") && line.includes(`${tool} `))!
    .trim();

describe.each(tools)("does the written bench pass in $tool?", ({ tool, installed, leftOut }) => {
  it.skipIf(!installed).each([
    { ...small, format: "bf16" },
    { ...small, format: "int8" },
    { ...teams, format: "int16" },
  ] as const)(`%j${leftOut}`, { timeout: 600_000 }, (given) => {
    const design = generateDesign(withValues("swg", swgParameters, given));
    inFolder(design, (shell, folder) => {
      const { stdout } = shell(command(design, tool));
      const { columns, rows } = given;
      expect(stdout).toMatch(
        new RegExp(
          `^PASS \\d+ cycles of ${columns} x ${rows} PEs, [1-9]\\d+ words of the outputs compared`,
          "m",
        ),
      );

      const [run] = command(design, tool).split(" && ").slice(-1);
      const outputs = join(folder, "bench", "outputs.hex");
      const expected = readFileSync(outputs, "utf8");
      writeFileSync(outputs, expected.slice(0, 2000));
      const cut = shell(run);
      expect(cut.stdout).toMatch(/FAIL \d+ words of the outputs were compared/);
      expect(cut.status).not.toBe(0);

      // the first word that is compared in all of its bits, one bit of it other
      writeFileSync(
        outputs,
        expected.replace(/ ffffffff (?=\w)(.)/, (_, digit) => ` ffffffff ${digit === "0" ? 1 : 0}`),
      );
      const wrong = shell(run);
      expect(wrong.stdout).toMatch(/FAIL cycle \d+, outputs\[\d+\+:32\]: expected \w+, is \w+/);
      expect(wrong.status).not.toBe(0);
    });
  });
});

const [, icarus] = tools;

describe.skipIf(!icarus.installed)(
  `does the written bench find what only some layers show, in ${icarus.tool}${icarus.leftOut}?`,
  () => {
    it.each([
      ["rounds do not wait until sums have left", "scheduler.sv", /\n +&& room\[[^;]*;/, ";"],
      [
        "k's that nothing is wanted of are not counted",
        "gradient_drain.sv",
        /drained \+ skipped/g,
        "drained",
      ],
      [
        "columns that have nothing hold back the others",
        "scheduler.sv",
        /(episodes\[c\] <=) first_episode[^;]*;/,
        "$1 '0;",
      ],
    ])("%s", (_, file, right, wrong) => {
      const design = generateDesign(
        withValues("swg", swgParameters, { columns: 4, rows: 8, clusterSize: 8 }),
      );
      expect(design.get(file)).toMatch(right);
      design.set(file, design.get(file)!.replace(right, wrong));
      inFolder(design, (shell) => {
        expect(shell(command(design, icarus.tool)).stdout).toMatch(/FAIL cycle \d+, outputs/);
      });
    });
  },
);
