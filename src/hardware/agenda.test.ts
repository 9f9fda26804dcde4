import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.ts";

/** Puts cycles in, some each time, and takes the next one out: what came out, and what should have. */
function taken(rounds: readonly (readonly number[])[]): { out: number[]; expected: number[] } {
  const agenda = new Agenda();
  const left = new Set<number>();
  const out: number[] = [];
  const expected: number[] = [];
  let now = -1;
  for (const later of rounds) {
    for (const cycles of later) agenda.at(now + cycles);
    for (const cycles of later.filter((n) => n > 0)) left.add(now + cycles);
    if (left.size === 0) continue;
    expected.push(Math.min(...left));
    out.push(agenda.after(now) ?? Number.NaN);
    now = expected[expected.length - 1];
    left.delete(now);
  }
  return { out, expected };
}

describe("does an agenda give its cycles in order, each once?", () => {
  it("whatever is put in, and whenever", () => {
    const added = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), { maxLength: 30 });
    fc.assert(
      fc.property(added, (rounds) => {
        const { out, expected } = taken(rounds);
        expect(out).toEqual(expected);
      }),
    );
  });

  it("gives nothing when nothing is left", () => {
    const agenda = new Agenda();
    agenda.at(3);
    expect(agenda.after(3)).toBeUndefined();
  });
});
