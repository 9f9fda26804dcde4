import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Port } from "./port.ts";

interface Request {
  readonly ready: number;
  readonly bytes: number;
  readonly most: number;
}

/** The same port, cycle by cycle: what a cycle can move goes to the oldest requests that are ready. */
function stepped(requests: readonly Request[], bytes: number, cycles: number): number[] {
  const left = requests.map((request) => request.bytes * cycles);
  const done = requests.map((request) => request.ready);
  for (let cycle = 0; left.some((parts) => parts > 0); cycle++) {
    let room = bytes;
    for (const [i, { ready, most }] of requests.entries()) {
      if (ready > cycle || left[i] === 0) continue;
      const taken = Math.min(room, left[i], most * cycles);
      room -= taken;
      left[i] -= taken;
      if (left[i] === 0) done[i] = cycle + 1;
    }
  }
  return done;
}

describe("does a port serve the oldest request first, and waste nothing?", () => {
  it("ends each transfer in the cycle in which stepping through the cycles does", () => {
    const request = fc.record({
      ready: fc.integer({ min: 0, max: 60 }),
      bytes: fc.integer({ min: 0, max: 90 }),
      most: fc.constantFrom(1, 3, 16, Number.POSITIVE_INFINITY),
    });
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 25 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (requests, bytes, cycles) => {
          const port = new Port(bytes, cycles);
          const done = requests.map(({ ready, bytes, most }) => port.transfer(ready, bytes, most));
          expect(done).toEqual(stepped(requests, bytes, cycles));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes no time when it is infinitely wide", () => {
    expect(new Port(Number.POSITIVE_INFINITY).transfer(7, 1_000_000)).toBe(7);
  });

  it("finds a gap far beyond what it has seen", () => {
    const port = new Port(1);
    expect(port.transfer(5_000, 3)).toBe(5_003);
    expect(port.transfer(4_999, 2)).toBe(5_004);
  });
});
