import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { Port } from "../buffer/port.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { swgParameters } from "../parameters.ts";
import { GradientDrain } from "./gradient-drain.ts";

const wide = () => new WriteQueue(new Port(1000), new Port(1000), 1e6);

/** A drain of two lanes that notes who is held, and until when they are read; `rest` of each slice, now if left out. */
function drainOf(slices: number, held: number, rest: Record<number, number> = {}, queue = wide()) {
  const parameters = withValues("swg", swgParameters, { columnDrainSums: 4 });
  const events: string[] = [];
  const holders = {
    hold(slice: number, now: number) {
      events.push(`hold ${slice} at ${now}`);
      return rest[slice] ?? now;
    },
    release: (slice: number, end: number) => void events.push(`read ${slice} until ${end}`),
  };
  const woken: number[] = [];
  const drain = new GradientDrain(slices, held, queue, parameters, holders, (cycle) => woken.push(cycle));
  return { drain, events, woken };
}

describe("when do sums leave, and when is their set free?", () => {
  it("two a cycle, two slices at a time where a column sends four", () => {
    const { drain, events, woken } = drainOf(3, 2);
    for (const [slice, wanted] of [9, 4, 2].entries()) drain.finished(slice, wanted, 10);
    drain.step(10);
    expect(events).toEqual(["hold 0 at 10", "read 0 until 15", "hold 1 at 10", "read 1 until 12"]);
    drain.step(12);
    expect(events.slice(4)).toEqual(["hold 2 at 12", "read 2 until 13"]);
    expect(woken).toContain(15);
    expect(drain.writtenBytes).toBe(15 * 2);
  });

  it("not before the traces that hold them are at rest", () => {
    const { drain, events, woken } = drainOf(1, 1, { 0: 30 });
    drain.finished(0, 6, 10);
    drain.step(10);
    expect(events).toEqual(["hold 0 at 10"]);
    expect(woken).toEqual([30]);
    drain.step(30);
    expect(events.slice(1)).toEqual(["read 0 until 33"]);
  });

  it("one after the other where a trace holds both", () => {
    const { drain, events } = drainOf(1, 2);
    drain.finished(0, 6, 10);
    drain.finished(0, 6, 10);
    drain.step(10);
    drain.step(13);
    expect(events).toEqual(["hold 0 at 10", "read 0 until 13", "hold 0 at 13", "read 0 until 16"]);
  });

  it("the first sums of a trace have a set at once, later ones when the oldest have left", () => {
    const { drain } = drainOf(1, 2);
    expect([0, 1].map((sums) => drain.setFree(0, sums))).toEqual([0, 0]);
    drain.finished(0, 6, 20);
    expect(drain.setFree(0, 2)).toBeUndefined();
    drain.step(20);
    expect(drain.setFree(0, 2)).toBe(23);
    expect(drain.setFree(0, 3)).toBeUndefined();
  });

  it("sums of which none is wanted leave at once, and nobody is held for them", () => {
    const { drain, events, woken } = drainOf(1, 1);
    drain.finished(0, 0, 5);
    // a trace may have waited for their set
    expect(woken).toEqual([5]);
    drain.step(5);
    expect(events).toEqual([]);
    expect(drain.setFree(0, 1)).toBe(5);
  });

  it("sums of which none is wanted keep their place behind others of their slice: sets are a ring", () => {
    const { drain, events } = drainOf(2, 1, { 0: 30 });
    drain.finished(0, 6, 10);
    drain.finished(0, 0, 12);
    drain.finished(1, 0, 12);
    drain.step(12);
    // nothing has left of slice 0 yet, and slice 1 does not wait for it
    expect([1, 2].map((sums) => drain.setFree(0, sums))).toEqual([undefined, undefined]);
    expect(drain.setFree(1, 1)).toBe(12);
    drain.finished(0, 0, 20);
    drain.finished(0, 2, 20);
    drain.step(30);
    expect([1, 2, 3, 4].map((sums) => drain.setFree(0, sums))).toEqual([33, 33, 33, undefined]);
    drain.step(33);
    drain.finished(0, 0, 33);
    expect([4, 5].map((sums) => drain.setFree(0, sums))).toEqual([34, 34]);
    expect(events).toEqual(["hold 0 at 12", "read 0 until 33", "hold 0 at 33", "read 0 until 34"]);
  });

  it("waits for the write queue", () => {
    const { drain, events } = drainOf(1, 1, {}, new WriteQueue(new Port(1000), new Port(1), 8));
    drain.finished(0, 4, 0);
    drain.finished(0, 4, 0);
    drain.step(0);
    drain.step(2);
    expect(events).toContain("read 0 until 12");
  });
});
