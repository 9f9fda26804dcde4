import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { writePartialTrace } from "../../test/partial-trace.ts";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import type { StepInfo } from "../report/trace-info.ts";
import { openTrace } from "../trace/file.ts";

const onnx = (name: string) => fileURLToPath(new URL(`../../test/data/onnx/${name}.onnx`, import.meta.url));

describe("does swg info say what a trace holds?", () => {
  it("densities and channels as they are counted one by one", async () => {
    const { code, out } = await swg(`info ${tinyTrace} --format json`);
    expect(code).toBe(0);
    const { steps, bytes } = JSON.parse(out) as { steps: StepInfo[]; bytes: number };
    expect(bytes).toBe(152_880);
    expect(steps).toHaveLength(1);
    const trace = openTrace(tinyTrace);
    for (const { layer, emap } of steps[0].layers) {
      const values = trace.read(layer.name).emap;
      const densities = Array.from({ length: layer.K }, (_, k) => {
        let ones = 0;
        for (let n = 0; n < layer.N; n++)
          for (let at = 0; at < layer.P * layer.Q; at++)
            if (values[(n * layer.K + k) * layer.P * layer.Q + at] !== 0) ones++;
        return ones / (layer.N * layer.P * layer.Q);
      });
      expect(emap.channels).toBe(layer.K);
      expect(emap.highest).toBeCloseTo(Math.max(...densities), 12);
      expect(emap.lowest).toBeCloseTo(Math.min(...densities), 12);
      const tenths = densities.map((density) => Math.min(9, Math.floor(10 * density)));
      expect(emap.histogram).toEqual(
        Array.from({ length: 10 }, (_, i) => tenths.filter((t) => t === i).length),
      );
      expect(emap.density).toBeCloseTo(densities.reduce((a, b) => a + b) / layer.K, 12);
    }
  });

  it("as a table with a picture", async () => {
    const { out } = await swg(`info ${tinyTrace}`);
    expect(out).toContain("152,880 bytes, 1 step");
    expect(out).toMatch(
      /conv3 {2}fmap +14\.9 % +16 +0\.0 % +52\.0 % {2}▆▆ \.\. ▂▂ ▁▁ ▂▂ ▁▁ \.\. \.\. \.\. \.\.\n/,
    );
    expect(out).toMatch(/ {7}mask +40\.0 % +32 /);
  });
});

describe("does swg info say what a trace does not hold?", () => {
  const folder = mkdtempSync(join(tmpdir(), "swg-info-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("as a table and as JSON", async () => {
    const path = writePartialTrace(join(folder, "partial.safetensors"));
    const { out } = await swg(`info ${path}`);
    expect(out).toMatch(
      /\n\nLeft out: 2 of 4 operators with weights \(50\.0 %\);[^:]*\nleft out: 2 MyConv: /,
    );
    const { steps } = JSON.parse((await swg(`info ${path} --format json`)).out);
    expect(steps[0].coverage).toMatchObject({ operatorsWithWeights: 4, leftOutWithWeights: 2 });
    expect((await swg(`info ${tinyTrace}`)).out).not.toContain("eft out");
  });
});

describe("does swg info say which layers an ONNX file has?", () => {
  it("layers, MACs, parameters and what is left out", async () => {
    const { code, out } = await swg(`info ${onnx("gpt")} --dimension tokens=12 --batch 2`);
    expect(code).toBe(0);
    expect(out).toMatch(/: 9 layers, 2,144 parameters in the file\n/);
    expect(out).toMatch(/\ntotal +1,696 +40,704\n/);
    expect(out).toContain("Left out: 2 of 11 operators with weights (18.2 %);");
    expect(out).toMatch(
      /left out: 2 Gather: an embedding, whose gradient has no multiplications\n {2}with weights: \S+, \S+\n/,
    );
  });

  it("as JSON", async () => {
    const { out } = await swg(`info ${onnx("resnet18")} --format json`);
    const { layers, coverage } = JSON.parse(out);
    expect([layers.length, coverage]).toEqual([
      21,
      {
        layers: 21,
        notAskedFor: [],
        operatorsWithWeights: 21,
        leftOutWithWeights: 0,
        leftOut: [],
        notes: [expect.stringMatching(/^Axis 0 of input "\S+" holds the images \(.*\); 1 image is taken/)],
      },
    ]);
  });
});

describe("does an ONNX file run?", () => {
  it("as the network that it was exported from, and says how many images it takes", async () => {
    const run = "--batch 2 --layers layer4.1.conv2 --accelerators dense,trainware --format json";
    const [exported, known] = [
      await swg(`run --network ${onnx("resnet18")} ${run}`),
      await swg(`run --network resnet18 ${run}`),
    ];
    expect(JSON.parse(exported.out).layers).toEqual(JSON.parse(known.out).layers);
    expect(JSON.parse(exported.out).trace.network).toBe("resnet18.onnx");
    const language = await swg(
      `run --network ${onnx("gpt")} --dimension tokens=12 --batch 2 --accelerators dense`,
    );
    expect([language.code, language.err]).toEqual([0, ""]);
    expect(language.out.replaceAll("\n", " ")).toContain(
      "left out: 2 Gather: an embedding, whose gradient has no multiplications   with weights: ",
    );
  });
});
