import { defaults } from "../../parameter.ts";
import { helps, type SwgParameters, swgParameters } from "../parameters.ts";
import { wayPointsCsv } from "./way-points.ts";

/** A whole design that was synthesised, for a machine that differs from the default one, and the gates on its longest way. */
export interface WayPoint {
  readonly machine: Partial<SwgParameters>;
  readonly gates: number;
}

export const wayPoints: readonly WayPoint[] = wayPointsCsv
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [machine, gates] = line.split(",");
    const given = machine.split(" ").map((setting) => {
      const [name, value] = setting.split("=");
      return [name, value === "false" ? false : Number(value)];
    });
    return { machine: Object.fromEntries(given), gates: Number(gates) };
  });

/** What ways grow with: PEs that a column hands control to, PEs that a balancer looks at, what the trace of one is searched in. */
const sizesOf = (p: SwgParameters): readonly number[] => [
  p.rows,
  helps(p) ? Math.min(p.clusterSize, p.rows) : 1,
  p.vectorBits,
  p.vectorTaps,
  p.accumulators,
];

/**
 * Gates on the longest way between two registers: the least of those synthesised machines that are in none of these sizes
 * smaller; of a machine beyond all of them the most of all (assumed, D68).
 */
export function longestWayOf(p: SwgParameters): number {
  const own = sizesOf(p);
  const covering = wayPoints.filter(({ machine }) =>
    sizesOf({ ...defaults(swgParameters), ...machine }).every((size, i) => size >= own[i]),
  );
  const gates = (points: readonly WayPoint[]) => points.map((point) => point.gates);
  return covering.length > 0 ? Math.min(...gates(covering)) : Math.max(...gates(wayPoints));
}
