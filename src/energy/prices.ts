import type { Components, MemoryName } from "../accelerators/components.ts";
import type { EventCounts } from "../events.ts";
import { adderUse, type BlockUse, blockUse, multiplierUse } from "../hardware/logic/block-use.ts";
import type { BlockName, ValueBits } from "../hardware/logic/toggled-blocks.ts";
import { formatBytes } from "../hardware/parameters.ts";
import type { AreaPart } from "./area.ts";
import { shareOf } from "./block-price.ts";
import { activationPj, type Dram } from "./dram.ts";
import { wireEnergy } from "./logic.ts";
import { memoryCost } from "./memory.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { energyScale } from "./scaling.ts";
import { useEnergy } from "./toggle-energy.ts";

/** Parts of area, and of energy, that find pairs, move them to idle multipliers, or hold what says where zeros are. */
export const findingParts = ["validDataTrace", "balancer", "bitmaps"] as const satisfies AreaPart[];

/**
 * What events spend energy on; leakage comes with time. `pairWires`: pairs on their way to another PE's multiplier, and their
 * sums there and back; `sparsityClock`: the clock of `findingParts`, `clock`: of all other logic.
 */
export type DynamicPart = AreaPart | "pairWires" | "sparsityClock" | "clock" | "dram";

/**
 * pJ of one event, by part. A negative one moves what another event has booked to the part that caused it. `within`: the
 * event is counted in another one, which pays for it.
 */
export type Price = PaidPrice | { readonly within: keyof EventCounts };

interface PaidPrice {
  readonly pj: Readonly<Partial<Record<DynamicPart, number>>>;
}

/** Every event has its price: one without does not compile. */
export type Prices = Readonly<Record<keyof EventCounts, Price>>;

/** A machine's prices at a node; `areaMm2` is all of its area, which says how far its data travel. */
export function pricesOf(components: Components, node: ProcessNode, dram: Dram, areaMm2: number): Prices {
  const { format, macs, groupMacs, peMacs, peTraces, memories } = components;
  const scale = energyScale(node.scaling, node.voltage);
  /** What logic switches is booked to its part, the clock of its flip-flops to one of the two (assumed, D64). */
  const used = (part: AreaPart, use: BlockUse): PaidPrice => {
    const { switchedPj, clockPj } = useEnergy(use);
    const clock = findingParts.some((finding) => finding === part) ? "sparsityClock" : "clock";
    return { pj: { [part]: scale * switchedPj, [clock]: scale * clockPj } };
  };
  const valueBits = (8 * formatBytes[format]) as ValueBits;
  const block = (name: BlockName, share = 1) => shareOf(blockUse(name, valueBits, peTraces), share);
  // a product passes a register, which SWG has in its MACs
  const [multiply, add] = [multiplierUse(format), adderUse(format)].map(useEnergy);
  const product = scale * (multiply.switchedPj + add.switchedPj) + productRegisterPj(memories, node);
  const nothing = { readPjPerByte: 0, writePjPerByte: 0 };
  const cost = (name: MemoryName) => {
    const memory = memories[name];
    return memory ? memoryCost(memory, node) : nothing;
  };
  const wordPj = (name: MemoryName) => {
    const wordBytes = (memories[name]?.wordBits ?? 0) / 8;
    const { readPjPerByte, writePjPerByte } = cost(name);
    return { read: readPjPerByte * wordBytes, write: writePjPerByte * wordBytes };
  };
  const [global, fmap, emap] = [cost("globalBuffer"), cost("fmapBuffers"), cost("emapBuffers")];
  const accumulators = cost("accumulators");
  const operands = cost("operandBuffers");
  const drained = wordPj("drainBuffers");

  // between buffer and array: the side of the machine; inside a group of MACs: the mean way between two places in a square
  const wire = 8 * wireEnergy(node.voltage);
  const across = wire * Math.sqrt(areaMm2);
  const inside = wire * (2 / 3) * Math.sqrt((areaMm2 * groupMacs) / macs);
  // from the middle of a PE, or of a group of MACs, to that of the one beside it
  const [besidePe, besideGroup] = [peMacs, groupMacs].map((own) => wire * Math.sqrt((areaMm2 * own) / macs));

  const toArray = { globalBuffer: global.readPjPerByte, interconnect: across };
  const fromArray = { globalBuffer: global.writePjPerByte + global.readPjPerByte, interconnect: across };
  const pairBytes = 2 * formatBytes[format];
  const dramByte = 8 * dram.pjPerBit;
  return {
    macs: { pj: { mac: product } },
    fmapReadBytes: { pj: toArray },
    emapReadBytes: { pj: toArray },
    weightReadBytes: { pj: toArray },
    // spread, and their ones counted, on the way
    bitmapReadBytes: together(
      {
        pj: {
          bitmaps: global.readPjPerByte + across,
          globalBuffer: -global.readPjPerByte,
          interconnect: -across,
        },
      },
      used("bitmaps", block("spreadWord", 1 / 4)),
    ),
    gradientWriteBytes: { pj: fromArray },
    mapWriteBytes: { pj: fromArray },
    dramReadBytes: { pj: { dram: dramByte, globalBuffer: global.writePjPerByte } },
    dramEmapReadBytes: { within: "dramReadBytes" },
    dramWriteBytes: { pj: { dram: dramByte } },
    dramRuns: { pj: { dram: activationPj(dram) } },
    fmapBufferWriteBytes: { pj: { fmapBuffers: fmap.writePjPerByte } },
    fmapBufferReadBytes: { pj: { fmapBuffers: fmap.readPjPerByte } },
    emapBufferWriteBytes: { pj: { emapBuffers: emap.writePjPerByte } },
    emapBufferReadBytes: { pj: { emapBuffers: emap.readPjPerByte } },
    // a chunk has room for twelve
    rowWords: used("bitmaps", block("chunkActivated", 1 / 12)),
    // the memory's own part is in the bytes
    chunkWordWrites: used("interconnect", block("chunkWord")),
    listWords: used("bitmaps", block("listWord")),
    listWordWrites: { pj: { emapBuffers: wordPj("emapBuffers").write } },
    listWordReads: { pj: { emapBuffers: wordPj("emapBuffers").read } },
    jobs: together(
      used("validDataTrace", block("traceJob")),
      used("balancer", block("jobChosen")),
      used("interconnect", block("gatheredJob")),
    ),
    looks: used("validDataTrace", block("traceLook")),
    jobCycles: used("validDataTrace", block("traceCycle")),
    maskReadBytes: { pj: toArray },
    dramMaskReadBytes: { pj: { dram: dramByte, globalBuffer: global.writePjPerByte } },
    accumulatorReadBytes: { pj: { accumulators: accumulators.readPjPerByte } },
    accumulatorWriteBytes: { pj: { accumulators: accumulators.writePjPerByte } },
    // what is not added to another one is rounded where it leaves
    drainedSums: together({ pj: { interconnect: 4 * inside } }, used("interconnect", block("roundedSum"))),
    addedSums: together(
      used("interconnect", adderUse(format)),
      used("interconnect", block("roundedSum", -1)),
    ),
    // in the PE that has them, and in all others of the column
    drainedCouples: together(
      used("interconnect", block("readCouple")),
      used("interconnect", block("passedCouple", groupMacs / peMacs - 1)),
    ),
    // adders have their price above; two sums of four bytes go as far as two columns are wide: a mean that is exact in teams of two and of four
    teamedCouples: together(
      { pj: { interconnect: 2 * 8 * besideGroup } },
      used("interconnect", block("teamedCouple")),
    ),
    addedCouples: together(
      { pj: { interconnect: drained.read + drained.write } },
      used("interconnect", block("addedCouple")),
      used("interconnect", block("controlledCouple")),
    ),
    sentCouples: together(
      { pj: { interconnect: drained.write + drained.read } },
      used("interconnect", block("sentCouple")),
      used("interconnect", block("controlledCouple")),
    ),
    handedPairs: used("validDataTrace", block("tracePair")),
    summedPairs: together(
      used("accumulators", block("macPair")),
      used("interconnect", block("switchedPair")),
    ),
    sumVisits: used("interconnect", block("switchedSum")),
    // the sum to the other PE, and the new one back
    routedVisits: together({ pj: { pairWires: 2 * 4 * besidePe } }, used("balancer", block("neighbourSum"))),
    routedPairs: together(
      { pj: { pairWires: pairBytes * besidePe } },
      used("balancer", block("neighbourPair")),
    ),
    sumReadBytes: { pj: toArray },
    sumWriteBytes: { pj: { globalBuffer: global.writePjPerByte, interconnect: across } },
    dramWeightReadBytes: { within: "dramReadBytes" },
    operandBufferReadBytes: { pj: { operandBuffers: operands.readPjPerByte } },
    operandBufferWriteBytes: { pj: { operandBuffers: operands.writePjPerByte } },
    gatedProducts: { pj: { mac: -product } },
    droppedProducts: { pj: { mac: -scale * useEnergy(adderUse(format)).switchedPj } },
    foundValues: used("validDataTrace", block("lnpuLine")),
    locatedProducts: used("validDataTrace", block("coordinates", 1 / 16)),
    scatteredProducts: used("interconnect", block("scatter")),
    comparedCandidates: used("validDataTrace", block("antCandidates", 1 / 16)),
    scheduledRows: used("validDataTrace", block("tensordashScheduler")),
    selectedValues: used("validDataTrace", block("tensordashLane", 1 / 2)),
    matchedValues: used("validDataTrace", block("sparsetrainPe")),
    joinedPairs: used("validDataTrace", block("innerJoin")),
    sortedLoads: used("balancer", block("procrustesLoad")),
    streamedNonzeros: used("validDataTrace", block("nonzeroReader")),
    // a byte of position goes with each to the array
    vectorNonzeros: together(
      { pj: { interconnect: across } },
      used("validDataTrace", block("nonzeroReader4")),
    ),
  };
}

/** A product written into the register behind its multiplier, where the machine has one beside each. */
const productRegisterPj = ({ productRegisters }: Components["memories"], node: ProcessNode): number =>
  productRegisters ? 4 * memoryCost(productRegisters, node).writePjPerByte : 0;

/** Several prices of one event. */
function together(...prices: readonly PaidPrice[]): PaidPrice {
  const pj: Partial<Record<DynamicPart, number>> = {};
  for (const price of prices)
    for (const [part, more] of Object.entries(price.pj))
      pj[part as DynamicPart] = (pj[part as DynamicPart] ?? 0) + more;
  return { pj };
}
