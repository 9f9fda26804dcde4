import type { Components } from "../accelerators/components.ts";
import type { EventCounts } from "../events.ts";
import { type AreaPart, areaOf, areaParts } from "./area.ts";
import type { Dram } from "./dram.ts";
import { memoryCost } from "./memory.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { type DynamicPart, findingParts, type Prices, pricesOf } from "./prices.ts";

/** What energy is divided into; all but `dram` is on chip. */
export const energyParts = [
  ...areaParts,
  ...(["pairWires", "sparsityClock", "leakage", "clock", "dram"] as const),
] as const;
export type EnergyPart = DynamicPart | "leakage";

/** The cost of sparsity itself: what a dense machine would not have. */
export const sparsityParts = [
  ...findingParts,
  ...(["pairWires", "sparsityClock"] as const),
] as const satisfies EnergyPart[];

/** A machine at a process node beside a kind of DRAM. */
export interface PricedMachine {
  readonly areaMm2: Readonly<Record<AreaPart, number>>;
  readonly prices: Prices;
  /** of all SRAM; logic is taken not to leak */
  readonly leakMw: number;
  readonly clockMhz: number;
}

/** What a machine of these components takes in mm2, and what its events cost, at a node and beside a DRAM. */
export function pricedMachine(components: Components, node: ProcessNode, dram: Dram): PricedMachine {
  const areaMm2 = areaOf(components, node);
  const total = Object.values(areaMm2).reduce((sum, area) => sum + area, 0);
  const memories = Object.values(components.memories);
  return {
    areaMm2,
    clockMhz: components.clockMhz,
    prices: pricesOf(components, node, dram, total),
    leakMw: memories.reduce((sum, memory) => sum + memoryCost(memory, node).leakMw, 0),
  };
}

/** pJ of a layer by part, in whole pJ, so that parts and layers add up exactly. */
export type PartsPj = Readonly<Record<EnergyPart, number>>;

/** What `events` within `cycles` cost. */
export function energyOf(events: EventCounts, cycles: number, machine: PricedMachine): PartsPj {
  const parts = Object.fromEntries(energyParts.map((part) => [part, 0])) as Record<EnergyPart, number>;
  for (const [event, count] of Object.entries(events)) {
    const price = machine.prices[event as keyof EventCounts];
    if ("within" in price) continue;
    for (const [part, pj] of Object.entries(price.pj)) parts[part as DynamicPart] += count * pj;
  }
  // mW x ns
  parts.leakage = (machine.leakMw * cycles * 1000) / machine.clockMhz;
  for (const part of energyParts) parts[part] = Math.round(parts[part]);
  return parts;
}

/** All parts together. */
export const totalPj = (parts: PartsPj): number => energyParts.reduce((sum, part) => sum + parts[part], 0);
/** All parts but DRAM. */
export const onChipPj = (parts: PartsPj): number => totalPj(parts) - parts.dram;
export const sparsityPj = (parts: PartsPj): number =>
  sparsityParts.reduce((sum, part) => sum + parts[part], 0);

/** Operations a pJ, which is TOPS/W; 2 operations a MAC. */
export const topsPerWatt = (macs: number, pj: number): number => (2 * macs) / pj;
