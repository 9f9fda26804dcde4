import { describe, expect, it } from "vitest";
import { type Claim, holds, isNear } from "./claim.ts";
import { judge } from "./claim-table.ts";
import { claims } from "./claims.ts";
import { published, publishedResults } from "./published-results.ts";
import { quickly } from "./quick.ts";

const speedup = published("SWG", "speedup over TrainWare");

describe("what does a quick look run?", () => {
  it("one image, and where SWG is in it the middle convolution of each network", () => {
    const [{ runs }] = quickly(claims.find(({ id }) => id === "swg-speedup")!).cases;
    expect(runs.map(({ network, batch, layers }) => [network, batch, layers])).toEqual([
      ["alexnet", 1, ["features.6"]],
      ["vgg16", 1, ["features.14"]],
      ["resnet18", 1, [expect.stringContaining("conv")]],
    ]);
  });
});

describe("when is a status true?", () => {
  const cases = [
    { name: "other", runs: [], measure: () => 0 },
    { name: "judged", runs: [], measure: () => 0 },
  ];
  const common = { id: "x", published: speedup, why: "", take: "", cases };
  const claim = (status: "reproduced" | "known gap" | "identity", judged = ["judged"]): Claim => ({
    ...common,
    status,
    judged,
    within: 0.1,
  });

  it("reproduced: the judged case is near; a known gap: it is not", () => {
    expect(holds(claim("reproduced"), [0, 12.23 * 1.09])).toBe(true);
    expect(holds(claim("reproduced"), [12.23, 12.23 * 1.11])).toBe(false);
    expect(holds(claim("known gap"), [12.23, 12.23 * 1.11])).toBe(true);
    expect(judge(claim("known gap"), [0, 12.23]).holds).toBe(false);
    expect(holds(claim("identity"), [0, 12.23])).toBe(true);
    expect(holds(claim("identity"), [0, 10])).toBe(false);
  });

  it("reproduced: all judged cases are near; a gap: one is not", () => {
    expect(holds(claim("reproduced", ["other", "judged"]), [12, 12.5])).toBe(true);
    expect(holds(claim("reproduced", ["other", "judged"]), [12, 14])).toBe(false);
    expect(holds(claim("known gap", ["other", "judged"]), [12, 14])).toBe(true);
  });

  it("too much is as far as too little", () => {
    expect(isNear(12.23 * 0.89, speedup, 0.1)).toBe(false);
    expect(isNear(12.23 * 1.11, speedup, 0.1)).toBe(false);
    expect(isNear(12.23 * 0.91, speedup, 0.1)).toBe(true);
  });

  it("a published range is met from its one end to the other", () => {
    const zeros = published("LNPU", "input zeros seen in training");
    for (const share of [0.37, 0.5, 0.61]) expect(isNear(share, zeros, 0), `${share}`).toBe(true);
    for (const share of [0.36, 0.62]) expect(isNear(share, zeros, 0), `${share}`).toBe(false);
  });

  it("no figure holds nothing", () => expect(holds(claim("known gap"), [0, Number.NaN])).toBe(false));

  it("what cannot be judged is never wrong", () => {
    expect(holds({ ...common, status: "cannot be judged" }, [])).toBe(true);
  });
});

describe("are the claims whole?", () => {
  it("each has its own id, and a judged case among its cases", () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    for (const claim of claims)
      if ("judged" in claim)
        expect(claim.cases.map(({ name }) => name)).toEqual(expect.arrayContaining([...claim.judged]));
  });

  it("every published result is judged, or it is said why not, but for what models are calibrated on", () => {
    const spokenOf = new Set(claims.map((claim) => claim.published));
    const silent = publishedResults.filter((result) => !spokenOf.has(result));
    expect(new Set(silent.map(({ system }) => system))).toEqual(new Set(["LNPU"]));
  });
});
