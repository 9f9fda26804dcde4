import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Choosable, chooseJobs } from "./job-choice.ts";

/** Three PEs with two MACs and three traces each; `next` of each trace, -1: cannot begin. */
const column = (next: readonly number[], busy: readonly number[] = [], help = true): Choosable => ({
  pes: 3,
  macs: 2,
  traces: 3,
  help,
  next: (trace) => (next[trace] < 0 ? undefined : next[trace]),
  free: (mac) => !busy.includes(mac),
});

describe("which trace does a free MAC serve?", () => {
  it("the ones of its PE that are farthest behind", () => {
    const begun = chooseJobs(column([5, 3, 4, -1, -1, -1, -1, -1, -1], [2, 3, 4, 5]));
    expect(begun).toEqual([
      { mac: 0, trace: 1 },
      { mac: 1, trace: 2 },
    ]);
  });

  it("one of the PE beside it, which is farther behind or all that there is", () => {
    // MAC 1 of PE 0 looks to PE 1
    const begun = chooseJobs(column([9, -1, -1, 7, 8, -1, -1, -1, -1], [0, 2, 3, 4, 5]));
    expect(begun).toEqual([{ mac: 1, trace: 3 }]);
    expect(chooseJobs(column([-1, -1, -1, 7, -1, -1, -1, -1, -1], [0, 2, 3, 4, 5]))).toEqual([
      { mac: 1, trace: 3 },
    ]);
  });

  it("its own where the neighbour is not two k's farther behind", () => {
    for (const [own, trace] of [
      [7, 0],
      [8, 0],
      [9, 3],
    ])
      expect(chooseJobs(column([own, -1, -1, 7, -1, -1, -1, -1, -1], [0, 2, 3, 4, 5]))).toEqual([
        { mac: 1, trace },
      ]);
  });

  it("none of a neighbour's without help", () => {
    expect(chooseJobs(column([-1, -1, -1, 7, -1, -1, -1, -1, -1], [2, 3], false))).toEqual([]);
  });

  it("its own alone, where there are as many MACs as traces", () => {
    const next = [4, 2, 9, -1, -1, 0];
    const begun = chooseJobs({ ...column(next, [2]), traces: 2 });
    expect(begun).toEqual([
      { mac: 0, trace: 0 },
      { mac: 1, trace: 1 },
      { mac: 5, trace: 5 },
    ]);
  });

  it("none that a PE keeps for its own free MACs", () => {
    // MAC 0 of PE 1 will take trace 3, so nothing is offered to PE 0
    expect(chooseJobs(column([-1, -1, -1, 7, -1, -1, -1, -1, -1], [0, 3, 4, 5]))).toEqual([
      { mac: 2, trace: 3 },
    ]);
  });

  it("the left neighbour's, where two ask for one: the other asks again", () => {
    expect(chooseJobs(column([-1, -1, -1, 7, -1, -1, -1, -1, -1], [0, 2, 3, 5]))).toEqual([
      { mac: 1, trace: 3 },
    ]);
  });
});

describe("are choices sound, whatever a column looks like?", () => {
  it("a MAC serves one trace, a trace has one MAC, all within reach, and no own trace waits while its MAC is free", () => {
    const drawn = fc.record({
      pes: fc.integer({ min: 1, max: 6 }),
      macs: fc.integer({ min: 1, max: 2 }),
      traces: fc.integer({ min: 1, max: 4 }),
      help: fc.boolean(),
      next: fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { minLength: 24, maxLength: 24 }),
      free: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(drawn, ({ pes, macs, traces, help, next, free: drawnFree }) => {
        // a MAC of a trace that waits is not at work for another one
        const own = (mac: number) => Math.floor(mac / macs) * traces + (mac % macs);
        const free = drawnFree.map((is, mac) => is || (traces <= macs && next[own(mac)] !== null));
        const begun = chooseJobs({
          pes,
          macs,
          traces,
          help,
          next: (trace) => next[trace] ?? undefined,
          free: (mac) => free[mac],
        });
        expect(new Set(begun.map(({ mac }) => mac)).size).toBe(begun.length);
        expect(new Set(begun.map(({ trace }) => trace)).size).toBe(begun.length);
        for (const { mac, trace } of begun) {
          expect(free[mac] && next[trace] !== null).toBe(true);
          const away = Math.abs(Math.floor(mac / macs) - Math.floor(trace / traces));
          expect(help && traces > macs ? [0, 1, pes - 1] : [0]).toContain(away);
        }
        if (help) return;
        for (let pe = 0; pe < pes; pe++) {
          const waiting = next.slice(pe * traces, (pe + 1) * traces).filter((one) => one !== null).length;
          const idle = free.slice(pe * macs, (pe + 1) * macs).filter(Boolean).length;
          const own = begun.filter(({ mac }) => Math.floor(mac / macs) === pe).length;
          expect(own).toBe(Math.min(waiting, idle));
        }
      }),
      { numRuns: 500 },
    );
  });
});
