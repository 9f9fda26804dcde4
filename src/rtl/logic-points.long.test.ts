import { describe, expect, it } from "vitest";
import { logicPoints } from "../hardware/logic/logic-blocks.ts";
import { synthesisedPoint } from "./logic-points.ts";

const small = logicPoints.filter(
  ({ block, machine }) =>
    (block === "multiplier" && machine.format === "bf16") ||
    (block === "balancer" && machine.clusterSize === 4),
);

describe("do the committed gate equivalents follow from the design? If not: npm run logic:points", () => {
  it("two small ones are there", () => expect(small).toHaveLength(2));

  it.each(small)("$block of $machine", async (point) => {
    expect(await synthesisedPoint(point)).toEqual(point);
  });
});
