import { describe, expect, it } from "vitest";
import { inputOf, outcomeOf } from "./fuzz.ts";
import type { FuzzedReader } from "./fuzzed-reader.ts";
import { readers } from "./readers.ts";

/** `npm run fuzz` reads more of them, in a process of their own. */
const inputs = 500;

describe("does any input that is nearly right bring down its reader?", () => {
  it.each(Object.entries(readers))("%s", async (name, reader) => {
    const problems: string[] = [];
    let accepted = 0;
    for (let index = 0; index < (name === "flags" || name === "info" ? inputs / 5 : inputs); index++) {
      const outcome = await outcomeOf(reader, inputOf(reader, 1, index));
      if (outcome.problem) problems.push(`input ${index}: ${outcome.problem}`);
      accepted += outcome.accepted ? 1 : 0;
    }
    expect(problems).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });
});

describe("does fuzzing see too much memory, in a process of its own?", () => {
  it("a hundred MiB where eighty are allowed", async () => {
    const large: FuzzedReader = {
      about: "",
      make: () => new Uint8Array(1),
      read: () => {
        new Uint8Array(100 * 2 ** 20).fill(1);
      },
    };
    const { problem } = await outcomeOf(large, new Uint8Array(1), { seconds: 10, mib: 80 });
    expect(problem).toMatch(/^twice: takes \d+ MiB above the idle process/);
  });
});
