import type { Components } from "../accelerators/components.ts";
import { type Dram, drams } from "../energy/dram.ts";
import { type PricedMachine, pricedMachine } from "../energy/energy.ts";
import { nodes } from "../energy/nodes/index.ts";
import type { ProcessNode } from "../energy/nodes/process-node.ts";
import { unknownName } from "../input-error.ts";

/** What energy and area are computed for, by name. */
export interface PricingOptions {
  /** process node: 65 by default */
  readonly node?: string;
  /** kind of DRAM: lpddr4 by default */
  readonly dram?: string;
}

/** The same, looked up. */
export interface Pricing {
  readonly names: Required<PricingOptions>;
  readonly node: ProcessNode;
  readonly dram: Dram;
}

export const defaultPricing: Required<PricingOptions> = { node: "65", dram: "lpddr4" };

/** Throws `InputError` for a name that is not known. */
export function pricingOf(options: PricingOptions = {}): Pricing {
  const { node = defaultPricing.node, dram = defaultPricing.dram } = options;
  if (!Object.hasOwn(nodes, node)) throw unknownName("process node", node, Object.keys(nodes));
  if (!Object.hasOwn(drams, dram)) throw unknownName("kind of DRAM", dram, Object.keys(drams));
  return { names: { node, dram }, node: nodes[node], dram: drams[dram] };
}

export const priced = (components: Components, { node, dram }: Pricing): PricedMachine =>
  pricedMachine(components, node, dram);
