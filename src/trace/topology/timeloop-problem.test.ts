import { describe, expect, it } from "vitest";
import { denseMacs } from "../../workload/layer.ts";
import { networks } from "../../workload/networks/index.ts";
import { timeloopProblem } from "./timeloop-problem.ts";

const sizes = (text: string) =>
  new Map([...text.matchAll(/^ {4}([A-Z]\w*): (\d+)$/gm)].map(([, name, size]) => [name, Number(size)]));

describe("is a layer as Timeloop's problem the same layer?", () => {
  it("AlexNet's first one has the sizes of timeloop-accelergy-exercises, layer_shapes/alexnet/0.yaml", () => {
    const [layer] = networks.alexnet.layers(1);
    const text = timeloopProblem(layer, "ff");
    // there: instance: {C: 3, M: 64, P: 55, Q: 55, R: 11, S: 11, HStride: 4, WStride: 4}
    expect([...sizes(text)].map((entry) => entry.join(": ")).join(", ")).toBe(
      "C: 3, M: 64, R: 11, S: 11, N: 1, P: 55, Q: 55, Hstride: 4, Wstride: 4, Hdilation: 1, Wdilation: 1",
    );
    expect(text).toMatch(/- name: Outputs\n {6}projection:\n( {6}- .*\n){4} {6}read_write: true\n$/);
  });

  it("the product of its dimensions are the dense MACs, groups too", () => {
    for (const layer of networks.mobilenetv2.layers(2)) {
      const all = sizes(timeloopProblem(layer, "wg"));
      const product = ["C", "M", "R", "S", "N", "P", "Q", "G"].reduce(
        (sum, name) => sum * (all.get(name) ?? 1),
        1,
      );
      expect(product).toBe(denseMacs(layer));
    }
  });

  it("each phase writes its own result, and has densities of its operands, of masked gradients too", () => {
    const [layer] = networks.vgg8.layers(1);
    const densities = { fmap: 0.5, emap: 0.25, mask: 1 };
    const text = timeloopProblem(layer, "wg", densities);
    expect(text).toContain("- name: Weights\n      projection:\n      - [[C]]");
    expect(text.match(/read_write/g)).toHaveLength(1);
    expect(text).toMatch(/- \[\[S\]\]\n {6}read_write: true\n {4}- name: Inputs/);
    expect(text).not.toContain("Weights: {");
    expect(text).toContain("      Inputs: {distribution: hypergeometric, density: 0.5}\n");
    expect(timeloopProblem(layer, "wg", { ...densities, mask: 0.4 })).toContain("Weights: {");
    expect(timeloopProblem(layer, "bp", densities)).toMatch(
      /Wstride\]\]\n {6}read_write: true\n {4}- name: Out/,
    );
  });
});
