import type { ProcessNode } from "./nodes/process-node.ts";
import { delayScale } from "./scaling.ts";

/**
 * A gate of two inputs with what it drives, wires left out, at 65 nm and 1.1 V, in ps (assumed, D71). How machines compare
 * does not depend on it.
 */
const gatePs = 44;

/** The clock that a machine's longest way between registers allows, in MHz; `gates` are those on it. */
export const ownClockMhz = (gates: number, { scaling, voltage }: ProcessNode): number =>
  1e6 / (gates * gatePs * delayScale(scaling, voltage));
