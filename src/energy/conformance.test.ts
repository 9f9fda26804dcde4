import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import { phasesOf, simulatorOf } from "../accelerators/accelerator.ts";
import type { Components, MemoryName } from "../accelerators/components.ts";
import { accelerators } from "../accelerators/index.ts";
import type { EventCounts } from "../events.ts";
import { reference } from "../kernel/reference.ts";
import { type Parameters, withValues } from "../parameter.ts";
import type { Phase } from "../workload/phase.ts";
import { drams } from "./dram.ts";
import { dramTraffic } from "./dram-traffic.ts";
import { energyOf, onChipPj, type PricedMachine, pricedMachine, totalPj } from "./energy.ts";
import { nodes } from "./nodes/index.ts";

/** Any of a machine's switches and choices; its numbers as declared. */
const anySettings = (parameters: Parameters): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [
        name,
        "choices" in parameter
          ? fc.constantFrom(...parameter.choices)
          : typeof parameter.value === "boolean"
            ? fc.boolean()
            : fc.constant(parameter.value),
      ]),
    ),
  );

const machinePhases = Object.keys(accelerators).flatMap((name) =>
  phasesOf(accelerators[name]).map((phase): [string, Phase] => [name, phase]),
);

describe.each(machinePhases)("can the energy and area of %s be computed in %s?", (name, phase) => {
  const memories: Readonly<Record<string, MemoryName>> = {
    fmapBufferWriteBytes: "fmapBuffers",
    fmapBufferReadBytes: "fmapBuffers",
    emapBufferWriteBytes: "emapBuffers",
    emapBufferReadBytes: "emapBuffers",
    accumulatorWriteBytes: "accumulators",
    accumulatorReadBytes: "accumulators",
    fmapBitmapWrites: "fmapBitmaps",
    fmapBitmapReads: "fmapBitmaps",
    fmapRankWrites: "fmapRanks",
    fmapRankReads: "fmapRanks",
    emapBitmapWrites: "emapBitmaps",
    emapBitmapReads: "emapBitmaps",
    emapBaseWrites: "emapBases",
    emapBaseReads: "emapBases",
    traceListWrites: "traceLists",
    traceListReads: "traceLists",
    traceTableWrites: "traceOffsets",
    traceOffsetReads: "traceOffsets",
    traceKReads: "traceKs",
    rounds: "roundCounts",
    maskReadBytes: "globalBuffer",
    operandBufferReadBytes: "operandBuffers",
    operandBufferWriteBytes: "operandBuffers",
  };

  function isBuilt({ memories, logic, longestWayGates }: Components): void {
    for (const { count } of Object.values(memories))
      expect(Number.isSafeInteger(count) && count > 0).toBe(true);
    for (const { count } of logic) expect(count).toBeGreaterThan(0);
    expect(longestWayGates).toBeGreaterThan(0);
  }

  function isPriced(events: EventCounts, cycles: number, machine: PricedMachine): void {
    const parts = energyOf(events, cycles, machine);
    expect(Object.values(parts).filter((pj) => !Number.isSafeInteger(pj) || pj < 0)).toEqual([]);
    expect(onChipPj(parts) + parts.dram).toBe(totalPj(parts));
    expect(totalPj(parts)).toBeGreaterThan(0);
    expect(machine.areaMm2.mac).toBeGreaterThan(0);
    for (const mm2 of Object.values(machine.areaMm2)) expect(mm2).toBeGreaterThanOrEqual(0);
  }

  it("every part is 0 or more, they add up, and the memory of each event is there", () => {
    holds(
      fc.property(anyOccupancy, anySettings(accelerators[name].parameters), (occupancy, given) => {
        const { parameters, components } = accelerators[name];
        const simulate = simulatorOf(accelerators[name], phase)!;
        const values = withValues(name, parameters, { ...given });
        const built = components(values);
        const { cycles, macs, events } = simulate(occupancy, values, reference);
        expect(built.macs).toBe(macs);
        const used = Object.keys(memories).filter((event) => (events[event as keyof typeof events] ?? 0) > 0);
        for (const event of used) expect(built.memories).toHaveProperty(memories[event]);
        isBuilt(built);
        expect(events.dramEmapReadBytes).toBeLessThanOrEqual(events.dramReadBytes);
        expect(events.bitmapReadBytes).toBeLessThanOrEqual(events.fmapReadBytes + events.emapReadBytes);
        const { rowHits, rowMisses, ...tensors } = dramTraffic(events, drams.lpddr4);
        const bytes = Object.values(tensors);
        expect(bytes.filter((count) => count < 0)).toEqual([]);
        expect(bytes.reduce((a, b) => a + b)).toBe(
          events.dramReadBytes + events.dramMaskReadBytes + events.dramWriteBytes,
        );
        expect(rowHits + rowMisses).toBeGreaterThan(0);
        for (const node of Object.values(nodes))
          isPriced(events, cycles, pricedMachine(built, node, drams.lpddr4));
      }),
      30,
    );
  });
});
