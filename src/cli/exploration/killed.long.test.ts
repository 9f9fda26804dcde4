import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { tinyTrace } from "../../../test/run-swg.ts";
import { startSwg } from "../../../test/start-swg.ts";
import { seededRandom } from "../../random.ts";
import type { Exploration } from "../../sweep/exploration.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-killed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grid = `sweep swg.columns=2:16:2 swg.rows=1:8:1 swg.chunks=1,2,3 --trace ${tinyTrace} --layers conv4 --accelerators swg`;
const search = `${grid} --search nsga2 --samples 100 --population 20`;

/** Whole lines of points in a store. */
function linesIn(store: string): string[] {
  const whole = (text: string) => text.split("\n").slice(0, -1);
  return readdirSync(store)
    .flatMap((name) => whole(readFileSync(join(store, name), "utf8")))
    .filter((line) => line.startsWith('{"id"'));
}
const pointsIn = (store: string) => {
  try {
    return linesIn(store).length;
  } catch {
    return 0;
  }
};

/** Starts a command, and kills it when its store has some points more, at a moment of nobody's choice. */
async function killed(
  line: string,
  store: string,
  more: number,
  random: () => number,
): Promise<number | null> {
  const { child, ended } = startSwg(line);
  const before = pointsIn(store);
  while (child.exitCode === null && pointsIn(store) < before + more) await setTimeout(5);
  await setTimeout(random() * 100);
  child.kill("SIGKILL");
  return (await ended).code;
}

describe.skipIf(process.platform === "win32")("what does a search lose that is killed?", () => {
  // the machines as given are one of the points
  it.each([
    ["every combination", grid, 192],
    ["NSGA-II", search, 100],
  ])(
    "%s: at ten moments, then to its end: the same document, and no point twice",
    async (name, line, count) => {
      const random = seededRandom(22);
      const store = join(folder, name.replace(" ", "-"));
      const command = `${line} --threads 2 --store ${store} --format json`;
      const codes: (number | null)[] = [];
      for (let i = 0; i < 10; i++)
        codes.push(await killed(command, store, 1 + random.below(8), () => random.uniform()));
      // killed, and not done before
      expect(codes).toEqual(new Array(10).fill(null));
      expect(pointsIn(store)).toBeLessThan(count);
      const { code, out } = await startSwg(command).ended;
      expect(code).toBe(0);
      const identities = linesIn(store).map((text) => JSON.parse(text).id);
      expect(new Set(identities).size).toBe(count);
      expect(identities).toHaveLength(count);
      const alone = await startSwg(`${line} --threads 1 --format json`).ended;
      expect(out).toBe(alone.out);
      expect((JSON.parse(out) as Exploration).counts).toMatchObject({ looked: count, missing: 0 });
      expect((await startSwg(`sweep --store ${store} --format json`).ended).out).toBe(out);
    },
  );

  it("two shards of NSGA-II that run at once, one of them killed and started again: the same document", async () => {
    const store = join(folder, "generations");
    const small = search.replace("--samples 100", "--samples 40");
    const shard = (index: number) => startSwg(`${small} --threads 1 --store ${store} --shard ${index}/2`);
    const [first, second] = [shard(0), shard(1)];
    while (second.child.exitCode === null && pointsIn(store) < 8) await setTimeout(5);
    second.child.kill("SIGKILL");
    await second.ended;
    expect(await shard(1).ended).toMatchObject({ code: 0, err: "" });
    expect(await first.ended).toMatchObject({ code: 0, err: "" });
    const { out } = await startSwg(`sweep --store ${store} --format json`).ended;
    expect(out).toBe((await startSwg(`${small} --threads 1 --format json`).ended).out);
    expect(JSON.parse(out).points).toHaveLength(40);
  });

  it("interrupted, it says what is kept", async () => {
    const store = join(folder, "interrupted");
    const { child, ended } = startSwg(`${grid} --threads 2 --store ${store}`);
    while (child.exitCode === null && pointsIn(store) < 3) await setTimeout(5);
    child.kill("SIGINT");
    const { code, err } = await ended;
    const kept = pointsIn(store);
    expect([code, err]).toEqual([130, `interrupted: only ${kept} points in ${store} were written\n`]);
  });
});

describe("is it the same on more threads than there are points?", () => {
  it("layers are shared, also of a point that is impossible and of machines of a module", async () => {
    const line = `sweep swg.columns=4,8 swg.teamColumns=1,8 --trace ${tinyTrace} --layers conv4,fc --accelerators swg,examples/systolic.ts --format json`;
    const [one, six] = [startSwg(`${line} --threads 1`), startSwg(`${line} --threads 6`)];
    const [alone, shared] = [await one.ended, await six.ended];
    expect([shared.code, shared.err]).toEqual([0, ""]);
    expect(shared.out).toBe(alone.out);
    const { counts }: Exploration = JSON.parse(shared.out);
    expect(counts.looked).toBe(4);
    expect(Math.min(counts.counted, counts.impossible)).toBeGreaterThan(0);
  });
});
