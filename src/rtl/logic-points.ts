import { type LogicPoint, logicBlocks, machineOf } from "../hardware/logic/logic-blocks.ts";
import type { WayPoint } from "../hardware/logic/longest-ways.ts";
import { designParameters, designSource } from "./design.ts";
import { synthesise } from "./synthesis.ts";

/** Blocks inside of a PE or beside it are the same in the smallest array. */
const smallest = { columns: 1, rows: 1, clusterSize: 1 };

/** The point with the gate equivalents that synthesis gives now. */
export async function synthesisedPoint({
  block,
  machine,
}: Pick<LogicPoint, "block" | "machine">): Promise<LogicPoint> {
  const { module, without } =
    block in logicBlocks ? logicBlocks[block as keyof typeof logicBlocks] : { module: block, without: [] };
  const p = machineOf({ machine: { ...smallest, ...machine } });
  const { files, parameters = {} } = designSource("swg", designParameters(p));
  const { modules, total } = await synthesise(files, "swg", {
    parameters,
    part: module,
    without,
  });
  const sum = (of: (module: (typeof modules)[number]) => number) =>
    Math.round(modules.reduce((all, module) => all + module.instances * of(module), 0));
  return {
    block,
    machine,
    memoryBits: total.memoryBits,
    logic: sum((m) => m.logicGateEquivalents),
    flipFlops: sum((m) => m.flipFlopGateEquivalents),
  };
}

/** The point with the gates on the longest way that synthesis gives now. */
export async function synthesisedWay({ machine }: Pick<WayPoint, "machine">): Promise<WayPoint> {
  const { files, parameters = {} } = designSource("swg", designParameters(machineOf({ machine })));
  const { longestWay } = await synthesise(files, "swg", { parameters });
  return { machine, gates: longestWay.gates };
}
