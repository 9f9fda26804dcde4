import { describe, expect, it } from "vitest";
import { Port } from "../buffer/port.ts";
import { Prefetcher } from "./prefetcher.ts";
import { WriteQueue } from "./write-queue.ts";

describe("how far ahead are maps read?", () => {
  it("reads items in order, back to back, as long as there is room", () => {
    const ahead = new Prefetcher([[10, 20], [30]].values(), new Port(10), 60);
    expect(ahead.arrival()).toBe(1);
    ahead.take(5);
    expect(ahead.arrival()).toBe(3);
    ahead.take(6);
    expect(ahead.arrival()).toBe(6);
  });

  it("waits for room, which comes when the array takes an item", () => {
    const ahead = new Prefetcher([[40, 40]].values(), new Port(10), 60);
    expect(ahead.arrival()).toBe(4);
    ahead.take(50);
    expect(ahead.arrival()).toBe(54);
  });

  it("lets an item through that is larger than the buffer", () => {
    const ahead = new Prefetcher([[100, 10]].values(), new Port(10), 60);
    expect(ahead.arrival()).toBe(10);
    ahead.take(12);
    expect(ahead.arrival()).toBe(13);
  });
});

describe("when are drained accumulators free?", () => {
  it("is bound by the column, then by the write port", () => {
    const queue = new WriteQueue(new Port(8), new Port(100), 1000);
    expect(queue.put(0, 16, 5)).toBe(5);
    expect(queue.put(0, 80, 5)).toBe(12);
  });

  it("is no sooner than the column can send what the port had no time for", () => {
    const queue = new WriteQueue(new Port(8), new Port(100), 1000);
    queue.put(0, 24, 3);
    expect(queue.put(0, 16, 4)).toBe(7);
  });

  it("is held up when DRAM takes longer than the queue has room for", () => {
    const queue = new WriteQueue(new Port(100), new Port(1), 100);
    expect(queue.put(0, 100, 1)).toBe(1);
    expect(queue.put(0, 100, 1)).toBe(102);
    expect(queue.written).toBe(202);
  });

  it("is done when the last write is, even if nothing is wanted of a later k", () => {
    const queue = new WriteQueue(new Port(100), new Port(1), 1000);
    queue.put(0, 50, 1);
    expect(queue.put(2, 0, 1)).toBe(3);
    expect(queue.written).toBe(51);
  });
});
