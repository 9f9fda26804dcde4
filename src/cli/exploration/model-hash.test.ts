import { relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { modelFiles } from "./model-hash.ts";

describe("which files decide a point's numbers?", () => {
  const files = modelFiles().map((path) => path.split(`${sep}src${sep}`).at(-1)!.split(sep).join("/"));

  it.each([
    "accelerators/swg.ts",
    "accelerators/dense.ts",
    "energy/prices.ts",
    "energy/nodes/index.ts",
    "hardware/mapper/choose-mapping.ts",
    "kernel/engine-bytes.ts",
    "kernel/wasm.ts",
    "parameter.ts",
    "report/bound.ts",
    "trace/numpy/npz.ts",
    "trace/onnx/network.ts",
    "workload/networks/vgg8.ts",
  ])("%s does", (path) => expect(files).toContain(path));

  it("texts, figures and commands do not", () => {
    expect(files.filter((path) => /^(report\/(text|figures)|cli\/run|rtl|paper)/.test(path))).toEqual([]);
    expect(relative(".", files[0])).not.toContain("..");
  });
});
