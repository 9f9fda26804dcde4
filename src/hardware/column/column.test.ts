import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Port } from "../buffer/port.ts";
import { emapRoundSlots } from "../parameters.ts";
import { Column, type RoundNeeds, type RoundWork } from "./column.ts";

type Round = RoundNeeds & RoundWork;

/** The column cycle by cycle: three stages, each holding at most one round, and room for three rounds. */
function stepped(rounds: readonly Round[], portBytes: number): number {
  const stage = { fetched: 0, counted: 0, done: 0 };
  let bytesLeft = -1;
  let counting = -1;
  let running = -1;
  for (let cycle = 0; ; cycle++) {
    // What ended with the cycle before, latest stage first, so that a place is free at once.
    for (let moved = true; moved; ) {
      moved = false;
      if (running === 0) {
        stage.done++;
        running = -1;
        moved = true;
      }
      if (counting === 0) {
        stage.counted++;
        counting = -1;
        moved = true;
      }
      if (bytesLeft === 0) {
        stage.fetched++;
        bytesLeft = -1;
        moved = true;
      }
      const next = rounds.at(stage.done);
      if (
        running < 0 &&
        next &&
        stage.done < stage.counted &&
        Math.max(next.slackCycle, next.drainedCycle) <= cycle
      ) {
        running = next.cycles;
        moved = true;
      }
      const count = rounds.at(stage.counted);
      if (counting < 0 && count && stage.counted < stage.fetched && count.fmapLoadedCycle <= cycle) {
        counting = count.countingCycles;
        moved = true;
      }
      const fetch = rounds.at(stage.fetched);
      const room = stage.fetched - stage.done < emapRoundSlots;
      if (bytesLeft < 0 && fetch && room && fetch.emapInBufferCycle <= cycle) {
        bytesLeft = fetch.emapBytes;
        moved = true;
      }
    }
    if (stage.done === rounds.length) return cycle;
    if (running > 0) running--;
    if (counting > 0) counting--;
    if (bytesLeft > 0) bytesLeft = Math.max(0, bytesLeft - portBytes);
  }
}

const at = (n: number) => fc.integer({ min: 0, max: n });
const round: fc.Arbitrary<Round> = fc
  .record({
    slackCycle: at(60),
    chunkFreeCycle: at(60),
    fmapInBufferCycle: at(60),
    fmapLoadedCycle: at(80),
    emapInBufferCycle: at(80),
    drainedCycle: at(80),
    emapBytes: at(40),
    countingCycles: at(12),
    cycles: at(20),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    emptyPes: at(4),
  })
  .map(({ share, ...rest }) => ({ ...rest, pairs: Math.floor(share * rest.cycles * 4) }));

describe("is a column's timing that of its three stages?", () => {
  it("ends in the cycle in which stepping through the cycles does, and accounts for every PE-cycle", () => {
    fc.assert(
      fc.property(
        fc.array(round, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(1, 4, 16),
        (rounds, bytes) => {
          const column = new Column(4, new Port(1_000_000), bytes);
          for (const one of rounds) column.round(one, one);
          expect(column.end).toBe(stepped(rounds, bytes));
          const booked = Object.values(column.breakdown).reduce((sum, n) => sum + n, 0);
          expect(booked).toBe(4 * column.end);
          expect(Math.min(...Object.values(column.breakdown))).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("books a wait on what it waited for last", () => {
    const column = new Column(2, new Port(16), 16);
    const needs = {
      slackCycle: 0,
      chunkFreeCycle: 0,
      fmapInBufferCycle: 0,
      fmapLoadedCycle: 0,
      emapInBufferCycle: 0,
      drainedCycle: 0,
    };
    const work = { emapBytes: 16, countingCycles: 0, cycles: 3, pairs: 6, emptyPes: 0 };
    column.round(needs, work);
    column.round({ ...needs, emapInBufferCycle: 10 }, work);
    column.round({ ...needs, drainedCycle: 20 }, work);
    expect(column.breakdown).toMatchObject({ fillDrain: 2, dram: 12, emapLoad: 2, writeBack: 12, busy: 18 });
  });
});
