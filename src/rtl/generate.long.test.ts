import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { generateDesign } from "./generate.ts";
import { nativeTool } from "./native-tools.ts";

const small = { columns: 1, rows: 2, clusterSize: 2, traceBits: 64, accumulators: 36 };
const teams = { columns: 3, rows: 5, clusterSize: 3, traceBits: 72, accumulators: 36 };

describe.each(["verilator", "iverilog"] as const)(
  "does the written bench pass in %s, by the README's command?",
  (tool) => {
    const installed = nativeTool(tool) !== undefined;
    const leftOut = installed ? "" : ": not installed, left out";

    it.skipIf(!installed).each([
      { ...small, format: "bf16" },
      { ...small, format: "int8" },
      { ...teams, format: "int16" },
    ] as const)(`%j${leftOut}`, { timeout: 600_000 }, (given) => {
      const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
      try {
        const design = generateDesign(withValues("swg", swgParameters, given));
        for (const [path, text] of design) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), text);
        }
        const command = design
          .get("README.md")!
          .split("\n")
          .find((line) => line.startsWith("    ") && line.includes(`${tool} `))!
          .trim();
        const [run] = command.split(" && ").slice(-1);
        const shell = (line: string) => spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });

        const { stdout } = shell(command);
        const { columns, rows } = given;
        expect(stdout).toMatch(
          new RegExp(
            `^PASS \\d+ cycles of ${columns} x ${rows} PEs, [1-9]\\d+ words of the outputs compared`,
            "m",
          ),
        );

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
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
