import type { Components, MemoryName } from "../accelerators/components.ts";
import type { EventCounts } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { multipliers, sumAdder } from "./arithmetic.ts";
import { activationPj, type Dram } from "./dram.ts";
import { logicBlock, wireEnergy } from "./logic.ts";
import { memoryCost } from "./memory.ts";
import type { ProcessNode } from "./nodes/process-node.ts";
import { energyScale } from "./scaling.ts";
import { handedPairByUnitsPj, traceWordByUnitsPj } from "./toggle-energy.ts";

/** What events spend energy on; leakage, clock and the sum of all come later. */
export type DynamicPart =
  | "mac"
  | MemoryName
  | "interconnect"
  | "validDataTrace"
  | "balancer"
  | "bitmaps"
  | "dram";

/**
 * pJ of one event, by part. A negative one moves what another event has booked to the part that caused it. `within`: the
 * event is counted in another one, which pays for it.
 */
export type Price =
  | { readonly pj: Readonly<Partial<Record<DynamicPart, number>>> }
  | { readonly within: keyof EventCounts };

/** Every event has its price: one without does not compile. */
export type Prices = Readonly<Record<keyof EventCounts, Price>>;

/** A machine's prices at a node; `areaMm2` is all of its area, which says how far its data travel. */
export function pricesOf(components: Components, node: ProcessNode, dram: Dram, areaMm2: number): Prices {
  const { format, macs, groupMacs, memories, crossbarLevels } = components;
  const scale = energyScale(node.scaling, node.voltage);
  const logic = (block: Parameters<typeof logicBlock>[0]) => scale * logicBlock(block, format).energyPj;
  const add = scale * sumAdder(format).energyPj;
  const multiply = scale * multipliers[format].energyPj;
  const nothing = { readPjPerByte: 0, writePjPerByte: 0 };
  const cost = (name: MemoryName) => {
    const memory = memories[name];
    return memory ? memoryCost(memory, node) : nothing;
  };
  const [global, fmap, emap] = [cost("globalBuffer"), cost("fmapBuffers"), cost("emapBuffers")];
  const accumulators = cost("accumulators");

  // between buffer and array: the side of the machine; inside a group of MACs: the mean way between two places in a square
  const wire = 8 * wireEnergy(node.voltage);
  const across = wire * Math.sqrt(areaMm2);
  const inside = wire * (2 / 3) * Math.sqrt((areaMm2 * groupMacs) / macs);

  const toArray = { globalBuffer: global.readPjPerByte, interconnect: across };
  const fromArray = { globalBuffer: global.writePjPerByte + global.readPjPerByte, interconnect: across };
  const pairBytes = 2 * formatBytes[format];
  const pairWords = Math.ceil(pairBytes / 4);
  const dramByte = 8 * dram.pjPerBit;
  return {
    macs: { pj: { mac: multiply + add } },
    fmapReadBytes: { pj: toArray },
    emapReadBytes: { pj: toArray },
    weightReadBytes: { pj: toArray },
    bitmapReadBytes: {
      pj: {
        bitmaps: global.readPjPerByte + across,
        globalBuffer: -global.readPjPerByte,
        interconnect: -across,
      },
    },
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
    bitmapBufferWriteBytes: { pj: { bitmaps: fmap.writePjPerByte } },
    bitmapBufferReadBytes: { pj: { bitmaps: fmap.readPjPerByte } },
    accumulatorReadBytes: { pj: { accumulators: accumulators.readPjPerByte } },
    accumulatorWriteBytes: { pj: { accumulators: accumulators.writePjPerByte } },
    drainedSums: { pj: { interconnect: add + 4 * inside } },
    traceVectors: { within: "traceWords" },
    traceWords: {
      pj: {
        validDataTrace: scale * traceWordByUnitsPj(format),
      },
    },
    handedPairs: { pj: { validDataTrace: scale * handedPairByUnitsPj(format) } },
    routedPairs: {
      pj: {
        balancer:
          logic("comparator") +
          logic("counter") +
          (pairWords + 1) * crossbarLevels * logic("crossbar") +
          (pairBytes + 4) * inside,
      },
    },
  };
}
