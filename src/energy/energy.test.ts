import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import type { Components, MemoryComponent } from "../accelerators/components.ts";
import { accelerators } from "../accelerators/index.ts";
import swg from "../accelerators/swg.ts";
import { type EventCounts, noEvents } from "../events.ts";
import {
  adderSize,
  adderUse,
  blockSize,
  blockUse,
  multiplierSize,
  multiplierUse,
} from "../hardware/logic/block-use.ts";
import type { BlockName } from "../hardware/logic/toggled-blocks.ts";
import { defaults } from "../parameter.ts";
import { emapSize, fmapSize, linear } from "../workload/layer.ts";
import { nand2Um2 } from "./arithmetic.ts";
import { activationPj, drams } from "./dram.ts";
import { dramTraffic, effectiveMbps } from "./dram-traffic.ts";
import { energyOf, energyParts, onChipPj, pricedMachine, sparsityPj, totalPj } from "./energy.ts";
import { memoryCost } from "./memory.ts";
import { nm28 } from "./nodes/28nm.ts";
import { nm65 } from "./nodes/65nm.ts";
import type { Prices } from "./prices.ts";
import { rooflineOf } from "./roofline.ts";
import { useEnergy, useEnergyPj } from "./toggle-energy.ts";

const components = swg.components(defaults(swg.parameters));
/** The machine whose memories are SWG's and those of the others. */
const pair = accelerators["lnpu-swg"];
const atPair65 = pricedMachine(pair.components(defaults(pair.parameters)), nm65, drams.lpddr4);
const at65 = pricedMachine(components, nm65, drams.lpddr4);
const names = Object.keys(noEvents()) as (keyof EventCounts)[];
const eventsOf = (event: keyof EventCounts, count: number): EventCounts => ({
  ...noEvents(),
  [event]: count,
});

describe("has every event its price?", () => {
  it("one without a price does not compile", () => {
    const { macs: _, ...rest } = at65.prices;
    // @ts-expect-error macs has no price
    const prices: Prices = rest;
    expect(Object.keys(prices)).not.toContain("macs");
  });

  it("each costs more than nothing, or is counted in one that does", () => {
    for (const event of names) {
      const price = atPair65.prices[event];
      const paid = "within" in price ? atPair65.prices[price.within] : price;
      if ("within" in paid) throw new Error(`${event} is within an event that pays nothing`);
      const sum = Object.values(paid.pj).reduce((a, b) => a + b, 0);
      // a dropped product gives its sum's price back
      if (event === "droppedProducts" || event === "gatedProducts") expect(sum).toBeLessThan(0);
      else expect(sum).toBeGreaterThan(0);
    }
  });

  it("each costs less at 28 nm on chip, and the same in DRAM", () => {
    const at28 = pricedMachine(components, nm28, drams.lpddr4);
    for (const event of names) {
      const [a, b] = [at65, at28].map((machine) => energyOf(eventsOf(event, 1e6), 0, machine));
      expect(a.dram).toBe(b.dram);
      if (onChipPj(a) > 0) expect(onChipPj(b)).toBeLessThan(onChipPj(a));
    }
  });
});

describe("do parts add up?", () => {
  it("to the total exactly, none negative, whatever happened; and so does their sum over layers", () => {
    const count = fc.integer({ min: 0, max: 1e9 });
    const anyEvents = fc.tuple(...names.map(() => count)).map((counts): EventCounts => {
      const events = Object.fromEntries(names.map((name, i) => [name, counts[i]])) as unknown as EventCounts;
      return {
        ...events,
        bitmapReadBytes: Math.min(events.bitmapReadBytes, events.fmapReadBytes),
        droppedProducts: Math.min(events.droppedProducts, Math.floor(events.macs / 2)),
        gatedProducts: Math.min(events.gatedProducts, Math.floor(events.macs / 2)),
      };
    });
    holds(
      fc.property(anyEvents, anyEvents, count, (a, b, cycles) => {
        const [first, second] = [a, b].map((events) => energyOf(events, cycles, at65));
        const both = Object.fromEntries(energyParts.map((part) => [part, first[part] + second[part]]));
        for (const pj of Object.values(both)) expect(Number.isSafeInteger(pj) && pj >= 0).toBe(true);
        expect(totalPj(first)).toBe(Object.values(first).reduce((sum, pj) => sum + pj, 0));
        expect(totalPj(both as typeof first)).toBe(totalPj(first) + totalPj(second));
      }),
      100,
    );
  });
});

describe("is the energy what one works out by hand?", () => {
  // one MAC of fp16 with registers, no buffer: 1.1 + 0.9 pJ at 45 nm
  const small: Components = {
    clockMhz: 100,
    format: "fp16",
    macs: 1,
    groupMacs: 1,
    logic: [],
    peMacs: 1,
    longestWayGates: 1,
    dramMbps: 100,
    memories: { globalBuffer: { count: 2, words: 128, wordBits: 64, ports: "shared" } },
  };
  const machine = pricedMachine(small, nm65, drams.hbm2);

  it("multiplying", () => {
    const parts = energyOf(eventsOf("macs", 1e6), 0, machine);
    const [multiply, add] = [multiplierUse("fp16"), adderUse("fp16")].map(useEnergy);
    expect(parts.mac / 1e6).toBeCloseTo(2.405022 * (multiply.switchedPj + add.switchedPj), 5);
    expect(parts.clock).toBe(0);
  });

  it("a product also passes its register, where the machine has one, and costs nothing where it is gated", () => {
    const register: MemoryComponent = { count: 1, words: 1, wordBits: 32, ports: "readAndWrite" };
    const registered = pricedMachine(
      { ...small, memories: { ...small.memories, productRegisters: register } },
      nm65,
      drams.hbm2,
    );
    const [registers, none] = [registered, machine].map((one) => energyOf(eventsOf("macs", 1e6), 0, one).mac);
    expect((registers - none) / 1e6).toBeCloseTo(4 * memoryCost(register, nm65).writePjPerByte, 5);
    const gated = energyOf({ ...eventsOf("macs", 1000), gatedProducts: 1000 }, 0, registered);
    expect(gated.mac).toBe(0);
  });

  it("DRAM by the bit and by the row, and the way into the global buffer", () => {
    const parts = energyOf({ ...noEvents(), dramReadBytes: 1000, dramRuns: 3 }, 0, machine);
    expect(parts.dram).toBe(1000 * 8 * 3.9 + 3 * 909);
    expect(parts.globalBuffer).toBe(Math.round((1000 * 6.48658) / 8));
    expect(activationPj(drams.lpddr4)).toBe(1818);
  });

  it("leakage by the time: 2 macros, 10^6 cycles of 10 ns", () => {
    const parts = energyOf(noEvents(), 1e6, machine);
    expect(parts.leakage).toBe(Math.round(2 * 0.000118284 * 1e7));
    expect(totalPj(parts)).toBe(parts.leakage);
  });

  it("area: the MAC by the square of the node, SRAM by its rows", () => {
    const gates = multiplierSize("fp16").gateEquivalents + adderSize("fp16").gateEquivalents;
    expect(machine.areaMm2.mac).toBeCloseTo(gates * nand2Um2 * 1e-6 * (65 / 45) ** 2, 9);
    expect(machine.areaMm2.globalBuffer).toBe(2 * 0.007511673985499999);
  });
});

describe("is SWG's logic that which was synthesised?", () => {
  const um2At65 = (gates: number) => gates * 0.798 * (65 / 45) ** 2;
  const area = (given: object) =>
    pricedMachine(swg.components({ ...defaults(swg.parameters), ...given }), nm65, drams.lpddr4).areaMm2;

  it.each([2, 3])("%i traces and two MACs a PE, each as its netlist has gates and registers", (traces) => {
    const gatesOf = (block: "traceLook" | "jobChosen", count: number) => {
      const { gateEquivalents, flipFlops } = blockSize(block, 16, traces);
      return count * (gateEquivalents + flipFlops * 5.67);
    };
    const own = area({ traces });
    expect(own.validDataTrace).toBeCloseTo(um2At65(gatesOf("traceLook", 16 * 8 * traces)) * 1e-6, 9);
    expect(own.balancer).toBeCloseTo(um2At65(gatesOf("jobChosen", 16 * 8)) * 1e-6, 9);
    expect(area({ traces, columns: 8 }).validDataTrace).toBeCloseTo(own.validDataTrace / 2, 9);
  });

  it("a PE of one trace has the blocks of one of two, and more than three those of three", () => {
    expect(area({ traces: 1 }).balancer).toBe(area({ traces: 2 }).balancer);
    expect(area({ traces: 5 }).balancer).toBe(area({ traces: 3 }).balancer);
    expect(area({ traces: 2 }).balancer).toBeLessThan(0.75 * area({ traces: 3 }).balancer);
  });

  it("memories are macros, as large as the parameters say", () => {
    const { fmapBuffers, emapBuffers, accumulators } = components.memories;
    expect(fmapBuffers).toMatchObject({ count: 256, words: 64, wordBits: 64, ports: "readAndWrite" });
    expect(emapBuffers).toMatchObject({ count: 128, words: 64, wordBits: 64, ports: "readAndWrite" });
    expect(accumulators).toMatchObject({ count: 256, words: 64, wordBits: 64, ports: "readAndWrite" });
    for (const memory of [fmapBuffers!, emapBuffers!, accumulators!])
      expect(memoryCost(memory, nm65).made).toBe("SRAM");
  });

  it("a chunk's twelve row words cost one activation", () => {
    const { switchedPj, clockPj } = useEnergy(blockUse("chunkActivated", 16));
    const parts = energyOf(eventsOf("rowWords", 12e6), 0, at65);
    expect(parts.bitmaps / 1e6).toBeCloseTo(2.405022 * switchedPj, 4);
    expect(parts.sparsityClock / 1e6).toBeCloseTo(2.405022 * clockPj, 4);
  });

  it("sums that leave are rounded once for each gradient", () => {
    const priceOf = (addedSums: number) =>
      energyOf({ ...noEvents(), drainedSums: 2e6, addedSums }, 0, at65).interconnect;
    const rounding = 2.405022 * useEnergy(blockUse("roundedSum", 16)).switchedPj;
    const adding = 2.405022 * useEnergy(adderUse("bf16")).switchedPj;
    expect((priceOf(1e6) - priceOf(0)) / 1e6).toBeCloseTo(adding - rounding, 4);
  });

  it("a couple that leaves pays for its read in one PE of its column, and for what it switches in the seven others", () => {
    const pj = (block: BlockName) => 2.405022 * useEnergyPj(blockUse(block, 16));
    const paid = totalPj(energyOf(eventsOf("drainedCouples", 1e6), 0, at65)) / 1e6;
    expect(paid).toBeCloseTo(pj("readCouple") + 7 * pj("passedCouple"), 4);
  });

  it("a couple in a buffer is written and read there, whether it is sent or added to; one of a team goes to another column instead", () => {
    const pj = (block: BlockName) => 2.405022 * useEnergyPj(blockUse(block, 16));
    const buffer = memoryCost(components.memories.drainBuffers!, nm65);
    const word = (67 / 8) * (buffer.readPjPerByte + buffer.writePjPerByte);
    const paid = (event: keyof EventCounts) => totalPj(energyOf(eventsOf(event, 1e6), 0, at65)) / 1e6;
    expect(paid("sentCouples")).toBeCloseTo(word + pj("sentCouple") + pj("controlledCouple"), 4);
    expect(paid("addedCouples")).toBeCloseTo(word + pj("addedCouple") + pj("controlledCouple"), 4);
    expect(paid("teamedCouples")).toBeGreaterThan(pj("teamedCouple"));
  });

  it("a pair's sum and its way to a MAC are paid for without a valid-data trace too, finding it is not", () => {
    const layer = linear("layer", 8, 4, 4);
    const occupancy = {
      layer,
      fmap: new Uint8Array(fmapSize(layer)).fill(1),
      emap: new Uint8Array(emapSize(layer)).fill(1),
    };
    const run = (vdt: string) => runMachine("swg", occupancy, { vdt });
    const [dense, both] = ["none", "both"].map(run);
    expect(dense.events).toMatchObject({ handedPairs: 0 });
    expect(dense.events.summedPairs).toBe(dense.events.macs);
    expect(both.events.summedPairs).toBe(both.events.handedPairs);
    const paid = energyOf(eventsOf("summedPairs", 1000), 0, at65);
    expect(Math.min(paid.accumulators, paid.interconnect)).toBeGreaterThan(0);
  });

  it("what values of another width switch was measured with that width", () => {
    const pair = (format: "fp8" | "int8" | "bf16" | "fp32") => {
      const machine = pricedMachine(
        swg.components({ ...defaults(swg.parameters), format }),
        nm65,
        drams.lpddr4,
      );
      return energyOf(eventsOf("summedPairs", 1e6), 0, machine).interconnect;
    };
    expect(pair("fp8")).toBeLessThan(pair("bf16"));
    // a word has two values of 32 bits, of which one is selected
    expect(pair("fp32")).toBeLessThan(pair("bf16"));
    expect(pair("int8")).toBe(pair("fp8"));
  });

  it("sparsity's share has the wires of pairs that move, and the clock of what finds and moves them, not of all else", () => {
    const parts = (event: keyof EventCounts) => energyOf(eventsOf(event, 1e6), 0, at65);
    const routed = parts("routedPairs");
    expect(sparsityPj(routed)).toBe(totalPj(routed));
    expect(routed.pairWires).toBeGreaterThan(routed.balancer);
    // two values of two bytes for a pair; a sum of four bytes there and back for a visit
    const visits = parts("routedVisits");
    expect(visits.pairWires / routed.pairWires).toBeCloseTo(2, 5);
    expect(sparsityPj(visits)).toBe(totalPj(visits));
    const clocked = parts("jobCycles");
    expect(clocked.sparsityClock).toBeGreaterThan(0);
    expect(sparsityPj(clocked)).toBe(totalPj(clocked));
    const drained = parts("drainedCouples");
    expect([drained.clock > 0, sparsityPj(drained)]).toEqual([true, 0]);
  });

  it("a MAC of a format costs the same on every machine, but for the product's register, which is in SWG's own block", () => {
    const dense = accelerators.dense;
    const components = dense.components({ ...defaults(dense.parameters), macs: 256, format: "bf16" });
    const register = memoryCost(components.memories.productRegisters!, nm65);
    expect(pricedMachine(components, nm65, drams.lpddr4).areaMm2.mac).toBeCloseTo(
      area({}).mac + register.areaMm2,
      12,
    );
  });
});

describe("when does DRAM bound a layer?", () => {
  const events: EventCounts = {
    ...noEvents(),
    dramReadBytes: 6000,
    dramEmapReadBytes: 4000,
    dramWriteBytes: 4000,
    dramRuns: 10,
  };

  it("traffic by tensor; a run opens a row, and each row's bytes another, of all accesses", () => {
    // 10,000 bytes: 313 accesses of 32 bytes, 4 full rows of 2048
    expect(dramTraffic(events, drams.lpddr4)).toEqual({
      fmapBytes: 2000,
      emapBytes: 4000,
      gradientBytes: 4000,
      maskBytes: 0,
      rowMisses: 14,
      rowHits: 299,
    });
    expect(dramTraffic({ ...events, dramRuns: 1e6 }, drams.lpddr4)).toMatchObject({ rowMisses: 313 });
  });

  it("opening rows costs time that the rate alone does not show", () => {
    // 100 us for the bytes at 100 MB/s, 10 x 36 ns for the rows
    expect(effectiveMbps(events, 100, drams.lpddr4)).toBeCloseTo(10_000 / 100.36, 9);
    expect(effectiveMbps(noEvents(), 100, drams.lpddr4)).toBe(100);
  });

  it("where its operations a byte times DRAM's rate are below the peak", () => {
    const machine = { ...components, macs: 2, clockMhz: 100, dramMbps: 1000 };
    const point = (validMacs: number) =>
      rooflineOf({ validMacs, denseMacs: 80_000 }, { events, cycles: 10_000 }, machine, drams.lpddr4);
    // peak: 2 x 2 x 100 MHz = 0.4 Gop/s; 2 x 1000 operations in 10^4 bytes at 1 GB/s: 0.2
    expect(point(1000)).toMatchObject({ validOpsPerByte: 0.2, denseOpsPerByte: 16, peakGops: 0.4 });
    expect(point(1000)).toMatchObject({ attainableGops: 0.2, roof: "dram", achievedGops: 0.02 });
    expect(point(1000).denseEquivalentGops).toBe(1.6);
    expect(point(4000)).toMatchObject({ attainableGops: 0.4, roof: "compute" });
    // 10 us for the bytes, 0.36 for rows: with them the roof is lower
    expect(point(2010)).toMatchObject({ roof: "compute", withRows: { roof: "dram" } });
  });
});
