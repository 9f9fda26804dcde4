import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { arraySource } from "../src/trace/byte-source.ts";
import { openTraceFile, writeTraceFile } from "../src/trace/file.ts";
import { memoryTrace } from "../src/trace/memory-trace.ts";
import { encodeNpz } from "../src/trace/numpy/encode-npz.ts";
import { npyBytes, openNpy } from "../src/trace/numpy/npy.ts";
import { readNpz } from "../src/trace/numpy/npz.ts";
import { verifyLayer } from "../src/training/verify.ts";
import { weightGradient } from "../src/training/weight-gradient.ts";
import { convolution } from "../src/workload/layer.ts";
import { float32, int64, npyFile, zipFile } from "./npz-file.ts";
import { pythonWith } from "./python.ts";

const recorded = fileURLToPath(new URL("data/numpy/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swg-numpy-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { python, reason } = pythonWith("numpy");
if (reason) console.warn(`${reason}: only recorded .npz files are read`);

/** What NumPy wrote, with the answers that it worked out itself. */
function holdsToNumpy(from: string): void {
  const [step] = openTraceFile(join(from, "step.npz")).steps;
  expect(step.labels).toEqual({ network: "step", dataset: "unknown", step: 0, batch: 2 });
  expect(step.layers.map(({ name, type, N, C, K, P, R }) => [name, type, N, C, K, P, R])).toEqual([
    ["conv1", "conv2d", 2, 3, 4, 4, 3],
    ["fc", "linear", 2, 16, 10, 1, 1],
  ]);
  const { steps } = openTraceFile(join(from, "mixed.npz"));
  expect(steps.map(({ labels }) => [labels.step, labels.optimizerStep])).toEqual([
    [0, 1],
    [100, 101],
  ]);
  for (const step of steps) {
    expect(step.layers.map(({ name, type, N, C, W, K, S }) => [name, type, N, C, W, K, S])).toEqual([
      ["wave", "conv2d", 2, 6, 12, 4, 3],
      ["tokens", "linear", 10, 7, 1, 6, 1],
      ["conv", "conv2d", 2, 6, 8, 3, 2],
    ]);
    expect(step.contents("wave")).toEqual({ fmap: "F64", emap: "F16", mask: false, weightGradient: "F32" });
    expect(step.contents("conv")).toEqual({ fmap: "bits", emap: "bits", mask: false });
    // a big-endian fmap in Fortran order, an emap in half precision: their gradient is the one that NumPy summed
    for (const name of ["wave", "tokens"]) {
      const trace = step.read(name);
      expect(verifyLayer(trace, weightGradient(trace))).toMatchObject({ ok: true, error: 0 });
    }
    const ones = step.occupancy("conv").fmap.reduce((sum, flag) => sum + flag, 0);
    expect(ones).toBeGreaterThan(0.3 * 2 * 6 * 9 * 8);
  }
}

describe("is what NumPy writes read as it was meant?", () => {
  it("recorded files", () => holdsToNumpy(recorded));

  it.skipIf(!python)("files that it writes now", () => {
    execFileSync(python!, [join(recorded, "record.py"), folder]);
    holdsToNumpy(folder);
  });

  it("the lines of docs/traces.md are those that wrote them", () => {
    const readme = readFileSync(new URL("../docs/traces.md", import.meta.url), "utf8");
    const [, lines] = /```python\nimport numpy as np\n(np\.savez.*?)```/s.exec(readme) ?? [];
    expect(readFileSync(join(recorded, "record.py"), "utf8")).toContain(lines);
  });

  it.skipIf(!python)("and NumPy reads what is written here", () => {
    const { steps } = openTraceFile(join(recorded, "mixed.npz"));
    const path = join(folder, "again.npz");
    writeFileSync(path, Buffer.concat([...encodeNpz(path, steps)]));
    const script = `import numpy as np, json
z = np.load(${JSON.stringify(path)})
print(json.dumps({k: [str(z[k].dtype), list(z[k].shape), float(z[k].sum()) if z[k].dtype.kind in "fib" else str(z[k])] for k in z.files}))`;
    const found = JSON.parse(execFileSync(python!, ["-c", script], { encoding: "utf8" }));
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    expect(found.network).toEqual(["<U5", [], "mixed"]);
    const wave = steps[1].read("wave");
    expect(found["100/wave.fmap"]).toEqual(["float64", [2, 6, 1, 12], sum(wave.fmap)]);
    expect(found["100/wave.emap"]).toEqual(["float16", [2, 4, 1, 12], sum(wave.emap)]);
    expect(found["0/conv.fmap"]).toEqual(["bool", [2, 6, 9, 8], sum(steps[0].occupancy("conv").fmap)]);
    expect(found["0/tokens.fmap"][1]).toEqual([10, 7]);
  });
});

describe("does a trace come back as it was?", () => {
  const { steps } = openTraceFile(join(recorded, "mixed.npz"));
  const same = (found: typeof steps) => {
    expect(found.map(({ labels, layers }) => ({ labels, layers }))).toEqual(
      steps.map(({ labels, layers }) => ({ labels, layers })),
    );
    for (const [i, step] of found.entries())
      for (const { name } of step.layers) {
        expect(step.contents(name)).toEqual(steps[i].contents(name));
        expect(step.occupancy(name)).toEqual(steps[i].occupancy(name));
        if (name !== "conv") expect(step.read(name)).toEqual(steps[i].read(name));
      }
  };

  it("through a .npz, twice with the same bytes", () => {
    const bytes = Buffer.concat([...encodeNpz("x", steps)]);
    same([...readNpz(arraySource("x", bytes)).steps]);
    expect(Buffer.concat([...encodeNpz("x", steps)]).equals(bytes)).toBe(true);
  });

  it("through safetensors", () => {
    const path = join(folder, "x.safetensors");
    writeTraceFile(path, steps);
    same([...openTraceFile(path).steps]);
  });

  it("every corner of a convolution, and names in the order of the trace", () => {
    const layer = convolution({
      name: "z.0#1",
      N: 1,
      C: 4,
      H: 5,
      W: 6,
      K: 2,
      R: 2,
      S: 3,
      groups: 2,
      stride: [1, 2],
      padding: [0, 1, 1, 0],
      dilation: [2, 1],
    });
    const ramp = (length: number) => Float32Array.from({ length }, (_, i) => (i % 5) - 2);
    const maps = { fmap: ramp(4 * 30), emap: ramp(2 * layer.P * layer.Q) };
    const labels = { network: "ñ 😀", dataset: "d", step: 7, batch: 3 };
    const other = { layer: { ...layer, name: "a" }, ...maps, mask: new Uint8Array(24).fill(1) };
    const trace = memoryTrace("x", labels, [{ layer, ...maps }, other]);
    const [found] = readNpz(arraySource("x", Buffer.concat([...encodeNpz("x", [trace])]))).steps;
    expect(found.labels).toEqual(labels);
    expect(found.layers).toEqual(trace.layers);
    expect(found.read("a")).toEqual(other);
    expect(found.read("z.0#1")).toEqual({ layer, ...maps });
  });

  it("steps whose layers differ, each with its own strides", () => {
    const shape = { name: "c", N: 1, C: 1, H: 4, W: 4, K: 1, R: 1, S: 1, groups: 1 };
    const steps = [1, 2].map((stride) => {
      const [padding, dilation] = [[0, 0, 0, 0] as const, [1, 1] as const];
      const layer = convolution({ ...shape, stride: [stride, 1], padding, dilation });
      const maps = { fmap: new Float32Array(16), emap: new Float32Array(layer.P * layer.Q) };
      return memoryTrace("x", { network: "n", dataset: "d", step: stride, batch: 1 }, [{ layer, ...maps }]);
    });
    const found = readNpz(arraySource("x", Buffer.concat([...encodeNpz("x", steps)]))).steps;
    expect(found.map(({ layers }) => layers)).toEqual(steps.map(({ layers }) => layers));
  });

  it("a layer whose name no file can have is refused", () => {
    const [step] = steps;
    const renamed = { ...step, layers: step.layers.map((layer) => ({ ...layer, name: "a/../b" })) };
    expect(() => [...encodeNpz("x", [renamed])]).toThrow('x: layer "a/../b": name must not hold a backslash');
  });
});

describe("is a folder of .npy a trace?", () => {
  it("in the order of numbers, other files ignored", () => {
    const path = join(folder, "arrays");
    mkdirSync(path);
    const map = npyFile("<f4", [1, 2], float32(1, 0));
    for (const name of ["fc10", "fc9"])
      for (const role of ["fmap", "emap"]) writeFileSync(join(path, `${name}.${role}.npy`), map);
    writeFileSync(join(path, "notes.txt"), "none");
    mkdirSync(join(path, "pictures"));
    const { steps } = openTraceFile(path);
    expect(steps[0].layers.map(({ name }) => name)).toEqual(["fc9", "fc10"]);
    expect(steps[0].labels.network).toBe("arrays");
    expect(steps[0].read("fc9").fmap).toEqual(Float32Array.of(1, 0));
  });

  it("of several steps: a folder for each, masks and strides for all of them beside", () => {
    const path = join(folder, "run");
    const map = npyFile("<f4", [1, 1, 1, 4], float32(1, 0, 2, 0));
    for (const step of ["10", "9"]) {
      mkdirSync(join(path, step), { recursive: true });
      writeFileSync(join(path, step, "c.fmap.npy"), map);
      writeFileSync(join(path, step, "c.emap.npy"), npyFile("<f4", [1, 1, 1, 2], float32(1, 0)));
    }
    writeFileSync(join(path, "c.mask.npy"), npyFile("|b1", [1, 1, 1, 1], [1]));
    writeFileSync(join(path, "c.stride.npy"), npyFile("<i8", [2], int64(1n, 2n)));
    const { steps } = openTraceFile(path);
    expect(steps.map(({ labels }) => labels.step)).toEqual([9, 10]);
    expect(steps[0].layers[0].stride).toEqual([1, 2]);
    expect(steps[1].read("c").mask).toEqual(Uint8Array.of(1));
  });
});

describe("is an array read in whatever order it lies?", () => {
  const layouts: [string, Uint8Array][] = [
    [
      "Fortran's",
      npyFile("", [], float32(0, 3, 1, 4, 2, 5), {
        header: "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
      }),
    ],
    ["big-endian", npyFile(">f4", [2, 3], float32(5, 4, 3, 2, 1, 0).reverse())],
    ["version 2", npyFile("<f4", [2, 3], float32(0, 1, 2, 3, 4, 5), { version: 2 })],
    [
      "keys in another order",
      npyFile("", [], float32(0, 1, 2, 3, 4, 5), {
        header: '{"shape": (2L, 3L), "descr": "<f4", "fortran_order": False}',
      }),
    ],
  ];
  it.each(layouts)("%s", (_, bytes) => {
    const array = openNpy("x", arraySource("x", bytes));
    expect(array.shape).toEqual([2, 3]);
    expect(new Float32Array(npyBytes(array).buffer)).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  });
});

describe("is one layer of a .npz read without the others?", () => {
  it("stored or deflated, bytes of another layer are left alone", () => {
    const map = npyFile("<f4", [50_000, 1], float32(...new Array(50_000).fill(0.5)));
    const members = ["a.fmap", "a.emap", "b.fmap", "b.emap"].map((name) => ({
      name: `${name}.npy`,
      bytes: map,
    }));
    for (const deflate of [false, true]) {
      const whole = arraySource("x", zipFile(members.map((member) => ({ ...member, deflate }))));
      let bytes = 0;
      const counted = {
        ...whole,
        read(offset: number, length: number) {
          bytes += length;
          return whole.read(offset, length);
        },
      };
      const [step] = readNpz(counted).steps;
      bytes = 0;
      expect(step.read("b").fmap[49_999]).toBe(0.5);
      expect(bytes).toBeLessThan(0.6 * whole.size);
    }
  });
});
