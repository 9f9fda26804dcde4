import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import {
  type BlockName,
  ringPe,
  type SynthesisedPe,
  synthesisedPe,
} from "../hardware/logic/toggled-blocks.ts";
import {
  hasOwnMacs,
  macsOf,
  type SwgParameters,
  swgParameters,
  traceDrainSums,
  tracesOf,
} from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import {
  bankConflictsAreFree,
  bankedBuffer,
  bitmapSpreaders,
  broadcastTree,
  type Components,
  type LogicComponent,
  longestWayGates,
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
    bankConflictsAreFree,
    "Fills, drains and waits are counted; the wires' time is not.",
    "A value of a word of 64 bits, or a sum while pairs are added to it, takes its share of the word's energy.",
    "Its blocks are synthesised for PEs of two traces with a MAC each, and of three that share two MACs.",
    "Others have the logic of the nearest, or of the latter where traces share MACs.",
    "Other sizes of words, chunks and lanes than such a PE has take the same logic.",
    "What joins the blocks of a PE, what a column knows of its lists, and what joins columns to teams, takes no energy.",
    "What asks for chunks and lists takes none, either.",
  ],
  simulate: (occupancy, parameters, kernel) => kernel.simulate(swgCycleModel, occupancy, parameters),
  components: swgComponents,
});

/** Blocks that may be the longest way. */
const blocks = [
  "traceLook",
  "macPair",
  "switchedPair",
  "jobChosen",
  "listWord",
  "chunkWord",
  "gatheredJob",
  "controlledCouple",
] as const satisfies BlockName[];

/** By traces, gates in succession through a PE, or through a column with its ways out, memories left out (assumed, D68, D78). */
export const gatesThroughPe = { 2: 55, 3: 53 } as const;

/**
 * By traces, gate equivalents of what joins the blocks of a PE: the list memory's port, numbers of its lists, layouts of its chunks.
 * `processing_element` without its blocks and memories, as synthesised for values of 16 bits.
 */
export const joinGateEquivalents = { 2: 677, 3: 999 } as const;

/**
 * By traces of a PE, gate equivalents in a column beside the controls of its ways: what they say to traces, `team_drain` without the controls; and the links of teams,
 * `column_array` of 16 columns without what it joins.
 */
export const teamGateEquivalents = {
  2: { said: 1434, links: 1547 },
  3: { said: 2650, links: 1530 },
} as const;

/**
 * By traces of a PE, gate equivalents of what asks for lists, in a column (`column_room` and `list_request`), and for chunks, of a PE row of 16 columns
 * (`chunk_request`).
 */
export const requestGateEquivalents = {
  2: { column: 2380, row: 45.3 },
  3: { column: 3100, row: 45.3 },
} as const;

/** The PE whose blocks a machine is priced by: where traces share MACs one that has the ring for it. */
const builtFor = (p: SwgParameters): SynthesisedPe => (hasOwnMacs(p) ? synthesisedPe(p.traces) : ringPe);

/** Also of a machine that has SWG's array for WG. */
export function swgComponents(p: SwgParameters): Components {
  const macs = macsOf(p);
  return {
    clockMhz: p.clockMhz,
    format: p.format,
    macs,
    groupMacs: p.rows * p.macs,
    peMacs: p.macs,
    peTraces: builtFor(p).traces,
    ...(!p.unlimitedPorts && { dramMbps: p.dramMbps }),
    memories: {
      globalBuffer: bankedBuffer(p.globalBufferKib * 1024, p.globalBufferReadBytes, p.globalBufferWriteBytes),
      ...swgMemories(p),
    },
    logic: swgLogic(p),
    longestWayGates: Math.max(
      gatesThroughPe[builtFor(p).traces],
      longestWayGates(p.format, blocks, builtFor(p).traces),
    ),
  };
}

function swgLogic(p: SwgParameters): LogicComponent[] {
  const pes = p.columns * p.rows;
  const ends = p.columns * p.drainLanes;
  const built = builtFor(p);
  const team = teamGateEquivalents[built.traces];
  const request = requestGateEquivalents[built.traces];
  const netlist = (purpose: LogicComponent["purpose"], count: number, name: BlockName): LogicComponent => ({
    purpose,
    count,
    netlist: name,
  });
  return [
    broadcastTree(p.globalBufferReadBytes, pes),
    bitmapSpreaders(p.globalBufferReadBytes),
    netlist("validDataTrace", p.columns * tracesOf(p), "traceLook"),
    netlist("accumulators", pes * p.macs, "macPair"),
    netlist("interconnect", pes, "switchedPair"),
    netlist("balancer", pes, "jobChosen"),
    { purpose: "interconnect", count: pes, gateEquivalents: joinGateEquivalents[built.traces] },
    netlist("interconnect", pes, "chunkWord"),
    netlist("interconnect", p.columns * p.listPorts, "listWord"),
    // ways out: a part in each PE, synthesised for as many as such a PE has, and the end of each with two adders and what rounds two sums
    netlist("interconnect", (pes * p.drainLanes) / built.lanes, "readCouple"),
    netlist("interconnect", ends, "sentCouple"),
    { purpose: "interconnect", count: ends * traceDrainSums, block: "sumAdder" },
    netlist("interconnect", ends * traceDrainSums, "roundedSum"),
    // who says which sums leave: for columns of the default number of ways
    netlist("interconnect", p.columns, "gatheredJob"),
    netlist("interconnect", ends, "controlledCouple"),
    {
      purpose: "interconnect",
      count: p.columns,
      gateEquivalents: team.said + team.links,
    },
    { purpose: "interconnect", count: p.columns, gateEquivalents: request.column },
    { purpose: "interconnect", count: p.rows, gateEquivalents: request.row },
  ];
}
