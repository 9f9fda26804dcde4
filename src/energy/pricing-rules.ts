import type { MemoryName } from "../accelerators/components.ts";
import type { Rule, Trial } from "../accelerators/conformance.ts";
import type { EventCounts } from "../events.ts";
import { drams } from "./dram.ts";
import { dramTraffic } from "./dram-traffic.ts";
import { energyOf, onChipPj, pricedMachine, totalPj } from "./energy.ts";
import { nodes } from "./nodes/index.ts";
import type { ProcessNode } from "./nodes/process-node.ts";

/** The memory that serves an event; who counts the event must be built with it. */
const memories: Readonly<Partial<Record<keyof EventCounts, MemoryName>>> = {
  fmapBufferWriteBytes: "fmapBuffers",
  fmapBufferReadBytes: "fmapBuffers",
  emapBufferWriteBytes: "emapBuffers",
  emapBufferReadBytes: "emapBuffers",
  accumulatorWriteBytes: "accumulators",
  accumulatorReadBytes: "accumulators",
  addedCouples: "drainBuffers",
  sentCouples: "drainBuffers",
  rowWords: "fmapBuffers",
  chunkWordWrites: "fmapBuffers",
  listWordWrites: "emapBuffers",
  listWordReads: "emapBuffers",
  fmapReadBytes: "globalBuffer",
  emapReadBytes: "globalBuffer",
  maskReadBytes: "globalBuffer",
  operandBufferReadBytes: "operandBuffers",
  operandBufferWriteBytes: "operandBuffers",
};

/** What every machine must keep so that its energy and area can be worked out. */
export const pricingRules: Readonly<Record<string, Rule>> = {
  "the memory of every event is there": ({ accelerator, parameters, activity: { events } }) => {
    const built = accelerator.components(parameters).memories;
    for (const [event, memory] of Object.entries(memories) as [keyof EventCounts, MemoryName][])
      if ((events[event] ?? 0) > 0 && !built[memory]) return `${event} is counted, ${memory} is not built`;
    return undefined;
  },

  "DRAM's bytes are those of its tensors": ({ activity: { events } }) => {
    const { rowHits: _, rowMisses: __, ...tensors } = dramTraffic(events, drams.lpddr4);
    const bytes = Object.values(tensors);
    const all = events.dramReadBytes + events.dramMaskReadBytes + events.dramWriteBytes;
    const sum = bytes.reduce((a, b) => a + b, 0);
    if (bytes.some((count) => count < 0)) return "a tensor has fewer than no bytes";
    return sum === all ? undefined : `tensors have ${sum}, DRAM ${all}`;
  },

  "energy and area are no less than nothing, at every node": (trial) => {
    for (const [name, node] of Object.entries(nodes)) {
      const broken = atNode(trial, node);
      if (broken !== undefined) return `at ${name} nm ${broken}`;
    }
    return undefined;
  },
};

function atNode({ accelerator, parameters, activity }: Trial, node: ProcessNode): string | undefined {
  const machine = pricedMachine(accelerator.components(parameters), node, drams.lpddr4);
  const parts = energyOf(activity.events, activity.cycles, machine);
  const odd = Object.entries(parts).find(([, pj]) => !Number.isSafeInteger(pj) || pj < 0);
  if (odd) return `the energy of ${odd[0]} is ${odd[1]} pJ`;
  if (onChipPj(parts) + parts.dram !== totalPj(parts)) return "energy does not add up";
  if (totalPj(parts) <= 0) return "it costs no energy";
  const area = Object.entries(machine.areaMm2).find(([, mm2]) => !(mm2 >= 0 && mm2 < Infinity));
  return area && `the area of ${area[0]} is ${area[1]} mm2`;
}
