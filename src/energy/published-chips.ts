import { lnpuMeasured, lnpuPoints } from "./lnpu.ts";
import { nodes } from "./nodes/index.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { areaScale, energyScale } from "./scaling.ts";

/** What was published of a chip that trains with sparse tensors, at its own node. */
export interface PublishedChip {
  readonly name: string;
  /** node by its name in `nodes` */
  readonly node: string;
  /** volts; where none was published it is taken to be the node's */
  readonly voltage?: number;
  readonly format?: string;
  /** mm2 of the die */
  readonly areaMm2?: number;
  /** 2 operations for each MAC, skipped ones counted; on chip */
  readonly denseTopsPerWatt: number;
  readonly source: string;
  readonly verified: string;
}

/** Chips whose node is known; other figures that papers claim stand in `swg claims`. */
export const publishedChips: readonly PublishedChip[] = [
  ...lnpuPoints.map(({ inputZeros, denseTopsPerWatt }) => ({
    name: `LNPU chip, ${inputZeros === 0 ? "no" : `${100 * inputZeros} %`} zeros`,
    node: String(lnpuMeasured.nm),
    voltage: lnpuMeasured.voltage,
    format: lnpuMeasured.format,
    areaMm2: 16,
    denseTopsPerWatt,
    source: "ISSCC 2019 7.7",
    verified: inputZeros === 0 ? "recalled" : "title, else recalled",
  })),
  {
    name: "SWPU chip, peak",
    node: "28",
    denseTopsPerWatt: 126.04,
    source: "TCAS-I 2022",
    verified: "yes, V assumed",
  },
];

/** What a chip would have at another node: energy by Stillmaker and Baas, area by the square of the node (assumed, D44). */
export function chipAt(
  chip: PublishedChip,
  target: Pick<ProcessNode, "nm" | "voltage" | "scaling">,
): { denseTopsPerWatt: number; areaMm2?: number } {
  const own = nodes[chip.node];
  const energy = energyScale(own.scaling, chip.voltage ?? own.voltage);
  return {
    denseTopsPerWatt: (chip.denseTopsPerWatt * energy) / energyScale(target.scaling, target.voltage),
    ...(chip.areaMm2 !== undefined && { areaMm2: (chip.areaMm2 * areaScale(target.nm)) / areaScale(own.nm) }),
  };
}
