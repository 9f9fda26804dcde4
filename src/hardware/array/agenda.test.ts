import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.ts";

describe("does an agenda give its cycles in order, each once?", () => {
  it("whatever is put in, and whenever", () => {
    const added = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), { maxLength: 30 });
    fc.assert(
      fc.property(added, (rounds) => {
        const agenda = new Agenda();
        const expected = new Set<number>();
        let now = -1;
        for (const later of rounds) {
          for (const cycles of later) agenda.at(now + cycles);
          for (const cycles of later.filter((n) => n > 0)) expected.add(now + cycles);
          const next = expected.size > 0 ? Math.min(...expected) : undefined;
          expect(agenda.after(now)).toBe(next);
          now = next ?? now;
          expected.delete(now);
        }
      }),
    );
  });
});
