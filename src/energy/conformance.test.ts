import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import type { MemoryName } from "../accelerators/components.ts";
import { accelerators } from "../accelerators/index.ts";
import { reference } from "../kernel/reference.ts";
import { type Parameters, withValues } from "../parameter.ts";
import { drams } from "./dram.ts";
import { energyOf, onChipPj, pricedMachine, totalPj } from "./energy.ts";
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

describe.each(Object.keys(accelerators))("can the energy and area of %s be computed?", (name) => {
  const memories: Readonly<Record<string, MemoryName>> = {
    ...{ fmapBufferWriteBytes: "fmapBuffers", fmapBufferReadBytes: "fmapBuffers" },
    ...{ emapBufferWriteBytes: "emapBuffers", emapBufferReadBytes: "emapBuffers" },
    ...{ accumulatorWriteBytes: "accumulators", accumulatorReadBytes: "accumulators" },
    ...{ bitmapBufferWriteBytes: "fmapBuffers", bitmapBufferReadBytes: "fmapBuffers" },
  };

  it("every part is 0 or more, they add up, and the memory of each event is there", () => {
    holds(
      fc.property(anyOccupancy, anySettings(accelerators[name].parameters), (occupancy, given) => {
        const { parameters, components, simulate } = accelerators[name];
        const values = withValues(name, parameters, { ...given });
        const built = components(values);
        const { cycles, macs, events } = simulate(occupancy, values, reference);
        expect(built.macs).toBe(macs);
        for (const [event, memory] of Object.entries(memories))
          if (events[event as keyof typeof events] > 0) expect(built.memories).toHaveProperty(memory);
        for (const { count } of [...Object.values(built.memories), ...built.logic])
          expect(Number.isSafeInteger(count) && count > 0).toBe(true);
        expect(events.dramEmapReadBytes).toBeLessThanOrEqual(events.dramReadBytes);
        expect(events.bitmapReadBytes).toBeLessThanOrEqual(events.fmapReadBytes + events.emapReadBytes);
        for (const node of Object.values(nodes)) {
          const machine = pricedMachine(built, node, drams.lpddr4);
          const parts = energyOf(events, cycles, machine);
          expect(Object.values(parts).filter((pj) => !Number.isSafeInteger(pj) || pj < 0)).toEqual([]);
          expect(onChipPj(parts) + parts.dram).toBe(totalPj(parts));
          expect(totalPj(parts)).toBeGreaterThan(0);
          expect(machine.areaMm2.mac).toBeGreaterThan(0);
          for (const mm2 of Object.values(machine.areaMm2)) expect(mm2).toBeGreaterThanOrEqual(0);
        }
      }),
      30,
    );
  });
});
