import { describe, expect, it } from "vitest";
import { type Accelerator, accelerator } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { machineOf, select } from "../accelerators/machine.ts";
import { emptyBreakdown, noEvents } from "../events.ts";
import { denseMacs } from "../workload/layer.ts";
import { checkMachine } from "./check-machine.ts";

/** A dense array of one MAC, with a fault. */
function machineWith(fault: {
  readonly busy?: number;
  readonly events?: object;
  readonly components?: object;
  readonly slowdown?: () => number;
}): Accelerator {
  return accelerator({
    title: "faulty",
    source: "this test",
    free: [],
    parameters: {
      macs: { value: 1, unit: "MACs", about: "multipliers", max: 2 },
      unlimitedPorts: { value: false, about: "memory takes no time" },
    },
    grows: "macs",
    simulate({ layer }, { macs, unlimitedPorts }) {
      const products = denseMacs(layer);
      const more = fault.slowdown?.() ?? 0;
      const cycles = Math.ceil(products / macs) + (unlimitedPorts ? more : 0) + 8;
      const busy = products + (fault.busy ?? 0);
      return {
        cycles,
        macs,
        mapping: "",
        breakdown: { ...emptyBreakdown(), busy, mapping: cycles * macs - busy },
        events: { ...noEvents(), macs: products, ...fault.events },
      };
    },
    components: ({ macs }) => ({
      clockMhz: 200,
      format: "bf16",
      macs,
      groupMacs: macs,
      memories: {},
      logic: [],
      peMacs: 1,
      longestWayGates: 60,
      ...fault.components,
    }),
  });
}

const brokenRules = (machine: Accelerator): string[] =>
  checkMachine(machineOf("one", machine), 1, 30).results.flatMap(({ rule, broken }) =>
    broken ? [rule] : [],
  );

describe("are faults of a machine found?", () => {
  it("none in one that has none, nor in those of the program", () => {
    expect(brokenRules(machineWith({}))).toEqual([]);
    for (const name of Object.keys(accelerators)) {
      const { results } = checkMachine(select(name), 2, 4);
      expect(results.filter(({ broken }) => broken)).toEqual([]);
      expect(results.every(({ layers }) => layers > 0)).toBe(true);
    }
  });

  let calls = 0;
  it.each([
    ["busy MAC-cycles are products", { busy: -1 }],
    ["every useful product is made", { events: { macs: 0 }, busy: 0 }],
    ["a layer has the same numbers each time, with every kernel", { slowdown: (): number => calls++ }],
    ["ports without limits cost no cycles", { slowdown: (): number => 5 }],
    ["what it is built of has its multipliers", { components: { macs: 7 } }],
    ["bytes of a part are no more than of the whole", { events: { bitmapReadBytes: 1 } }],
    ["the memory of every event is there", { events: { listWordReads: 1 } }],
    ["DRAM's bytes are those of its tensors", { events: { dramEmapReadBytes: 1 } }],
    ["counts are known and whole, and the causes add up to all MAC-cycles", { events: { macs: 1.5 } }],
    ["counts are known and whole, and the causes add up to all MAC-cycles", { events: { mac: 1 } }],
    [
      "energy and area are no less than nothing, at every node",
      {
        components: {
          longestWayGates: 60,
          logic: [{ purpose: "balancer", count: -1, gateEquivalents: 1e9 }],
        },
      },
    ],
  ] as const)("%s", (rule, fault) => expect(brokenRules(machineWith(fault))).toContain(rule));

  it("says on which layer and with which parameters, and is the same each time", () => {
    const machine = machineOf("one", machineWith({ components: { macs: 2 } }));
    const [first, second] = [checkMachine(machine, 3, 20), checkMachine(machine, 3, 20)];
    expect(second).toEqual(first);
    const found = first.results.find(({ rule }) => rule === "what it is built of has its multipliers")!;
    expect(found.broken).toMatchObject({ what: "components has 2, a run 1", drawn: 0, parameters: {} });
  });
});
