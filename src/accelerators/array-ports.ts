import type { CycleBreakdown, EventCounts } from "../events.ts";

/** Bytes that cross the global buffer's ports while an array works on a layer; a broadcast counts once (assumed, D66). */
export interface PortBytes {
  readonly fmap: number;
  readonly emap: number;
  /** in forward and backward alone */
  readonly weights: number;
  /** of unfinished sums into the array, and as many out of it again */
  readonly sums: number;
}

/** Widths of the ports, and whether they are limits at all. */
export interface PortLimits {
  readonly unlimitedPorts: boolean;
  readonly globalBufferReadBytes: number;
  readonly globalBufferWriteBytes: number;
}

/** What an array does with a layer when its data is always there: a breakdown that sums to macs x cycles. */
export interface Compute {
  readonly cycles: number;
  readonly macs: number;
  readonly breakdown: Partial<CycleBreakdown> & { readonly busy: number };
  readonly mapping: string;
  readonly ports: PortBytes;
  /** of memories and logic inside the array */
  readonly events: Partial<EventCounts>;
}

const bytesRead = ({ fmap, emap, weights, sums }: PortBytes): number => fmap + emap + weights + sums;

/** Cycles that operands and unfinished sums take at the ports; both ports work at once. */
const portCycles = (ports: PortBytes, limits: PortLimits): number =>
  limits.unlimitedPorts
    ? 0
    : Math.max(
        Math.ceil(bytesRead(ports) / limits.globalBufferReadBytes),
        Math.ceil(ports.sums / limits.globalBufferWriteBytes),
      );

/** Of orders of loops within an array the one that takes the ports least time, of equals the one with the fewest bytes. */
export const leastAtPorts = (orders: readonly PortBytes[], limits: PortLimits): PortBytes =>
  orders.reduce((least, next) => {
    const sooner = portCycles(next, limits) - portCycles(least, limits);
    return sooner < 0 || (sooner === 0 && bytesRead(next) < bytesRead(least)) ? next : least;
  });

/**
 * Of ways to lay a layer over an array the one that takes least time once the ports have had their say; of equals the one
 * that moves the fewest bytes, of these the first.
 */
export const quickest = (ways: readonly Compute[], limits: PortLimits): Compute => {
  const time = ({ cycles, ports }: Compute) => Math.max(cycles, portCycles(ports, limits));
  return ways.reduce((least, next) => {
    const sooner = time(next) - time(least);
    return sooner < 0 || (sooner === 0 && bytesRead(next.ports) < bytesRead(least.ports)) ? next : least;
  });
};
