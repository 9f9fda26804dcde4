import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

describe("what does swg claims print?", () => {
  it("quickly, for SWG: one convolution of each network; nothing is judged", async () => {
    const line = "claims --quick --threads 1 --only swg-speedup --format json";
    const [speedup] = JSON.parse((await swg(line)).out);
    expect(speedup).toMatchObject({ status: "cannot be judged", holds: true });
    const [alexnet, vgg16] = speedup.cases[0].runs;
    expect(alexnet).toMatchObject({ network: "alexnet", batch: 1, layers: ["features.6"] });
    expect(vgg16.layers).toEqual(["features.14"]);
    expect(speedup.cases[0].measured).toBeGreaterThan(1);
  });
});
