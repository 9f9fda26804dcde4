import { describe, expect, it } from "vitest";
import { registerFilePoints } from "../hardware/logic/register-file.ts";
import { synthesisedRegisterFile } from "./register-file-points.ts";

describe("do the committed gate equivalents follow from the design? If not: npm run logic:registers", () => {
  const small = registerFilePoints.filter(({ words, width, reads }) => words * width * reads <= 256);
  it("some small memories of flip-flops are there", () => expect(small.length).toBeGreaterThan(2));

  it.each(small)("a memory of flip-flops: %j", async (point) => {
    expect(await synthesisedRegisterFile(point)).toEqual(point);
  });
});
