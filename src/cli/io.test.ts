import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withProgress } from "./io.ts";

/** A place to write to, and what was written there between one taking back of the line and the next. */
function screen(terminal: boolean, columns = 80) {
  const written: string[] = [];
  const io = { out: () => {}, err: (text: string) => void written.push(text), terminal, columns };
  return { io, lines: () => written.join("").split("\r\u001b[2K") };
}

/** What is shown when each `[seconds, done]` is told of a work of 400. */
async function shown(terminal: boolean, ...told: readonly (readonly [seconds: number, done: number])[]) {
  const { io, lines } = screen(terminal);
  await withProgress(io, (onProgress) => {
    for (const [seconds, done] of told) {
      vi.advanceTimersByTime(1000 * seconds);
      onProgress({ what: "conv1", done, of: 400 });
    }
  });
  return lines();
}

describe("what does progress show?", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("the share that is done, and the time that the rest takes at the speed so far", async () => {
    expect(await shown(true, [0, 0], [1, 100], [29, 100], [0, 300])).toEqual([
      "",
      "[0.0 %] conv1",
      "[25.0 %] conv1",
      "[25.0 %, 1 min 30 s left] conv1",
      "[75.0 %, 10 s left] conv1",
      "",
    ]);
  });

  it("hours where it takes hours", async () => {
    expect((await shown(true, [3600, 100]))[1]).toBe("[25.0 %, 3 h 0 min left] conv1");
  });

  it("no more than a narrow terminal takes back", async () => {
    const { io, lines } = screen(true, 40);
    await withProgress(io, (onProgress) =>
      onProgress({ what: "layer4.1.conv2, ablation, step 12 of 20", done: 0, of: 1 }),
    );
    expect(lines()[1]).toMatch(/^\[0\.0 %\] layer4.*….* of 20$/);
    expect([...lines()[1]]).toHaveLength(39);
  });

  it("nothing where there is no terminal", async () => {
    expect(await shown(false, [30, 100])).toEqual([""]);
  });

  it("the line is taken back when the work fails", async () => {
    const { io, lines } = screen(true);
    const failing = withProgress(io, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(lines()).toEqual(["", ""]);
  });
});
