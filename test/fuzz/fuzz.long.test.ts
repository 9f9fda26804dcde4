import { describe, expect, it } from "vitest";
import { inputOf, outcomeOf } from "./fuzz.ts";
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
