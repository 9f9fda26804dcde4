import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../scripts/measure.mjs", import.meta.url));
const missing = join("no", "such", "folder");

describe("what does a measurement without its traces say?", () => {
  it.each([
    { args: [], said: "measure: the folder of traces must be named: npm run measure -- TRACES\n" },
    {
      args: [missing],
      said: `measure: folder of traces must hold vgg8-cifar10-step2270.safetensors, got ${missing}\n`,
    },
  ])("$said", ({ args, said }) => {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    expect(stderr).toBe(said);
    expect(status).toBe(1);
  });
});
