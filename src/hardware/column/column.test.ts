import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Port } from "../buffer/port.ts";
import { emapRoundSlots } from "../parameters.ts";
import { Column, type RoundNeeds, type RoundWork } from "./column.ts";

type Round = RoundNeeds & RoundWork;

/** One of the column's stages: rounds that it is done with, and what is left of the one in it; -1: it is free. */
interface Stage {
  done: number;
  left: number;
  /** whether a round that comes next may enter in a cycle, and how much it has to do there */
  readonly mayEnter: (round: Round, cycle: number) => boolean;
  readonly work: (round: Round) => number;
}

/** Three stages, latest first, each holding at most one round, and room for three rounds. */
function stagesOfColumn(): readonly [Stage, Stage, Stage] {
  const fetch: Stage = {
    done: 0,
    left: -1,
    mayEnter: (round, cycle) => fetch.done - run.done < emapRoundSlots && round.emapInBufferCycle <= cycle,
    work: (round) => round.emapBytes,
  };
  const count: Stage = {
    done: 0,
    left: -1,
    mayEnter: (round, cycle) => count.done < fetch.done && round.fmapLoadedCycle <= cycle,
    work: (round) => round.countingCycles,
  };
  const run: Stage = {
    done: 0,
    left: -1,
    mayEnter: (round, cycle) =>
      run.done < count.done && Math.max(round.slackCycle, round.drainedCycle) <= cycle,
    work: (round) => round.cycles,
  };
  return [run, count, fetch];
}

/** Lets go of a stage's round if it has ended. */
function leave(stage: Stage): boolean {
  if (stage.left !== 0) return false;
  stage.done++;
  stage.left = -1;
  return true;
}

/** Lets the next round into a stage if it may. */
function enter(stage: Stage, rounds: readonly Round[], cycle: number): boolean {
  const next = rounds.at(stage.done);
  if (stage.left >= 0 || !next || !stage.mayEnter(next, cycle)) return false;
  stage.left = stage.work(next);
  return true;
}

/** The column cycle by cycle. */
function stepped(rounds: readonly Round[], portBytes: number): number {
  const stages = stagesOfColumn();
  const [run, , fetch] = stages;
  for (let cycle = 0; ; cycle++) {
    for (let moved = true; moved; ) {
      // what ended with the cycle before, latest stage first, so that a place is free at once
      const left = stages.filter(leave);
      const entered = stages.filter((stage) => enter(stage, rounds, cycle));
      moved = left.length + entered.length > 0;
    }
    if (run.done === rounds.length) return cycle;
    for (const stage of stages)
      if (stage.left > 0) stage.left = Math.max(0, stage.left - (stage === fetch ? portBytes : 1));
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
