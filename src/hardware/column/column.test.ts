import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { swgParameters } from "../parameters.ts";
import { type Job, noJob } from "../valid-data-trace/job.ts";
import { Column, type ListedItem, listLatency } from "./column.ts";

const p = withValues("swg", swgParameters, { columns: 1, rows: 1, macs: 1, traces: 2 });
const none = { busy: 0, room: 0, inBuffer: 0 };
const job = (cycles: number, rest = 0): Job => ({
  cycles,
  rest,
  pairs: cycles,
  looks: 1,
  visits: 1,
  tiles: [{ pairs: cycles, cycles }],
});

/** An item of an episode, its list there from the start; the PE's second trace has nothing to do in it. */
const item = (episode: number, of: Job, words: number): ListedItem => ({
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
  listSpaces: [words, 1],
  rowWords: [6, 0],
  words,
  fetch: none,
  asked: 0,
  inPes: 0,
  there: 0,
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

/** Six row words, two a cycle, a cycle of latency, four looks. */
const activation = 3 + 1 + 4;

describe("when does a trace begin a job?", () => {
  it("when its row words are there and its first tile has been looked at, then one job after the other", () => {
    expect(beginnings(item(0, job(20), 2), item(0, job(10), 2), item(0, job(5), 2))).toEqual([
      activation,
      activation + 20,
      activation + 30,
    ]);
  });

  it("no sooner than the words of the job before could be read, one every so many cycles as a PE has traces", () => {
    expect(beginnings(item(0, job(4), 9), item(0, job(4), 2))).toEqual([activation, activation + 2 * 9]);
  });

  it("no sooner than the looks that the last tile of the job before was too short for", () => {
    expect(beginnings(item(0, job(20, 3), 2), item(0, job(4), 2))).toEqual([activation, activation + 23]);
  });

  it("in the next episode after another chunk was made active", () => {
    expect(beginnings(item(0, job(20, 3), 2), item(1, job(4), 2))).toEqual([
      activation,
      activation + 20 + activation,
    ]);
  });
});

it("a list that has come waits for its header, if it has one, its bitmap and its first looks", () => {
  const three = withValues("swg", swgParameters, {});
  expect([listLatency(false, three), listLatency(true, three)]).toEqual([3 + 1 + 4, 6 + 1 + 4]);
});
