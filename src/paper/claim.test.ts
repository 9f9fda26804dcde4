import { describe, expect, it } from "vitest";
import { type Claim, holds, isNear } from "./claim.ts";
import { judge } from "./claim-table.ts";
import { claims } from "./claims.ts";
import { published, publishedResults } from "./published-results.ts";

const speedup = published("SWG", "speedup over TrainWare");

describe("when is a status true?", () => {
  const cases = [
    { name: "other", runs: [], measure: () => 0 },
    { name: "judged", runs: [], measure: () => 0 },
  ];
  const common = { id: "x", published: speedup, why: "", cases, judged: "judged" };
  const claim = (status: "reproduced" | "known gap"): Claim => ({
    ...common,
    status,
    tolerance: { within: 0.1 },
  });

  it("reproduced: the judged case is near; a known gap: it is not", () => {
    expect(holds(claim("reproduced"), [0, 12.23 * 1.09])).toBe(true);
    expect(holds(claim("reproduced"), [12.23, 12.23 * 1.11])).toBe(false);
    expect(holds(claim("known gap"), [12.23, 12.23 * 1.11])).toBe(true);
    expect(judge(claim("known gap"), [0, 12.23]).holds).toBe(false);
  });

  it("a figure to reach is reached by more", () => {
    expect(isNear(12.22, speedup, { atLeast: true })).toBe(false);
    expect(isNear(100, speedup, { atLeast: true })).toBe(true);
  });

  it("what cannot be judged is never wrong", () => {
    expect(holds({ ...common, status: "cannot be judged" }, [])).toBe(true);
  });
});

describe("are the claims whole?", () => {
  it("each has its own id, and a judged case among its cases", () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    for (const claim of claims)
      if ("judged" in claim) expect(claim.cases.map(({ name }) => name)).toContain(claim.judged);
  });

  it("every published result is judged, or it is said why not, but for what models are calibrated on", () => {
    const spokenOf = new Set(claims.map((claim) => claim.published));
    const silent = publishedResults.filter((result) => !spokenOf.has(result));
    expect(new Set(silent.map(({ system }) => system))).toEqual(new Set(["LNPU"]));
  });
});
