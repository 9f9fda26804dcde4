import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { openTraceFile } from "../src/trace/file.ts";
import { pythonWith, pythonWithTorch, runPython } from "./python.ts";
import { swg, tinyTrace } from "./run-swg.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The layers of every step verify, and the file runs on SWG. */
async function verifiesAndRuns(path: string, layers: number): Promise<void> {
  const verified = await swg(["verify", "--trace", path]);
  expect(verified.out).toContain(`${3 * layers} of ${3 * layers} layers have a reference; all are right\n`);
  const { code, out } = await swg(`run --trace ${path} --accelerators swg --format csv`);
  expect(code).toBe(0);
  expect(out.trimEnd().split("\r\n")).toHaveLength(1 + 3 * layers);
}

describe("does the TensorFlow.js example train, and record three steps?", () => {
  it("in pure JavaScript", async () => {
    const path = join(folder, "tensorflow-js.safetensors");
    const example = fileURLToPath(new URL("../examples/tensorflow-js.mjs", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [example, path], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const [first, , last] = Array.from(stdout.matchAll(/loss ([\d.]+)/g), ([, loss]) => Number(loss));
    expect(last).toBeLessThan(0.5 * first);
    await verifiesAndRuns(path, 3);
  });
});

describe("does the example of a block of SystemVerilog run?", () => {
  it("it equals its model, and is synthesised and simulated as gates", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import(fileURLToPath(new URL("../examples/own-block.ts", import.meta.url)));
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(lines[0]).toBe("1000 cycles are the same");
    expect(lines[1]).toMatch(/^saturating_sum +1 /m);
    expect(lines[2]).toMatch(/^a cycle toggles [1-9][\d.]+ gate equivalents and clocks 6\.3 flip-flops$/);
  });
});

const optuna = pythonWith("optuna");
if (optuna.reason) console.warn(`${optuna.reason}: the example of Optuna is left out`);

describe(`does Optuna find machines?${optuna.reason ? ` (${optuna.reason})` : ""}`, () => {
  it.skipIf(!optuna.python)(
    "a front, cycles growing as area falls, of which swg run says the same",
    async () => {
      const { status, stdout } = runPython(optuna.python!, ["search_optuna.py", tinyTrace, "20"], "examples");
      expect(status).toBe(0);
      const rows = Array.from(stdout.matchAll(/^cycles (\d+) areaMm2 ([\d.]+) (\{.*\})$/gm));
      expect(rows.length).toBeGreaterThan(1);
      const areas = rows.map(([, , area]) => Number(area));
      expect(areas).toEqual(areas.toSorted((a, b) => b - a));
      const [, cycles, , values] = rows[0];
      const set = Array.from(
        values.matchAll(/'([\w.]+)': (\d+)/g),
        ([, name, value]) => `--set ${name}=${value}`,
      );
      const run = await swg(`run --trace ${tinyTrace} --accelerators swg --format json ${set.join(" ")}`);
      expect(JSON.parse(run.out).totals.results.swg.cycles).toBe(Number(cycles));
    },
  );
});

const { python, reason } = pythonWithTorch();
if (reason) console.warn(`${reason}: the example of PyTorch is left out`);

describe(`does the ResNet-18 example train, and record three steps?${reason ? ` (${reason})` : ""}`, () => {
  const path = join(folder, "resnet18.safetensors");
  const train = (...more: string[]) => {
    const small = ["--steps", "3", "--batch", "2", "--record", "1", "--width", "4", "--out", path];
    return runPython(python!, ["resnet18_pruned.py", ...small, ...more], "examples");
  };

  it.skipIf(!python)("on drawn pictures, 80 % of its weights pruned", async () => {
    expect(train()).toMatchObject({ status: 0, stderr: "" });
    const [first] = openTraceFile(path).steps;
    expect(first.labels).toMatchObject({ network: "ResNet18", dataset: "drawn bars", step: 0, batch: 1 });
    for (const { name } of first.layers) expect(first.contents(name).mask).toBe(true);
    await verifiesAndRuns(path, 21);
  });

  it.skipIf(!python)("on the files of CIFAR-10, the binary ones", () => {
    const cifar = join(folder, "cifar-10-batches-bin");
    mkdirSync(cifar);
    const rows = Uint8Array.from({ length: 3 * 3073 }, (_, i) => (i % 3073 === 0 ? i / 3073 : i % 251));
    writeFileSync(join(cifar, "data_batch_1.bin"), rows);
    const { status, stdout } = train("--cifar", folder);
    expect(status).toBe(0);
    expect(stdout).toContain("training on CIFAR-10: 3 pictures, 3 steps");
  });

  it.skipIf(!python)("and the pickled ones", () => {
    const pickled = join(folder, "pickled");
    mkdirSync(pickled);
    const make =
      "import pickle, numpy, sys; pickle.dump({b'data': numpy.zeros((2, 3072), numpy.uint8), b'labels': [1, 2]}, open(sys.argv[1], 'wb'))";
    const made = spawnSync(python!, ["-c", make, join(pickled, "data_batch_1")]);
    expect(made.status, String(made.stderr)).toBe(0);
    expect(train("--cifar", pickled).stdout).toContain("training on CIFAR-10: 2 pictures, 3 steps");
  });
});
