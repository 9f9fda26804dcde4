import { helps, type SwgParameters, swgParameters, valueBytes } from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import { bankedBuffer, type Components, type LogicComponent } from "./components.ts";

export default accelerator({
  title: "SWG: sparse weight gradients (HUSA dataflow, valid-data trace, IIBLC balancer)",
  source:
    "Wu et al., Sci. China Inf. Sci. 67(2) 122405, 2024: abstract only; the rest is our reading, DEVIATIONS.md",
  parameters: swgParameters,
  grows: "columns",
  simulate: (occupancy, parameters, kernel) => kernel.swg(occupancy, parameters),
  components: swgComponents,
});

/** Also of a machine that has SWG's array for WG. */
export function swgComponents(p: SwgParameters): Components {
  const pes = p.columns * p.rows;
  const ofPe = (bytes: number) => ({ count: pes, bytes, wordBits: 64 });
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
    },
    logic: [
      ...(p.vdt === "none" ? [] : traceLogic(p)),
      ...(helps(p) ? balancerLogic(p, crossbarLevels) : []),
      { purpose: "interconnect", block: "sumAdder", count: p.columns * p.columnDrainSums },
    ],
    crossbarLevels,
  };
}

/** Shift, AND and count of `traceTaps` vectors a cycle; two pairs handed out a cycle, each with two addresses. */
function traceLogic(p: SwgParameters): LogicComponent[] {
  const pes = p.columns * p.rows;
  const words = pes * p.traceTaps * Math.ceil(p.traceBits / 32);
  const purpose = "validDataTrace";
  return [
    { purpose, block: "shifter", count: words },
    { purpose, block: "bitwise", count: words },
    { purpose, block: "popcount", count: words },
    // the vectors being counted, the emap's, and the one being handed out
    { purpose, block: "register", count: pes * (p.traceTaps + 2) * p.traceBits },
    { purpose, block: "comparator", count: 2 * pes },
    { purpose, block: "counter", count: 4 * pes },
  ];
}

/** Pairs left of each PE, held against the cycles left; the way of a pair's values to a helper, and of its product back. */
function balancerLogic(p: SwgParameters, levels: number): LogicComponent[] {
  const pes = p.columns * p.rows;
  const words = Math.ceil((2 * valueBytes(p)) / 4) + 1;
  const purpose = "balancer";
  return [
    { purpose, block: "counter", count: pes },
    { purpose, block: "comparator", count: pes },
    { purpose, block: "crossbar", count: pes * words * levels },
  ];
}
