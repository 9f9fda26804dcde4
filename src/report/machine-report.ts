import { knownName, type Machine } from "../accelerators/machine.ts";
import { ownClockMhz } from "../energy/own-clock.ts";
import { type Pricing, priced } from "./pricing.ts";
import type { MachineReport } from "./report.ts";

/** mm2 of a machine at the node of `pricing`. */
export const areaMm2 = (machine: Machine, pricing: Pricing): number =>
  machineReport(machine, pricing).areaMm2.total;

/** All that a report says of a machine itself, so that nobody who reads one has to know the machine. */
export function machineReport(machine: Machine, pricing: Pricing): MachineReport {
  const { accelerator, module, parameters } = machine;
  const { title, pricedAsLnpu } = accelerator;
  const name = knownName(accelerator);
  const components = accelerator.components(parameters);
  const parts = priced(components, pricing).areaMm2;
  return {
    title,
    ...(name !== undefined && { accelerator: name }),
    ...(module && { module }),
    clockMhz: components.clockMhz,
    format: components.format,
    parameters,
    declared: changedFrom(machine),
    areaMm2: { parts, total: Object.values(parts).reduce((sum, area) => sum + area, 0) },
    longestWayGates: components.longestWayGates,
    ownClockMhz: ownClockMhz(components.longestWayGates, pricing.node),
    ...(pricedAsLnpu && { pricedAsLnpu }),
  };
}

/** What the parameters that were changed are declared as. */
const changedFrom = ({ accelerator, parameters }: Machine): MachineReport["declared"] =>
  Object.fromEntries(
    Object.entries(accelerator.parameters)
      .filter(([name, { value }]) => parameters[name] !== value)
      .map(([name, { value }]) => [name, value]),
  );
