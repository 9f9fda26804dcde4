import type { Components } from "../accelerators/components.ts";
import type { EventCounts } from "../events.ts";
import type { Dram } from "./dram.ts";
import { effectiveMbps } from "./dram-traffic.ts";

/** A layer on a machine's roofline; 2 operations a MAC, 10^9 operations a second. */
export interface Roofline {
  /** valid, and dense, operations for each byte to or from DRAM */
  readonly validOpsPerByte: number;
  readonly denseOpsPerByte: number;
  /** all multipliers in every cycle */
  readonly peakGops: number;
  /** DRAM's rate; absent where memory takes no time */
  readonly dramMbps?: number;
  /** valid operations, and dense ones, in the time that the layer took */
  readonly achievedGops: number;
  readonly denseEquivalentGops: number;
  /** valid operations that peak and DRAM's rate allow, and which of them is the roof */
  readonly attainableGops: number;
  readonly roof: "compute" | "dram";
  /** the same with DRAM's rate after the rows that it has to open; absent where memory takes no time */
  readonly withRows?: {
    readonly mbps: number;
    readonly attainableGops: number;
    readonly roof: "compute" | "dram";
  };
}

export function rooflineOf(
  work: { readonly validMacs: number; readonly denseMacs: number },
  { events, cycles }: { readonly events: EventCounts; readonly cycles: number },
  { macs, clockMhz, dramMbps }: Components,
  dram: Dram,
): Roofline {
  const bytes = events.dramReadBytes + events.dramWriteBytes;
  const perByte = (count: number) => (bytes === 0 ? 0 : (2 * count) / bytes);
  const gops = (count: number) => (2 * count * clockMhz) / cycles / 1000;
  const peakGops = (2 * macs * clockMhz) / 1000;
  const under = (mbps: number | undefined) => {
    const fed =
      mbps === undefined || bytes === 0 ? Number.POSITIVE_INFINITY : (perByte(work.validMacs) * mbps) / 1000;
    const roof: Roofline["roof"] = fed < peakGops ? "dram" : "compute";
    return { attainableGops: Math.min(peakGops, fed), roof };
  };
  const rowMbps = dramMbps === undefined ? undefined : effectiveMbps(events, dramMbps, dram);
  return {
    validOpsPerByte: perByte(work.validMacs),
    denseOpsPerByte: perByte(work.denseMacs),
    peakGops,
    achievedGops: gops(work.validMacs),
    denseEquivalentGops: gops(work.denseMacs),
    ...(dramMbps !== undefined && { dramMbps }),
    ...under(dramMbps),
    ...(rowMbps !== undefined && { withRows: { mbps: rowMbps, ...under(rowMbps) } }),
  };
}
