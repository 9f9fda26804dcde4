import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { Port } from "../buffer/port.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { swgParameters } from "../parameters.ts";
import { GradientDrain } from "./gradient-drain.ts";

const parameters = withValues("swg", swgParameters, { columnDrainSums: 4 });
const wide = () => new WriteQueue(new Port(1000), new Port(1000), 1e6);

describe("when do sums leave, and when is their set free?", () => {
  it("two a cycle, two slices at a time where a column sends four", () => {
    const drain = new GradientDrain(3, 2, wide(), parameters);
    expect(drain.send(0, 9, 10)).toEqual({ start: 10, end: 15 });
    expect(drain.send(1, 4, 10)).toEqual({ start: 10, end: 12 });
    expect(drain.send(2, 2, 10)).toEqual({ start: 12, end: 13 });
    expect(drain.writtenBytes).toBe(15 * 2);
  });

  it("the first sums of a trace have a set at once, later ones when the oldest have left", () => {
    const drain = new GradientDrain(1, 2, wide(), parameters);
    expect([0, 1].map((sums) => drain.setFree(0, sums))).toEqual([0, 0]);
    expect(drain.setFree(0, 2)).toBeUndefined();
    drain.send(0, 6, 20);
    expect(drain.setFree(0, 2)).toBe(23);
    expect(drain.setFree(0, 3)).toBeUndefined();
  });

  it("sums of which none is wanted leave at once, and nothing pauses for them", () => {
    const drain = new GradientDrain(1, 1, wide(), parameters);
    expect(drain.send(0, 0, 5)).toBeUndefined();
    expect(drain.setFree(0, 1)).toBe(5);
  });

  it("waits for the write queue", () => {
    const queue = new WriteQueue(new Port(1000), new Port(1), 8);
    const drain = new GradientDrain(1, 1, queue, parameters);
    expect(drain.send(0, 4, 0)).toEqual({ start: 0, end: 2 });
    expect(drain.send(0, 4, 2)).toEqual({ start: 10, end: 12 });
  });
});
