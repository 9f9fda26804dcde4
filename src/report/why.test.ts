import { describe, expect, it } from "vitest";
import { reportOf } from "../../test/made-up-report.ts";
import { tinyTrace } from "../../test/run-swg.ts";
import { select } from "../accelerators/machine.ts";
import { fast } from "../kernel/wasm.ts";
import { openTrace } from "../trace/file.ts";
import { limits } from "./lifted-limits.ts";
import { runTrace } from "./run-trace.ts";
import { whyNotFaster, whyRun, whySentences } from "./why.ts";

describe("does a report say why its machine is not faster?", () => {
  const trace = openTrace(tinyTrace);
  const machines = [select("swg"), select("dense")];
  const report = runTrace(trace, machines, fast);
  const answered = whyNotFaster(report, trace, machines, fast);
  const why = answered.why!;

  it("of the layer with the most cycles beyond its bound", () => {
    const beyond = report.layers.map(({ name, boundCycles, results }) => ({
      name,
      cycles: results.swg.cycles - boundCycles,
    }));
    const worst = beyond.reduce((a, b) => (b.cycles > a.cycles ? b : a));
    expect(worst.cycles).toBeGreaterThan(0);
    expect(why.layer).toBe(worst.name);
    expect(whySentences(answered)[0]).toContain(`In ${worst.name} it is farthest from its bound`);
  });

  it("each limit's cycles are those of a run with these parameters, fewest first", () => {
    const cycles = why.limits.map((limit) => limit.cycles);
    expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
    const unlimited = runTrace(trace, [select("swg", { unlimitedPorts: true })], fast, {
      layers: [why.layer],
    });
    const ports = why.limits.find(({ limit }) => limit === "ports")!;
    expect(ports.cycles).toBe(unlimited.totals.results.swg.cycles);
    const own = report.layers.find(({ name }) => name === why.layer)!.results.swg.cycles;
    expect(ports.cycles).toBeLessThan(own);
    const { total } = report.machines.swg.areaMm2;
    expect(ports.areaMm2).toBe(total);
    expect(why.limits.find(({ limit }) => limit === "traces")!.areaMm2).toBeGreaterThan(total);
    const [best] = why.limits;
    expect(whySentences(answered)[0]).toContain(`What would help most: ${best.words} (`);
    expect(answered).toEqual({ ...report, why });
  });

  it("every limit is lifted that the machine has, and none that it has not", () => {
    const labels = (machine: ReturnType<typeof select>) =>
      whyRun(report, [machine]).machines.map(({ label }) => label);
    expect(labels(machines[0]).sort()).toEqual(Object.keys(limits).sort());
    const without = labels(select("swg", { unlimitedPorts: true }));
    expect(without).not.toContain("ports");
    expect(without).not.toContain("dram");
    expect(without).toContain("traces");
    // twice as many are more than a PE may have
    expect(labels(select("swg", { traces: 5 }))).not.toContain("traces");
    expect(labels(select("swg", { writeQueueKib: 65, globalBufferKib: 200 }))).not.toContain("write-queue");
  });

  it("a limit that no one can lift alone, and one that makes it slower, are said", () => {
    const layer = "a";
    const limits = [{ limit: "traces", words: "twice the traces in a PE", cycles: 10_001 }];
    const [sentence, mapped, slower] = whySentences({ ...reportOf([layer]), why: { layer, limits } });
    expect(sentence).toMatch(/ No limit helps that is lifted alone\.$/);
    expect(mapped).toBe("It is mapped as made up.");
    expect(slower).toMatch(/^Mind that it may be slower with a limit less: /);
  });

  it("at its bound there is nothing to say; a machine that is not SWG has no limits to lift", () => {
    const whole = reportOf(["a"]);
    const layers = whole.layers.map((layer) => ({ ...layer, boundCycles: layer.results.swg.cycles }));
    expect(whySentences({ ...whole, layers })).toEqual([]);
    expect(() => whyRun(report, [select("dense")])).toThrow(
      'limits can be lifted of a machine of swg, "dense" is none',
    );
  });
});
