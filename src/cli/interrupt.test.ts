import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tinyTrace } from "../../test/run-swg.ts";
import { startListening, startSwg } from "../../test/start-swg.ts";
import { Interrupted, interruptible, pause, uninterrupted } from "./interrupt.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-interrupt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === "win32")("what does a signal leave of a command?", () => {
  it.each([
    ["SIGINT", 130, `run --network resnet50 --threads 2 --format json --out ${folder}/new/run`],
    ["SIGTERM", 143, `sweep batch=8,16 --network resnet50 --threads 1 --out ${folder}/new/sweep`],
    ["SIGTERM", 143, `train --epochs 1000 --out ${folder}/new/train`],
    ["SIGHUP", 129, `demo --epochs 1000 --out ${folder}/new/demo`],
  ] as const)("%s: exit code %i, one line, and no file or folder: %s", async (signal, code, line) => {
    const { child, listening, ended } = startListening(line);
    await listening;
    const struck = performance.now();
    child.kill(signal);
    expect(await ended).toMatchObject({ code, err: "interrupted: nothing was written\n" });
    expect(performance.now() - struck).toBeLessThan(10_000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("convert: nothing unfinished stays beside its place", async () => {
    const steps = `${folder}/out.npz`;
    const { child, ended } = startSwg(`convert ${tinyTrace} ${steps}`);
    const timer = setInterval(() => {
      if (readdirSync(folder).length === 0) return;
      clearInterval(timer);
      // as `timeout` does
      for (let i = 0; i < 2; i++) child.kill("SIGTERM");
    }, 1);
    const { code } = await ended;
    clearInterval(timer);
    expect([0, 143]).toContain(code);
    expect(readdirSync(folder)).toEqual(existsSync(steps) ? ["out.npz"] : []);
    rmSync(steps, { force: true });
  });
});

describe("are signals heard where they may be?", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s aborts the work, and says so in its exit code",
    async (name) => {
      const before = process.listenerCount(name);
      const work = interruptible(async (signal) => {
        process.emit(name, name);
        process.emit(name, name);
        await pause(signal);
      });
      await expect(work).rejects.toBeInstanceOf(Interrupted);
      await expect(work).rejects.toMatchObject({
        message: "interrupted: nothing was written",
        exitCode: { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[name],
      });
      expect(process.listenerCount(name)).toBe(before);
    },
  );

  it("what is written at once is not ended halfway", () => {
    expect(uninterrupted(() => process.emit("SIGTERM", "SIGTERM"))).toBe(true);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });

  it("files that were written before are named", () => {
    expect(new Interrupted("SIGINT", ["a", "b"]).message).toBe("interrupted: only a, b were written");
  });
});
