import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { Port } from "../buffer/port.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { swgParameters } from "../parameters.ts";
import { drainLatency, GradientDrain } from "./gradient-drain.ts";

const wide = () => new WriteQueue(new Port(1000), new Port(1000), 1e6, 0);

interface Given {
  readonly channelSlices?: number;
  readonly positionSlices?: number;
  readonly drainLanes?: number;
  readonly unlimitedPorts?: boolean;
  /** sets of sums of a trace */
  readonly held?: number;
  /** [trace] cycle at which its job ends; it has none if left out */
  readonly rest?: Readonly<Record<number, number>>;
  readonly queue?: WriteQueue;
  /** cycle at which a mask that is asked for has been read; at once if left out */
  readonly masks?: (now: number) => number;
}

/** The ways out of one column, which note who is held and until when they are read. */
function drainOf({
  channelSlices = 1,
  positionSlices = 1,
  drainLanes = 1,
  unlimitedPorts = false,
  held = 1,
  rest = {},
  queue = wide(),
  masks = (now) => now,
}: Given) {
  const p = withValues("swg", swgParameters, { drainLanes, unlimitedPorts });
  const events: string[] = [];
  const woken: number[] = [];
  const drain = new GradientDrain(
    { teams: 1 },
    { teamColumns: 1, channelSlices, positionSlices },
    held,
    p,
    queue,
    (now) => masks(now),
    (_, trace) => ({
      hold(now) {
        events.push(`hold ${trace} at ${now}`);
        return rest[trace] ?? 0;
      },
      release: (end) => void events.push(`read ${trace} until ${end}`),
    }),
    (cycle) => woken.push(cycle),
  );
  /** From one cycle that the drain asked for to the next, up to `last`. */
  const run = (first: number, last: number) => {
    for (let now = first; now <= last; now = Math.min(...woken.filter((cycle) => cycle > now)))
      drain.step(now);
  };
  return { drain, events, run };
}

/** All sums of so many couples, of which it is known from a cycle on that they are finished. */
const couples = (count: number, known = 0) => ({ wanted: 2 * count, couples: count, known });

describe("when do sums leave, and when is their set free?", () => {
  it("a couple a cycle, from three cycles after the last job of the trace, and the set a cycle later", () => {
    const { drain, events, run } = drainOf({ rest: { 0: 30 } });
    drain.finished(0, 0, couples(6));
    run(10, 100);
    expect(events).toEqual(["hold 0 at 14", "read 0 until 39"]);
    expect(drain.setFree(0, 0, 1)).toBe(40);
    expect(drain.idle).toBe(true);
    expect(drain.writtenBytes).toBe(12 * 2);
  });

  it("sums of which it is not known that they are finished do not keep others of their way waiting", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2 });
    drain.finished(0, 0, couples(3, 20));
    drain.finished(0, 1, couples(3));
    run(10, 100);
    expect(events).toEqual(["hold 1 at 14", "read 1 until 19", "hold 0 at 24", "read 0 until 29"]);
  });

  it("the next trace is held while one is read, and read as soon as that is done", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2 });
    for (const slice of [0, 1]) drain.finished(0, slice, couples(9));
    run(10, 100);
    expect(events).toEqual(["hold 0 at 14", "read 0 until 25", "hold 1 at 17", "read 1 until 34"]);
  });

  it("slices go by turns: who has sent waits for the others of its way", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2 });
    for (const slice of [0, 0, 1]) drain.finished(0, slice, couples(1));
    run(0, 100);
    expect(events.filter((event) => event.startsWith("read")).map((event) => event[5])).toEqual([
      "0",
      "1",
      "0",
    ]);
  });

  it("masks are asked for by turns, one in a cycle, two ahead at most", () => {
    const asked: number[] = [];
    const masks = (now: number) => {
      asked.push(now);
      return now + 20;
    };
    const { drain, events, run } = drainOf({ channelSlices: 3, held: 8, masks });
    for (const slice of [0, 0, 1, 1, 2, 2]) drain.finished(0, slice, couples(2));
    run(0, 200);
    // there is a place when sums are taken: those that are read, and those of the trace that is held behind them
    expect(asked).toEqual([0, 1, 22, 25, 44, 47]);
    expect(events.filter((event) => event.startsWith("hold"))).toEqual([
      "hold 0 at 23",
      "hold 1 at 26",
      "hold 2 at 45",
      "hold 0 at 48",
      "hold 1 at 67",
      "hold 2 at 70",
    ]);
  });

  it("a slice that has finished two sums at once has their masks asked for two cycles apart", () => {
    const asked: number[] = [];
    const { drain, run } = drainOf({ held: 8, masks: (now) => asked.push(now) && now });
    for (const known of [5, 5, 9]) drain.finished(0, 0, couples(2, known));
    run(0, 200);
    expect(asked).toEqual([5, 7, 9]);
  });

  it("each way has slices of its own", () => {
    const { drain, events, run } = drainOf({ channelSlices: 3, drainLanes: 2 });
    for (const slice of [0, 1, 2]) drain.finished(0, slice, couples(4));
    run(0, 4);
    expect(events).toEqual(["hold 0 at 4", "hold 1 at 4"]);
  });

  it("position slices are read one after the other, each goes on when it has been read, and all are sent as one", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2, positionSlices: 2 });
    drain.finished(0, 1, couples(5));
    run(0, 100);
    expect(events).toEqual(["hold 1 at 4", "read 1 until 11", "hold 3 at 7", "read 3 until 16"]);
    expect([1, 3].map((trace) => drain.setFree(0, trace, 1))).toEqual([12, 17]);
    // one that is not used has a set whenever it needs one
    expect(drain.setFree(0, 5, 1)).toBe(0);
    expect(drain.writtenBytes).toBe(10 * 2);
  });

  it("the next sums come in behind those that are sent: they wait until the write queue takes these", () => {
    const queue = new WriteQueue(new Port(1000), new Port(1), 8, 0);
    const { drain, events, run } = drainOf({ held: 3, queue });
    for (let i = 0; i < 3; i++) drain.finished(0, 0, couples(2));
    run(0, 200);
    // the first are sent at 8, the second when the first are in DRAM: 8 bytes later than 10
    expect(events.filter((event) => event.startsWith("read"))).toEqual([
      "read 0 until 8",
      "read 0 until 11",
      "read 0 until 20",
    ]);
  });

  it("a buffer is read by what is sent or by what is added to it: the second step waits for all that was sent", () => {
    const { drain, events, run } = drainOf({ positionSlices: 2, held: 3 });
    drain.finished(0, 0, couples(9));
    drain.finished(0, 0, couples(2));
    run(0, 100);
    // nine couples are sent from 24 on, until 33; two come in behind them at once
    expect(events.filter((event) => event.startsWith("read"))).toEqual([
      "read 0 until 15",
      "read 1 until 24",
      "read 0 until 26",
      "read 1 until 35",
    ]);
  });

  it("two traces that hold one couple are three cycles apart: the second is held when the first is read", () => {
    const { drain, events, run } = drainOf({ positionSlices: 2 });
    drain.finished(0, 0, couples(1));
    run(0, 100);
    expect(events).toEqual(["hold 0 at 4", "read 0 until 8", "hold 1 at 7", "read 1 until 11"]);
  });

  it("gradients are in DRAM later by what the adders of a team's columns take", () => {
    const written = (teamColumns: number) => {
      const p = withValues("swg", swgParameters, {});
      const queue = new WriteQueue(new Port(100), new Port(100), 100, drainLatency({ teamColumns }, p));
      queue.put(10, 4, 2);
      return queue.written;
    };
    expect([1, 2, 4, 16].map(written)).toEqual([15, 16, 17, 19]);
  });

  it("sums of which none is wanted take two cycles of their way, and hold nobody", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2, positionSlices: 2 });
    drain.finished(0, 0, { wanted: 0, couples: 0, known: 0 });
    run(5, 100);
    expect(events).toEqual([]);
    expect([0, 2].map((trace) => drain.setFree(0, trace, 1))).toEqual([11, 11]);
    expect(drain.idle).toBe(true);
  });

  it("the first sums of a trace have a set at once, later ones when the oldest have been read", () => {
    const { drain, run } = drainOf({ held: 2 });
    expect([0, 1, 2].map((sums) => drain.setFree(0, 0, sums))).toEqual([0, 0, undefined]);
    drain.finished(0, 0, couples(3));
    run(20, 100);
    expect([2, 3].map((sums) => drain.setFree(0, 0, sums))).toEqual([30, undefined]);
  });

  it("what takes time where ports have no limits is to know of finished sums, and to ask for their masks", () => {
    const all = () => new Port(Number.POSITIVE_INFINITY);
    const queue = new WriteQueue(all(), all(), 1e6, 0);
    const { drain, events, run } = drainOf({
      channelSlices: 2,
      positionSlices: 2,
      unlimitedPorts: true,
      queue,
    });
    for (const slice of [0, 1]) drain.finished(0, slice, couples(9));
    run(3, 100);
    expect(events.filter((event) => event.startsWith("read"))).toEqual([
      "read 0 until 6",
      "read 2 until 6",
      "read 1 until 7",
      "read 3 until 7",
    ]);
    expect(drain.idle).toBe(true);
  });
});
