import {
  type Components,
  type Format,
  type LogicComponent,
  type MemoryName,
  memoryParts,
} from "../accelerators/components.ts";
import { multiplier, nand2Um2, sumAdder } from "./arithmetic.ts";
import { blockGateEquivalents } from "./block-price.ts";
import { memoryCost } from "./memory.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { areaScale } from "./scaling.ts";

/** What a machine's area is divided into. */
export const areaParts = [
  ...(["mac", "fmapBuffers", "emapBuffers", "operandBuffers"] as const),
  ...(["accumulators", "globalBuffer"] as const),
  ...(["interconnect", "validDataTrace", "balancer", "bitmaps"] as const),
] as const;
/** What area is divided into. */
export type AreaPart = (typeof areaParts)[number];

/**
 * mm2 of each part: SRAM as computed by CACTI, logic and memories of flip-flops as synthesised. Wires, the clock's
 * tree and the gaps between cells are not in it (assumed, D39).
 */
export function areaOf(components: Components, node: ProcessNode): Record<AreaPart, number> {
  const { format, macs, memories, logic, peTraces } = components;
  const mm2 = (um2: number) => um2 * areaScale(node.nm) * 1e-6;
  const area = Object.fromEntries(areaParts.map((part) => [part, 0])) as Record<AreaPart, number>;
  area.mac = mm2(macs * (multiplier(format).areaUm2 + sumAdder(format).areaUm2));
  for (const [name, memory] of Object.entries(memories))
    area[memoryParts[name as MemoryName]] += memoryCost(memory, node).areaMm2;
  for (const block of logic) {
    area[block.purpose] += mm2(block.count * um2Of(block, format, peTraces));
  }
  return area;
}

function um2Of(block: LogicComponent, format: Format, traces: number | undefined): number {
  if ("block" in block) return sumAdder(format).areaUm2;
  return (
    nand2Um2 *
    ("netlist" in block ? blockGateEquivalents(block.netlist, format, traces) : block.gateEquivalents)
  );
}
