import { describe, expect, it } from "vitest";
import { logicPoints } from "../hardware/logic/logic-blocks.ts";
import { registerFilePoints } from "../hardware/logic/register-file.ts";
import { synthesisedPoint } from "./logic-points.ts";
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
});
