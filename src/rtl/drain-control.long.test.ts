import { beforeAll, describe, expect, it } from "vitest";
import { controlFaults, withSwitches } from "../../test/column-faults.ts";
import { switchedTo } from "../../test/switched-faults.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { seededRandom } from "../random.ts";
import { WayBench } from "./benches/way-bench.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

const rows = swgParameters.rows.value;
const tracesOfPe = [2, 3] as const;

/** By traces of a PE. */
const circuits = new Map<number, Circuit>();
beforeAll(async () => {
  for (const traces of tracesOfPe) {
    const parameters = { ROWS: rows, TRACES: traces };
    const { top, files } = moduleSource("drain_control", parameters);
    const texts = Object.fromEntries(withSwitches(new Map(Object.entries(files)), controlFaults));
    circuits.set(traces, await Circuit.compile({ files: texts, top, parameters }));
  }
});

/** Ways of any number of slices, steps and sets, without a fault or with that of a number. Returns how often they sent sums. */
function compareWays(count: number, traces: number, fault?: number): number {
  const circuit = switchedTo(circuits.get(traces)!, fault);
  let sent = 0;
  for (let seed = 1; seed <= count; seed++) {
    circuit.powerOn();
    const bench = new WayBench(circuit, seededRandom(seed), rows * traces);
    bench.run(1000);
    sent += bench.sent;
  }
  return sent;
}

describe("does a way's control say which sums leave, and when, as the cycle model does?", () => {
  it.each(tracesOfPe)("a hundred ways, with PEs of %i traces", (traces) => {
    expect(compareWays(100, traces)).toBeGreaterThan(2000);
  });

  it.each(controlFaults.map(({ kind }, number) => ({ kind, number })))(
    "a fault is seen: $kind",
    ({ number }) => {
      expect(() => compareWays(30, 3, number)).toThrow(/must/);
    },
  );
});
