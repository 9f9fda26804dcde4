import { describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { startSwg } from "../../test/start-swg.ts";

describe("does a report that takes long depend on the number of threads?", () => {
  it.each([
    ["of a trace, with the ablation", `run --trace ${tinyTrace} --layers conv4,fc --ablation`, 3],
    ["by the reference", `run --trace ${tinyTrace} --layers conv4,fc --engine reference`, 2],
  ])("%s, no", async (_, line, threads) => {
    const plain = await swg(`${line} --format json --threads 1`);
    expect(plain).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(plain.out).layers).toHaveLength(2);
    expect(await startSwg(`${line} --format json --threads ${threads}`).ended).toEqual(plain);
  });
});
