import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { damagedSteps } from "./damaged-traces.ts";
import { mostMib, mostSeconds, swgMeasured } from "./run-limited.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-damaged-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("does a damaged trace cost more than a line?", () => {
  it.each(damagedSteps)("%s: exit 1, little work and memory, and nothing written", (_, bytes, message) => {
    const path = join(folder, "damaged.safetensors");
    writeFileSync(path, bytes);
    const { code, out, err, seconds, peakMib } = swgMeasured(["run", "--trace", path, "--format", "json"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: [^\n]+\n$/);
    expect(err).toContain(message);
    expect(seconds).toBeLessThan(mostSeconds);
    expect(peakMib).toBeLessThan(mostMib);
    expect(readdirSync(folder)).toEqual(["damaged.safetensors"]);
  });
});
