import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Port } from "./port.ts";

/** The same port, cycle by cycle: what a cycle can move goes to the oldest request that is not done. */
function stepped(
  requests: readonly { ready: number; bytes: number }[],
  bytes: number,
  cycles: number,
): number[] {
  const left = requests.map((request) => request.bytes * cycles);
  const done = requests.map(({ ready }) => ready);
  for (let cycle = 0; left.some((parts) => parts > 0); cycle++) {
    let room = bytes;
    for (const [i, { ready }] of requests.entries()) {
      if (ready > cycle || left[i] === 0) continue;
      const taken = Math.min(room, left[i]);
      room -= taken;
      left[i] -= taken;
      if (left[i] === 0) done[i] = cycle + 1;
    }
  }
  return done;
}

describe("does a port serve who came first, and waste nothing?", () => {
  it("ends each transfer in the cycle in which stepping through the cycles does", () => {
    const request = fc.record({
      after: fc.integer({ min: 0, max: 9 }),
      bytes: fc.integer({ min: 0, max: 90 }),
    });
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 25 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (drawn, bytes, cycles) => {
          let ready = 0;
          const requests = drawn.map((one) => {
            ready += one.after;
            return { ready, bytes: one.bytes };
          });
          const port = new Port(bytes, cycles);
          const done = requests.map((one) => port.transfer(one.ready, one.bytes));
          expect(done).toEqual(stepped(requests, bytes, cycles));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes no time when it is infinitely wide", () => {
    expect(new Port(Number.POSITIVE_INFINITY).transfer(7, 1_000_000)).toBe(7);
  });
});
