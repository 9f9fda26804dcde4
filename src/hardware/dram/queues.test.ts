import { describe, expect, it } from "vitest";
import { Port } from "../buffer/port.ts";
import { Prefetcher } from "./prefetcher.ts";
import { WriteQueue } from "./write-queue.ts";

const items = (...bytes: number[]) => bytes.map((n) => ({ bytes: n, takers: 1 })).values();

describe("how far ahead are maps read?", () => {
  it("reads items in order, back to back, as long as there is room", () => {
    const told: number[] = [];
    const ahead = new Prefetcher(items(10, 20, 30), new Port(10), 60, (cycle) => told.push(cycle));
    expect([0, 1, 2].map((item) => ahead.arrival(item))).toEqual([1, 3, 6]);
    expect(told).toEqual([1, 3, 6]);
  });

  it("waits for room, which comes when all who need an item have taken it", () => {
    const two = [
      { bytes: 40, takers: 2 },
      { bytes: 40, takers: 1 },
    ];
    const ahead = new Prefetcher(two.values(), new Port(10), 60, () => {});
    expect(ahead.arrival(1)).toBeUndefined();
    ahead.take(0, 20);
    expect(ahead.arrival(1)).toBeUndefined();
    ahead.take(0, 50);
    expect(ahead.arrival(1)).toBe(54);
  });

  it("frees the room of a later item that is taken first", () => {
    const ahead = new Prefetcher(items(30, 30, 30), new Port(10), 60, () => {});
    ahead.take(1, 9);
    expect(ahead.arrival(2)).toBe(12);
  });

  it("tells what an item without room waited for: DRAM at work for others, then those who had not taken them", () => {
    const slow = new Prefetcher(items(60, 60), new Port(10), 60, () => {});
    slow.take(0, 50);
    expect(slow.fetchOf(1)).toEqual({ busy: 6, room: 50, inBuffer: 56 });
    const behind = new Prefetcher(items(30, 30, 30), new Port(10), 60, () => {});
    behind.take(0, 4);
    expect(behind.fetchOf(2)).toEqual({ busy: 4, room: 4, inBuffer: 9 });
  });

  it("lets an item through that is larger than the buffer", () => {
    const ahead = new Prefetcher(items(100, 10), new Port(10), 60, () => {});
    expect(ahead.arrival(0)).toBe(10);
    expect(ahead.arrival(1)).toBeUndefined();
    ahead.take(0, 12);
    expect(ahead.arrival(1)).toBe(13);
  });
});

describe("when have gradients left the array?", () => {
  it("is bound by the way out, then by the write port: what waits for that leaves in one go", () => {
    const queue = new WriteQueue(new Port(8), new Port(100), 1000, 0);
    expect(queue.put(0, 16, 5)).toEqual({ start: 0, end: 5 });
    expect(queue.put(1, 80, 5)).toEqual({ start: 7, end: 12 });
  });

  it("is held up when DRAM takes longer than the queue has room for", () => {
    const queue = new WriteQueue(new Port(100), new Port(1), 100, 0);
    expect(queue.put(0, 100, 1)).toEqual({ start: 0, end: 1 });
    expect(queue.put(0, 100, 1)).toEqual({ start: 101, end: 102 });
    expect(queue.written).toBe(202);
  });
});
