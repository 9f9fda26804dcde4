import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

const tiny =
  "columns=1 rows=2 clusterSize=2 vectorBits=8 vectorTaps=1 roundKs=1 accumulators=4 format=int8 fmapBufferBytes=32 emapBufferBytes=48 peFmapBytes=1 columnEmapBytes=1 columnDrainSums=1";
const small = tiny.replace(/\S+/g, "--set swg.$&");

describe("what does swg rtl --synth say?", () => {
  it("what the machine costs, by module and by purpose", async () => {
    const { out, err, code } = await swg(`rtl --synth ${small} --format json`);
    expect(code).toBe(0);
    expect(err).toContain("synthesis: hierarchy of swg ...\n");
    const { schemaVersion, modules, parts, total } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    const instances = (name: string) => modules.find((m: { name: string }) => m.name === name).instances;
    expect(["swg", "column", "processing_element", "multiplier"].map(instances)).toEqual([1, 1, 2, 2]);
    // every module serves a purpose
    const sum = parts.reduce(
      (all: number, part: Record<string, number>) =>
        all + part.logicGateEquivalents + part.flipFlopGateEquivalents,
      0,
    );
    expect(sum).toBeCloseTo(total.gateEquivalents, 3);
    expect(parts.map(({ purpose }: { purpose: string }) => purpose).slice(0, 3)).toEqual([
      "valid-data traces",
      "balancers",
      "MACs",
    ]);
  }, 60_000);
});
