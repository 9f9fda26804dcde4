import { beforeAll, describe, expect, it } from "vitest";
import { controlFaults, withSwitches } from "../../test/column-faults.ts";
import { switchedTo } from "../../test/switched-faults.ts";
import { seededRandom } from "../random.ts";
import { WayBench } from "./benches/way-bench.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

let circuit: Circuit;
beforeAll(async () => {
  const { top, files } = moduleSource("drain_control");
  const texts = Object.fromEntries(withSwitches(new Map(Object.entries(files)), controlFaults));
  circuit = await Circuit.compile({ files: texts, top });
});

/** Ways of any number of slices, steps and sets. Returns how often they sent sums. */
function compareWays(count: number): number {
  let sent = 0;
  for (let seed = 1; seed <= count; seed++) {
    const bench = new WayBench(circuit, seededRandom(seed));
    bench.run(1000);
    sent += bench.sent;
  }
  return sent;
}

describe("does a way's control say which sums leave, and when, as the cycle model does?", () => {
  it("a hundred ways", () => {
    switchedTo(circuit);
    expect(compareWays(100)).toBeGreaterThan(2000);
  });

  it.each(controlFaults.map(({ kind }, number) => ({ kind, number })))(
    "a fault is seen: $kind",
    ({ number }) => {
      switchedTo(circuit, number);
      expect(() => compareWays(30)).toThrow(/must/);
    },
  );
});
