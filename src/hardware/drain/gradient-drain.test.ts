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
  /** [trace] cycle from which it is at rest; now if left out */
  readonly rest?: Readonly<Record<number, number>>;
  readonly queue?: WriteQueue;
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
    (_, trace) => ({
      hold(now) {
        events.push(`hold ${trace} at ${now}`);
        return Math.max(now, rest[trace] ?? now);
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

/** All sums of so many couples, whose mask is there at `ready`. */
const couples = (count: number, ready = 0) => ({ wanted: 2 * count, couples: count, ready });

describe("when do sums leave, and when is their set free?", () => {
  it("a couple a cycle, from two cycles after the trace is at rest, and the set a cycle later", () => {
    const { drain, events, run } = drainOf({ rest: { 0: 30 } });
    drain.finished(0, 0, couples(6));
    run(10, 100);
    expect(events).toEqual(["hold 0 at 10", "read 0 until 38"]);
    expect(drain.setFree(0, 0, 1)).toBe(39);
    expect(drain.idle).toBe(true);
    expect(drain.writtenBytes).toBe(12 * 2);
  });

  it("sums wait for their mask, others of their way do not wait for it", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2 });
    drain.finished(0, 0, couples(3, 20));
    drain.finished(0, 1, couples(3));
    run(10, 100);
    expect(events).toEqual(["hold 1 at 10", "read 1 until 15", "hold 0 at 20", "read 0 until 25"]);
  });

  it("the next trace is held while one is read, and read as soon as that is done", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2 });
    for (const slice of [0, 1]) drain.finished(0, slice, couples(9));
    run(10, 100);
    expect(events).toEqual(["hold 0 at 10", "read 0 until 21", "hold 1 at 12", "read 1 until 30"]);
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

  it("each way has slices of its own", () => {
    const { drain, events } = drainOf({ channelSlices: 3, drainLanes: 2 });
    for (const slice of [0, 1, 2]) drain.finished(0, slice, couples(4));
    drain.step(0);
    expect(events).toEqual(["hold 0 at 0", "hold 1 at 0"]);
  });

  it("position slices are read one after the other, each goes on when it has been read, and all are sent as one", () => {
    const { drain, events, run } = drainOf({ channelSlices: 2, positionSlices: 2 });
    drain.finished(0, 1, couples(5));
    run(0, 100);
    expect(events).toEqual(["hold 1 at 0", "read 1 until 7", "hold 3 at 2", "read 3 until 12"]);
    expect([1, 3].map((trace) => drain.setFree(0, trace, 1))).toEqual([8, 13]);
    // one that is not used goes with the last
    expect(drain.setFree(0, 5, 1)).toBe(13);
    expect(drain.writtenBytes).toBe(10 * 2);
  });

  it("the next sums come in behind those that are sent: they wait until the write queue takes these", () => {
    const queue = new WriteQueue(new Port(1000), new Port(1), 8, 0);
    const { drain, events, run } = drainOf({ held: 3, queue });
    for (let i = 0; i < 3; i++) drain.finished(0, 0, couples(2));
    run(0, 200);
    // the first are sent at 4, the second when the first are in DRAM: 8 bytes later than 6
    expect(events.filter((event) => event.startsWith("read"))).toEqual([
      "read 0 until 4",
      "read 0 until 6",
      "read 0 until 16",
    ]);
  });

  it("a buffer is read by what is sent or by what is added to it: the second step waits for all that was sent", () => {
    const { drain, events, run } = drainOf({ positionSlices: 2, held: 3 });
    drain.finished(0, 0, couples(9));
    drain.finished(0, 0, couples(2));
    run(0, 100);
    // nine couples are sent from 20 on, until 29; two come in behind them at once
    expect(events.filter((event) => event.startsWith("read"))).toEqual([
      "read 0 until 11",
      "read 1 until 20",
      "read 0 until 22",
      "read 1 until 31",
    ]);
  });

  it("two traces that hold one couple are two cycles apart: the first is in the buffer when the second is added", () => {
    const { drain, events, run } = drainOf({ positionSlices: 2 });
    drain.finished(0, 0, couples(1));
    run(0, 100);
    expect(events).toEqual(["hold 0 at 0", "read 0 until 4", "hold 1 at 2", "read 1 until 6"]);
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
    drain.finished(0, 0, { wanted: 0, couples: 0, ready: 0 });
    run(5, 100);
    expect(events).toEqual([]);
    expect([0, 2].map((trace) => drain.setFree(0, trace, 1))).toEqual([8, 8]);
    expect(drain.idle).toBe(true);
  });

  it("the first sums of a trace have a set at once, later ones when the oldest have been read", () => {
    const { drain, run } = drainOf({ held: 2 });
    expect([0, 1, 2].map((sums) => drain.setFree(0, 0, sums))).toEqual([0, 0, undefined]);
    drain.finished(0, 0, couples(3));
    run(20, 100);
    expect([2, 3].map((sums) => drain.setFree(0, 0, sums))).toEqual([26, undefined]);
  });

  it("nothing takes time where ports have no limits", () => {
    const all = () => new Port(Number.POSITIVE_INFINITY);
    const queue = new WriteQueue(all(), all(), 1e6, 0);
    const { drain, events } = drainOf({ channelSlices: 2, positionSlices: 2, unlimitedPorts: true, queue });
    for (const slice of [0, 1]) drain.finished(0, slice, couples(9));
    drain.step(3);
    expect(events.filter((event) => event.startsWith("read"))).toEqual(
      [0, 2, 1, 3].map((trace) => `read ${trace} until 3`),
    );
    expect(drain.idle).toBe(true);
  });
});
