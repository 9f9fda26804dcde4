import { describe, expect, it } from "vitest";
import { logicPoints } from "../hardware/logic/logic-blocks.ts";
import { wayPoints } from "../hardware/logic/longest-ways.ts";
import { registerFilePoints } from "../hardware/logic/register-file.ts";
import { synthesisedPoint, synthesisedWay } from "./logic-points.ts";
import { synthesisedRegisterFile } from "./register-file-points.ts";

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

  const smallFiles = registerFilePoints.filter(({ words, width, reads }) => words * width * reads <= 256);
  it("some small memories of flip-flops are there", () => expect(smallFiles.length).toBeGreaterThan(2));

  it.each(smallFiles)("a memory of flip-flops: %j", async (point) => {
    expect(await synthesisedRegisterFile(point)).toEqual(point);
  });

  const smallWays = wayPoints.filter(({ machine }) => Object.values(machine).join() === "1,2");
  it("the longest way of the smallest array is there", () => expect(smallWays).toHaveLength(1));

  it.each(smallWays)("the longest way of $machine", async (point) => {
    expect(await synthesisedWay(point)).toEqual(point);
  });
});
