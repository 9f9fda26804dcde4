import type { Components, MemoryName } from "../accelerators/components.ts";
import { multipliers, sumAdder } from "./arithmetic.ts";
import { logicBlock } from "./logic.ts";
import { memoryCost } from "./memory.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { areaScale } from "./scaling.ts";

/** What a machine's area is divided into. */
export const areaParts = [
  ...(["mac", "fmapBuffers", "emapBuffers", "accumulators", "globalBuffer"] as const),
  ...(["interconnect", "validDataTrace", "balancer"] as const),
] as const;
export type AreaPart = (typeof areaParts)[number];

/**
 * mm2 of each part: SRAM as computed by CACTI, everything else derived from units at 45 nm. Wires, control, clock and the
 * gaps between cells are not in it (assumed, D39).
 */
export function areaOf(components: Components, node: ProcessNode): Record<AreaPart, number> {
  const { format, macs, memories, logic } = components;
  const mm2 = (um2: number) => um2 * areaScale(node.nm) * 1e-6;
  const area = Object.fromEntries(areaParts.map((part) => [part, 0])) as Record<AreaPart, number>;
  area.mac = mm2(macs * (multipliers[format].areaUm2 + sumAdder(format).areaUm2));
  for (const [name, memory] of Object.entries(memories))
    area[name as MemoryName] = memoryCost(memory, node).areaMm2;
  for (const { purpose, block, count } of logic)
    area[purpose] += mm2(count * logicBlock(block, format).areaUm2);
  return area;
}
