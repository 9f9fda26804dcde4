import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

describe("what does swg claims print?", () => {
  it("a claim, its figure, and its status; a terminal, which workload is simulated, in one line that is taken back", async () => {
    const { code, out, err } = await swg("claims --threads 1 --only wg-share,sparsetrain-energy", true);
    expect(code).toBe(0);
    expect(err).toMatch(/\[[\d.]+ %\] workload 1 of 3, alexnet, /);
    expect(err).toContain("workload 3 of 3, resnet18, ");
    expect(err).not.toContain("\n");
    expect(out).toMatch(/SWG: WG share of training +0\.333 fraction +dense MACs +0\.3\d+ +identity/);
    expect(out).toContain("cannot be judged");
  });

  it("the same as JSON, with the runs behind each figure", async () => {
    const { out, err } = await swg("claims --threads 1 --only wg-share --format json");
    expect(err).toBe("");
    const [claim] = JSON.parse(out);
    expect(claim).toMatchObject({ id: "wg-share", status: "identity", holds: true });
    expect(claim.cases[0].measured).toBeCloseTo(1 / 3, 1);
    expect(claim.cases[0].runs.map(({ network }: { network: string }) => network)).toEqual([
      "alexnet",
      "vgg16",
      "resnet18",
    ]);
  });

  it("quickly: one image, and where dense machines run alone all of a network; nothing is judged", async () => {
    const [share] = JSON.parse((await swg("claims --quick --threads 1 --only wg-share --format json")).out);
    expect(share).toMatchObject({ status: "cannot be judged", holds: true });
    expect(share.cases[0].runs[0]).toMatchObject({ network: "alexnet", batch: 1 });
    expect(share.cases[0].runs[0].layers).toBeUndefined();
    expect(share.cases[0].measured).toBeCloseTo(1 / 3, 1);
  });

  it("one line for a claim or a format that there is not", async () => {
    const wrong = await swg("claims --only nothing");
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/^error: [^\n]*swg-speedup[^\n]*\n$/)]);
    expect((await swg("claims --format xml")).err).toMatch(
      /^error: unknown format "xml"; known: table, json\n$/,
    );
  });
});
