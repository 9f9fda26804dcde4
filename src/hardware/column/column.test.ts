import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { headCycles, swgParameters } from "../parameters.ts";
import { type Job, noJob } from "../valid-data-trace/job.ts";
import { Column, type ListedItem } from "./column.ts";

const p = withValues("swg", swgParameters, { columns: 1, rows: 1, macs: 1, traces: 2 });
const none = { busy: 0, room: 0, inBuffer: 0 };
/** A job of tiles of so many cycles. */
const job = (...tiles: number[]): Job => ({
  cycles: tiles.reduce((sum, cycles) => sum + cycles, 0),
  rest: 0,
  pairs: tiles.reduce((sum, cycles) => sum + cycles, 0),
  looks: 1,
  visits: 1,
  tiles: tiles.map((cycles) => ({ pairs: cycles, cycles })),
});

/** An item of an episode, its list there from the start; the PE's second trace has nothing to do in it. */
const item = (episode: number, of: Job, headers = 0): ListedItem => ({
  item: {
    residency: {
      ks: [],
      channels: [],
      pass: { r0: 0, r1: 1, s0: 0, s1: 1 },
      firstOfKs: true,
      firstOfChannels: true,
      lastKs: true,
    },
    episode,
    inEpisode: 0,
    k: 0,
    first: false,
    last: false,
    sums: 0,
  },
  jobs: [of, noJob],
  headers,
  rowWords: [6, 0],
  words: 2,
  fetch: none,
  asked: 0,
  inPes: 0,
});

/** When each job of the first trace of a column with one MAC begins. */
function beginnings(...items: ListedItem[]): number[] {
  const begun: number[] = [];
  const cycles = new Set<number>([0]);
  const around = { chunk: () => ({ free: 0, fetch: none, asked: 0, there: 0 }), setFree: () => 0 };
  const column = new Column(p, around, (cycle) => cycles.add(cycle), {
    job: (_mac, _trace, _job, start) => begun.push(start),
    waited: () => undefined,
  });
  for (const one of items) column.list(one);
  for (let now = 0; now < 1000; now++) {
    if (!cycles.has(now)) continue;
    column.finishJobs(now);
    column.beginJobs(now);
  }
  return begun;
}

/** Cycles in which a bitmap is read, with a header before it and without, and from then on until the first tile has been looked at. */
const [bitmap, both] = [headCycles(1, p), headCycles(2, p)];
const looked = 1 + 4;
/** Six row words, two a cycle, a cycle of latency. */
const activation = 3 + 1;

describe("when does a trace begin a job?", () => {
  it("when its list has been read and its first tile has been looked at, then one job after the other", () => {
    const first = bitmap + looked;
    expect(beginnings(item(0, job(20)), item(0, job(10)), item(0, job(5)))).toEqual([
      first,
      first + 20,
      first + 30,
    ]);
  });

  it("no sooner than its list could be read, from when the one before was looked at", () => {
    expect(beginnings(item(0, job(4)), item(0, job(4)))).toEqual([bitmap + looked, 2 * bitmap + 1 + looked]);
    const headed = [item(0, job(4), 1), item(0, job(4), 1)];
    expect(beginnings(...headed)).toEqual([both + looked, 2 * both + 1 + looked]);
  });

  it("no sooner than the looks that the last tile of the job before was too short for", () => {
    expect(beginnings(item(0, job(19, 1)), item(0, job(4)))).toEqual([
      bitmap + looked,
      bitmap + looked + 19 + 4,
    ]);
  });

  it("in the next episode after another chunk was made active", () => {
    const first = bitmap + looked;
    expect(beginnings(item(0, job(20)), item(1, job(4)))).toEqual([first, first + 20 + activation + 4]);
  });

  it("after a list in which it has nothing to do, the head of which is read, too", () => {
    expect(beginnings(item(0, noJob), item(0, job(4)))).toEqual([2 * bitmap + looked]);
    expect(beginnings(item(0, noJob, 1), item(0, job(4), 1))).toEqual([bitmap + both + looked]);
  });
});

it("a word is read in two turns of all traces", () => {
  const three = withValues("swg", swgParameters, { traces: 3 });
  expect([headCycles(1, three), headCycles(2, three)]).toEqual([7, 13]);
});
