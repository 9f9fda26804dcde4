import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../../test/run-swg.ts";
import type { Exploration } from "../../sweep/exploration.ts";

const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swg-serve-"));
afterAll(() => rmSync(folder, { recursive: true }));

const step = `--trace ${tinyTrace} --layers conv4 --accelerators swg`;

/** Answers of the built program to lines, by their ids. */
function served(lines: readonly string[], options = ""): Map<unknown, Record<string, unknown>> {
  const line = `serve --stdio ${step} --threads 2 ${options}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...line.split(" ").filter(Boolean)],
    {
      input: lines.join("\n"),
      encoding: "utf8",
    },
  );
  expect([status, stderr]).toEqual([0, ""]);
  const answers = stdout.split("\n").slice(0, -1);
  return new Map(answers.map((text) => JSON.parse(text)).map((answer) => [answer.id, answer]));
}

describe("does a server answer what a sweep says?", () => {
  it("each point, in whatever order, and what is wrong with one", async () => {
    const { out } = await swg(`sweep swg.columns=4,8 swg.vdt=none,both ${step} --format json`);
    const { points }: Exploration = JSON.parse(out);
    const store = join(folder, "store");
    const lines = [
      ...points.map(({ values }, id) => JSON.stringify({ id, values })),
      '{"id": "zero", "values": {"swg.columns": 0}}',
      '{"id": "unknown", "values": {"constructor": 1}}',
      '{"id": "list", "values": {"swg.columns": [8]}}',
      '{"id": "none"}',
      "{ no JSON",
    ];
    for (let time = 0; time < 2; time++) {
      const answers = served(lines, `--store ${store}`);
      expect(answers.size).toBe(points.length + 5);
      for (const [id, { objectives, result }] of points.entries()) {
        const [cycles, areaMm2, energyPj] = objectives;
        expect(answers.get(id)).toEqual({ id, objectives: { cycles, areaMm2, energyPj }, result });
      }
      expect(answers.get("zero")!.error).toBe(
        "parameter swg.columns must be a whole number from 1 to 1024, got 0",
      );
      expect(answers.get("unknown")!.error).toContain('unknown sweep "constructor"');
      expect(answers.get("list")!.error).toBe("value of swg.columns must be a number or a name, is [8]");
      expect(answers.get("none")!.error).toBe("values of a point must be an object, are missing");
      expect(answers.get(null)!.error).toBe('a point must be JSON, is "{ no JSON"');
    }
  });

  it("and refuses to be without a way", async () => {
    expect((await swg(`serve ${step}`)).err).toBe("error: serve needs --stdio, from which it reads points\n");
  });
});
