import { describe, expect, it } from "vitest";
import { InputError } from "../../src/input-error.ts";
import { inputOf, outcomeOf } from "./fuzz.ts";
import type { FuzzedReader } from "./fuzzed-reader.ts";
import { readers } from "./readers.ts";

const reader = (read: FuzzedReader["read"]): FuzzedReader => ({
  about: "",
  make: () => new Uint8Array(1),
  read,
});
const outcome = (read: FuzzedReader["read"]) => outcomeOf(reader(read), new Uint8Array(1));

describe("does fuzzing see what is wrong with a reader?", () => {
  it("a refusal in words is none", async () => {
    const refused = await outcome(() => {
      throw new InputError("no");
    });
    expect(refused.accepted).toBe(false);
    expect(refused.problem).toBeUndefined();
    expect((await outcome(() => {})).problem).toBeUndefined();
  });

  it("any other error is", async () => {
    const broken = () => {
      throw new RangeError("Invalid array length");
    };
    expect((await outcome(broken)).problem).toContain("throws RangeError: Invalid array length");
  });

  it("so is too much work, twice in a row", async () => {
    const few = { seconds: 0.02, mib: 1000 };
    const busy = () => {
      const before = process.cpuUsage();
      for (let used = 0; used < 0.03e6; ) {
        const { user, system } = process.cpuUsage(before);
        used = user + system;
      }
    };
    const input = new Uint8Array(1);
    const { problem } = await outcomeOf(reader(busy), input, few);
    expect(problem).toMatch(/^twice: takes 0\.\d+ s of the processor/);
    let first = true;
    const onceBusy = () => {
      if (first) busy();
      first = false;
    };
    expect((await outcomeOf(reader(onceBusy), input, few)).problem).toBeUndefined();
  });
});

describe("are the inputs those of the seed?", () => {
  it.each(Object.entries(readers))("%s", (_, each) => {
    const inputs = [0, 1].map((index) => inputOf(each, 5, index));
    expect([0, 1].map((index) => inputOf(each, 5, index))).toEqual(inputs);
    expect(Buffer.from(inputs[0]).equals(inputs[1])).toBe(false);
  });
});
