import { fittedGateEquivalents } from "../hardware/logic/logic-blocks.ts";
import {
  emapRoundSlots,
  fmapChunkSlots,
  helps,
  type SwgParameters,
  swgParameters,
} from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import { bankedBuffer, type Components, type LogicComponent, type MemoryComponent } from "./components.ts";

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
    "Fills, drains and waits are counted; the wires' time is not.",
  ],
  simulate: (occupancy, parameters, kernel) => kernel.swg(occupancy, parameters),
  components: swgComponents,
});

/** From the trace of a PE through the balancer, as synthesised for the default machine (MEASUREMENTS.md). */
const swgWayGates = 136;

/** Also of a machine that has SWG's array for WG. */
export function swgComponents(p: SwgParameters): Components {
  const pes = p.columns * p.rows;
  const ofPe = (bytes: number): MemoryComponent => ({
    count: pes,
    words: bytes / 8,
    wordBits: 64,
    ports: "shared",
  });
  // a tree of 1-to-4 crossbars reaches every MAC of the cluster
  const crossbarLevels = helps(p) ? Math.ceil(Math.log2(Math.min(p.clusterSize, p.rows)) / 2) : 0;
  return {
    ...{ clockMhz: p.clockMhz, format: p.format, macs: pes, groupMacs: p.rows },
    ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }),
    memories: {
      globalBuffer: bankedBuffer(p.globalBufferKib * 1024, p.globalBufferReadBytes),
      fmapBuffers: ofPe(p.fmapBufferBytes),
      emapBuffers: ofPe(p.emapBufferBytes),
      accumulators: ofPe(4 * p.accumulators),
      ...(p.vdt === "none" ? {} : traceTables(p)),
    },
    logic: [
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
    crossbarLevels,
    longestWayGates: swgWayGates,
  };
}

/** Of each PE: what finds pairs, and what gets windows and values out of compressed buffers. */
function traceLogic(p: SwgParameters): LogicComponent[] {
  const gateEquivalents = fittedGateEquivalents("validDataTrace", p) + fittedGateEquivalents("windows", p);
  return [{ purpose: "validDataTrace", count: p.columns * p.rows, gateEquivalents }];
}

/** Of each PE: the vectors of each round that have pairs, and which of their words; k and window of each vector of the layer. */
function traceTables(p: SwgParameters): Record<"traceLists" | "traceTables", MemoryComponent> {
  const bits = (values: number) => Math.ceil(Math.log2(values));
  const table = (words: number, wordBits: number): MemoryComponent => ({
    count: p.columns * p.rows,
    words,
    wordBits,
    ports: "shared",
  });
  const chunkBits = (8 * p.fmapBufferBytes) / fmapChunkSlots(p);
  return {
    traceLists: table(emapRoundSlots * p.accumulators, bits(p.accumulators) + Math.ceil(p.traceBits / 32)),
    traceTables: table(p.accumulators, bits(chunkBits) + bits(p.roundKs)),
  };
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
    ...[...clusters(Math.floor(p.rows / size), size), ...clusters(1, p.rows % size)],
    { purpose, count: 2 * p.columns * p.rows, block: "sumAdder" },
    { purpose, count: 1, gateEquivalents: fittedGateEquivalents("scheduler", p) },
  ];
}
