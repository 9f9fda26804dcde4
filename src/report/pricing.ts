import type { Components } from "../accelerators/components.ts";
import { type Dram, drams } from "../energy/dram.ts";
import { type PricedMachine, pricedMachine } from "../energy/energy.ts";
import { nodes } from "../energy/nodes/index.ts";
import type { ProcessNode } from "../energy/nodes/process-node.ts";
import { unknownName } from "../input-error.ts";

/** What energy and area are computed for, by name. */
export interface PricingOptions {
  /** process node, by its name or as somebody's own: 65 by default */
  readonly node?: string | OwnNode;
  /** kind of DRAM: lpddr4 by default */
  readonly dram?: string;
}

/** A process node that the program does not bring. */
export interface OwnNode {
  /** what reports call it: the path of its file */
  readonly name: string;
  readonly node: ProcessNode;
}

/** The same, looked up. */
export interface Pricing {
  readonly names: { readonly node: string; readonly dram: string };
  readonly node: ProcessNode;
  readonly dram: Dram;
}

export const defaultPricing: Pricing["names"] = { node: "65", dram: "lpddr4" };

/** Throws `InputError` for a name that is not known. */
export function pricingOf(options: PricingOptions = {}): Pricing {
  const { node = defaultPricing.node, dram = defaultPricing.dram } = options;
  if (!Object.hasOwn(drams, dram)) throw unknownName("kind of DRAM", dram, Object.keys(drams));
  if (typeof node !== "string")
    return { names: { node: node.name, dram }, node: node.node, dram: drams[dram] };
  if (!Object.hasOwn(nodes, node)) throw unknownName("process node", node, Object.keys(nodes));
  return { names: { node, dram }, node: nodes[node], dram: drams[dram] };
}

export const priced = (components: Components, { node, dram }: Pricing): PricedMachine =>
  pricedMachine(components, node, dram);
