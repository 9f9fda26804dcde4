import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { arraySource } from "../src/trace/byte-source.ts";
import { readReport } from "../web/worker/read-report.ts";
import { swg, tinyTrace } from "./run-swg.ts";

const ajv = new Ajv({ allowUnionTypes: true });
const validatorOf = (name: string) =>
  ajv.compile(JSON.parse(readFileSync(new URL(`../schemas/${name}.json`, import.meta.url), "utf8")));
const report = validatorOf("report");
const steps = validatorOf("steps");
const sweep = validatorOf("sweep");
const exploration = validatorOf("exploration");
const cost = validatorOf("cost");

async function jsonOf(line: string) {
  const { code, out, err } = await swg(`${line} --format json`);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

const tiny = `--trace ${tinyTrace} --layers conv2,conv3`;

describe("is what programs are given what its schema says?", () => {
  it.each([
    ["a run", `run ${tiny}`],
    [
      "every machine, in all phases, with LNPU's efficiency",
      `run ${tiny} --accelerators all --phases ff,bp,wg`,
    ],
    ["an ablation", `run --trace ${tinyTrace} --layers conv1 --accelerators swg,dense --ablation`],
    ["why it is not faster", `run ${tiny} --accelerators swg --why`],
    ["equal area", `run ${tiny} --accelerators swg,sparsetrain --equal-area`],
    ["another node and DRAM, and changed parameters", `run ${tiny} --node 28 --dram hbm2 --set swg.chunks=2`],
    ["a network from ONNX", "run --network test/data/onnx/resnet18.onnx --batch 1 --layers fc"],
  ])("%s", async (_, line) => {
    const printed = await jsonOf(line);
    expect([report(printed), report.errors]).toEqual([true, null]);
    // the explorer takes it too
    const file = arraySource("report.json", new TextEncoder().encode(JSON.stringify(printed)));
    expect(readReport(file)).toEqual(printed);
  });

  it("a sweep over a number, and over networks", async () => {
    for (const line of [
      `sweep swg.chunks=2,3 ${tiny}`,
      "sweep network=vgg8,resnet20 --batch 1 --accelerators dense",
    ])
      expect([sweep(await jsonOf(line)), sweep.errors]).toEqual([true, null]);
  });

  it("a search, with points that are impossible, left out and skipped", async () => {
    const axes = "sweep swg.columns=2,16 swg.globalBufferKib=1,80";
    for (const line of [
      `${axes} ${tiny} --accelerators swg,dense --equal-area --where cycles>1`,
      `${axes} ${tiny} --accelerators swg --objectives cycles,areaMm2 --skip-dominated`,
      `${axes} ${tiny} --accelerators swg --samples 2`,
      `${axes} ${tiny} --accelerators swg --samples 4 --search nsga2`,
    ])
      expect([exploration(await jsonOf(line)), exploration.errors]).toEqual([true, null]);
  });

  it("several steps of a training", async () => {
    const line = "run --trace test/data/recorded/f32.safetensors --accelerators swg";
    expect([steps(await jsonOf(line)), steps.errors]).toEqual([true, null]);
  });

  it("the cost of a training", async () => {
    const line =
      "cost --trace test/data/recorded/f32.safetensors --epochs 3 --images 10 --accelerators swg,lnpu-swg";
    expect([cost(await jsonOf(line)), cost.errors]).toEqual([true, null]);
  });
});

describe("does a schema refuse what is something else?", () => {
  /** What the schema says of a report that has other values at the top, and other ones for its first layer. */
  async function errorsOf(changes: object, ofFirstLayer: object = {}) {
    const document = await jsonOf(`run ${tiny} --accelerators swg`);
    const [first, ...others] = document.layers;
    report({ ...document, layers: [{ ...first, ...ofFirstLayer }, ...others], ...changes });
    return report.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  it.each([
    ["another version", { schemaVersion: 2 }, {}, "/schemaVersion must be equal to constant"],
    ["a key that is missing", { engine: undefined }, {}, " must have required property 'engine'"],
    ["a stray key", { engines: "fast" }, {}, " must NOT have additional properties"],
    ["a number that is none", {}, { validMacs: "1" }, "/layers/0/validMacs must be number"],
    [
      "a word that is none of those",
      {},
      { boundBy: "luck" },
      "/layers/0/boundBy must be equal to one of the allowed values",
    ],
  ])("%s", async (_, changes, ofFirstLayer, error) => {
    expect(await errorsOf(changes, ofFirstLayer)).toEqual([error]);
  });

  it("and one step instead of several", async () => {
    expect(steps(await jsonOf(`run ${tiny} --accelerators swg`))).toBe(false);
  });
});
