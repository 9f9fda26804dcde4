import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-written-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("where does a training say what it wrote?", () => {
  it("on stderr, where no answer is", async () => {
    const { code, out, err } = await swg(`train --epochs 1 --out ${folder}`);
    expect(code).toBe(0);
    expect(out).not.toContain("wrote ");
    expect(err).toMatch(/^(wrote [^\n]+\n){2}$/);
  });
});
