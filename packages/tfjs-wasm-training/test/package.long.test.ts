import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const project = mkdtempSync(join(tmpdir(), "tfjs-wasm-training-"));
afterAll(() => rmSync(project, { recursive: true }));

/** What npm says of the run that these tests are part of does not hold for another one. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
const run = (cwd: string, program: string, ...words: string[]): string =>
  execFileSync(program, words, {
    cwd,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

let packed: { filename: string; size: number; files: { path: string }[] };

beforeAll(() => {
  [packed] = JSON.parse(run(inPackage("."), "npm", "pack", "--json", "--pack-destination", project));
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "@tensorflow"), { recursive: true });
  for (const peer of ["tfjs-core", "tfjs-layers", "tfjs-backend-wasm", "tfjs-backend-cpu"])
    symlinkSync(inPackage(`../../node_modules/@tensorflow/${peer}`), join(modules, "@tensorflow", peer));
  mkdirSync(join(modules, "tfjs-wasm-training"));
  run(
    modules,
    "tar",
    "xf",
    join(project, packed.filename),
    "-C",
    "tfjs-wasm-training",
    "--strip-components=1",
  );
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
});

describe("does the package work where it is installed?", () => {
  it("its tarball has less than 40 kB, and nothing in it but what is used", () => {
    expect(statSync(join(project, packed.filename)).size).toBeLessThan(40_000);
    expect(packed.files.map(({ path }) => path).sort()).toEqual([
      "LICENSE",
      "README.md",
      "dist/index.d.ts",
      "dist/index.js",
      "dist/mask-gradient.d.ts",
      "dist/profile.d.ts",
      "dist/tfjs-wasm-training.min.js",
      "dist/wasm.js",
      "dist/without-kernel.d.ts",
      "package.json",
    ]);
  });

  // the line before and after the others, and before and after the backend is set
  it.each([
    ["first", 'await import("tfjs-wasm-training"); LAYERS; await tf.setBackend("wasm")'],
    ["last", 'LAYERS; await tf.setBackend("wasm"); await import("tfjs-wasm-training")'],
  ])("by one line, which stands %s", (_, order) => {
    const program = `
      import * as tf from "@tensorflow/tfjs-core";
      import "@tensorflow/tfjs-backend-wasm";
      let keras;
      ${order.replace("LAYERS", 'keras = await import("@tensorflow/tfjs-layers")')};
      const { layers } = keras;
      const model = keras.sequential({ layers: [
        layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: "relu" }),
        layers.batchNormalization(),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ] });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const { history } = await model.fit(tf.ones([4, 8, 8, 1]), tf.ones([4, 1]), { epochs: 2, verbose: 0 });
      const registered = tf.getGradient("FusedBatchNorm").gradFunc.toString();
      console.log(JSON.stringify({ backend: tf.getBackend(), losses: history.loss.map(Number.isFinite), registered }));
    `;
    writeFileSync(join(project, "train.js"), program);
    const lines = run(project, process.execPath, "train.js").trim().split("\n");
    const found = JSON.parse(lines[lines.length - 1]);
    expect(found).toMatchObject({ backend: "wasm", losses: [true, true] });
    // the gradient of this package, though tfjs-layers registers its own when it is imported
    expect(found.registered).toContain('"float32"');
  });

  it("its version of the peers is the one whose private parts it uses", () => {
    const { peerDependencies, dependencies } = JSON.parse(readFileSync(inPackage("package.json"), "utf8"));
    expect(dependencies).toBeUndefined();
    expect(peerDependencies).toEqual({
      "@tensorflow/tfjs-backend-wasm": "~4.22.0",
      "@tensorflow/tfjs-core": "~4.22.0",
    });
  });
});
