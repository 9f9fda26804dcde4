import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { fittedGateEquivalents } from "../hardware/logic/logic-blocks.ts";
import { longestWayOf } from "../hardware/logic/longest-ways.ts";
import { helps, type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import {
  bankConflictsAreFree,
  bankedBuffer,
  bitmapSpreaders,
  broadcastTree,
  type Components,
  type LogicComponent,
} from "./components.ts";
import { swgMemories } from "./swg-memories.ts";

export default accelerator({
  title: "SWG: sparse weight gradients (HUSA dataflow, valid-data trace, IIBLC balancer)",
  source:
    "Wu et al., Sci. China Inf. Sci. 67(2) 122405, 2024: abstract only; the rest is our reading, DEVIATIONS.md",
  parameters: swgParameters,
  grows: "columns",
  free: [
    "The mapper knows the layer's own nonzeros before it deals channels and k's, and its trials take no time.",
    "The host's lists of chunks, teams and k's cost neither memory nor energy.",
    "Values and bitmaps are read at any place in a cycle: no bank conflicts in the PEs' buffers.",
    bankConflictsAreFree,
    "Fills, drains and waits are counted; the wires' time is not.",
    "Its longest way is that of the least synthesised machine that is no smaller; beyond these it does not grow.",
  ],
  simulate: (occupancy, parameters, kernel) => kernel.simulate(swgCycleModel, occupancy, parameters),
  components: swgComponents,
});

/** Also of a machine that has SWG's array for WG. */
export function swgComponents(p: SwgParameters): Components {
  const pes = p.columns * p.rows;
  return {
    clockMhz: p.clockMhz,
    format: p.format,
    macs: pes,
    groupMacs: p.rows,
    ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }),
    memories: {
      globalBuffer: bankedBuffer(p.globalBufferKib * 1024, p.globalBufferReadBytes, p.globalBufferWriteBytes),
      ...swgMemories(p),
    },
    logic: [
      broadcastTree(p.globalBufferReadBytes, pes),
      bitmapSpreaders(p.globalBufferReadBytes),
      { purpose: "accumulators", count: pes, gateEquivalents: fittedGateEquivalents("accumulation", p) },
      ...(p.vdt === "none" ? [] : traceLogic(p)),
      ...(helps(p) ? balancerLogic(p) : []),
      { purpose: "interconnect", count: 1, gateEquivalents: fittedGateEquivalents("drain", p) },
      // one for each PE that a lane passes, and between the columns of a team one for each lane
      {
        purpose: "interconnect",
        block: "sumAdder",
        count: pes + (p.columns - 1) * p.columnDrainSums,
      },
    ],
    clusterMacs: helps(p) ? Math.min(p.clusterSize, p.rows) : 0,
    longestWayGates: longestWayOf(p),
  };
}

/** Of each PE: what finds pairs, and what gets windows and values out of compressed buffers. */
function traceLogic(p: SwgParameters): LogicComponent[] {
  const gateEquivalents = fittedGateEquivalents("validDataTrace", p) + fittedGateEquivalents("windows", p);
  return [{ purpose: "validDataTrace", count: p.columns * p.rows, gateEquivalents }];
}

/**
 * Of each cluster who serves whom, and the way of a pair to a helper and of its product back; of each PE two adders more,
 * since a helper's product comes beside its own; and of the array which rounds begin.
 */
function balancerLogic(p: SwgParameters): LogicComponent[] {
  const purpose = "balancer";
  const size = Math.min(p.clusterSize, p.rows);
  const clusters = (count: number, clusterSize: number): LogicComponent[] => {
    const cluster = { ...p, clusterSize };
    const gateEquivalents =
      fittedGateEquivalents("balancer", cluster) + fittedGateEquivalents("crossbar", cluster);
    return count * clusterSize === 0 ? [] : [{ purpose, count: count * p.columns, gateEquivalents }];
  };
  return [
    ...clusters(Math.floor(p.rows / size), size),
    ...clusters(1, p.rows % size),
    { purpose, count: 2 * p.columns * p.rows, block: "sumAdder" },
    { purpose, count: 1, gateEquivalents: fittedGateEquivalents("scheduler", p) },
  ];
}
