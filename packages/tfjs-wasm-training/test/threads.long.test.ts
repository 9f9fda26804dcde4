import { describe, expect, it } from "vitest";
import { noChromium } from "../../../test/chromium.ts";
import { withThreads } from "./isolated-page.ts";

if (noChromium) console.warn(`${noChromium}: threads are left out`);

type Bits = Record<string, string>;
const bitsOf = (threads: number) => withThreads(threads, (ask) => ask<Bits>("page.resultBits()"));

describe.skipIf(noChromium)("do several threads give the bits of one?", () => {
  it("two of them, and three", async () => {
    const alone = await bitsOf(1);
    expect(Object.keys(alone)).toHaveLength(10);
    expect(await bitsOf(2)).toEqual(alone);
    expect(await bitsOf(3)).toEqual(alone);
  });

  it("they end with the backend", async () => {
    const left = await withThreads(3, (ask) => ask<number>("page.threadsAfterwards()"));
    expect(left).toBe(1);
  });
});
