import { describe, expect, it } from "vitest";
import { nm28 } from "./nodes/28nm.ts";
import { nm65 } from "./nodes/65nm.ts";
import { ownClockMhz } from "./own-clock.ts";

describe("what clock do a machine's gates allow?", () => {
  it("44 ps each at 65 nm: 136 gates are 5.98 ns", () => {
    expect(ownClockMhz(136, nm65)).toBeCloseTo(1e3 / 5.984, 9);
  });

  it("half of the gates, twice the clock; at 28 nm the delays of Stillmaker and Baas", () => {
    expect(ownClockMhz(50, nm65)).toBeCloseTo(2 * ownClockMhz(100, nm65), 9);
    // 19.15 at 65 nm and 1.1 V; two thirds of 8.71 and a third of 8.77 at 28 nm and 0.9 V
    expect(ownClockMhz(100, nm28) / ownClockMhz(100, nm65)).toBeCloseTo(19.1517 / 8.7271, 9);
  });
});
